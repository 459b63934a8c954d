"""No more mails: whoever gets our news by mail ends that with one click, from the mail alone. Source: RFC 8058.

A person of whom we have an address has it erased; one of us is told of the same on their page alone.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, or_, select

from engage import vault
from engage.domain.case import CaseClass
from engage.domain.mail_addresses import read_stop_code
from engage.domain.notice_groups import NoticeGroup, StaffRoad, stopped_by_click
from engage.domain.policy import Actor, Party
from engage.extensions import db
from engage.models import AddressChange, Case, NoticePreference, OutboxMessage, Recipient, SealedContact, StaffUser
from engage.services import cases, contact
from engage.services.address_changes import BY_MAIL
from engage.services.receipt_codes import DeadLink


def check_code(code: str) -> None:
    """Let a code pass that still counts; opening its page changes nothing, since mail filters open links, too.

    Raises:
        DeadLink: see `stop`.
    """
    _check(_notice_of(code))


def stop(code: str) -> bool:
    """Erase the address that got the notice of the code, so that no more mails about this case go there; return whether
    it is gone. A hidden one beside a hidden phone is used no more, but stays locked up: see `contact.drop_mail`.

    Safe to run twice. What we hold besides, and every other case, stays as it is.

    Raises:
        DeadLink: the code was never ours, the person has another address by now, or the case is restricted: then
            whoever reads the old address may be whom the person fears.
    """
    notice = _notice_of(code)
    case = cases.lock_own(notice.case_id)
    _check(notice)
    if case.road in BY_MAIL:
        contact.drop_mail(case, actor=Actor(id=None, party=Party.PERSON, case_id=case.id))
    held = db.session.get(SealedContact, case.id)
    return held is None or not held.to_worker


def group_of(code: str) -> NoticeGroup:
    """Return the group of notices that the code of a mail to staff ends as mails; to ask changes nothing.

    Raises:
        DeadLink: see `stop_group`.
    """
    return _of_staff(code)[1]


def stop_group(code: str) -> NoticeGroup:
    """Let whoever got the notice of the code be told of its group on their page alone; return the group.

    Safe to run twice. What they chose for other groups stays.

    Raises:
        DeadLink: the code was never ours, its mail is none that can be stopped so, or its reader has left.
    """
    user_id, group = _of_staff(code)
    one_by_one = select(StaffUser.id).where(StaffUser.id == user_id).with_for_update()  # mail programs click twice
    db.session.execute(one_by_one)
    db.session.merge(NoticePreference(user_id=user_id, group=group, road=StaffRoad.PAGE))
    return group


def _of_staff(code: str) -> tuple[uuid.UUID, NoticeGroup]:
    notice_id = read_stop_code(code, vault.key_for(vault.MAIL_ADDRESS))
    found = db.session.execute(
        select(OutboxMessage.template, StaffUser.id)
        .join(StaffUser, StaffUser.id == OutboxMessage.user_id)
        .where(OutboxMessage.id == notice_id, StaffUser.is_active)
    ).one_or_none()
    group = stopped_by_click(found.template) if found else None
    if found is None or group is None:
        raise DeadLink
    return found.id, group


@dataclass(frozen=True, slots=True)
class _Notice:
    """What the person was sent, and when it was owed."""

    case_id: uuid.UUID
    created_at: datetime


def _notice_of(code: str) -> _Notice:
    notice_id = read_stop_code(code, vault.key_for(vault.MAIL_ADDRESS))
    found = db.session.get(OutboxMessage, notice_id) if notice_id else None
    if found is None or found.case_id is None or found.recipient is not Recipient.PERSON:
        raise DeadLink
    return _Notice(found.case_id, found.created_at)


def _check(notice: _Notice) -> None:
    later = (AddressChange.case_id == notice.case_id, AddressChange.changed_at > notice.created_at)
    is_restricted = Case.class_ == CaseClass.RESTRICTED
    dead = select(Case.id).where(Case.id == notice.case_id, or_(is_restricted, exists().where(*later)))
    if db.session.scalar(dead) is not None:
        raise DeadLink
