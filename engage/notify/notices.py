"""A notice that an event calls for, and how it becomes a row of the outbox."""

import logging
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select

from engage import clock
from engage.domain import ladder_file
from engage.domain.case import CaseClass
from engage.extensions import db
from engage.models import Case, Recipient, RuleSet, StaffUser
from engage.notify import outbox
from engage.notify.addressing import NEUTRAL_FOR_STAFF
from engage.notify.outbox import Owed
from engage.scope import first_to_tell

log = logging.getLogger(__name__)
REMINDERS = ("due_soon", "due")  # they merge, as the ladder of the case says: product 4
DIGEST = "late_count"
DIGEST_HOUR = 6  # Ours, UTC: the committee reads one count in the morning, not a mail per case.


@dataclass(frozen=True, slots=True)
class Notice:
    """A message called for: which, for whom (nobody named is the person), with which plain values."""

    template: str
    user_id: uuid.UUID | None = None
    context: dict[str, str] = field(default_factory=dict)


def to_person(template: str, **context: str) -> list[Notice]:
    """Return the notice to the person of the case."""
    return [Notice(template, context=context)]


def to_staff(users: Iterable[uuid.UUID], template: str, **context: str) -> list[Notice]:
    """Return one notice for each of the users."""
    return [Notice(template, user_id=user_id, context=context) for user_id in users]


def owe(notices: Iterable[Notice], case: Case, *, event_id: uuid.UUID) -> None:
    """Put the notices into the outbox; the same event never owes the same notice twice.

    To staff, a restricted case is one neutral sentence without a reference.
    """
    notices = list(notices)
    owed = [_for_person(notice, case, event_id) for notice in notices if notice.user_id is None]
    # One mail per recipient and message, whatever the number of roles in which somebody hears of it.
    staff = {(notice.user_id, notice.template): notice for notice in notices if notice.user_id is not None}
    if case.class_ is CaseClass.RESTRICTED:
        focal = first_to_tell(case)
        if not focal:  # said at whatever happens to the case, since the rules name no staff where there is none
            log.error(
                "a case of the restricted lane has nobody to tell: name a focal point (flask engage check-config)"
            )
        told = focal if staff else ()
        staff = {(user_id, NEUTRAL_FOR_STAFF): Notice(NEUTRAL_FOR_STAFF, user_id) for user_id in told}
    locales = _locales({user_id for user_id, _ in staff} - case.facts.subjects)
    mails = (_for_staff(staff[key], case, event_id, key[0], locales[key[0]]) for key in staff if key[0] in locales)
    outbox.enqueue(*owed, *filter(None, mails))


def _locales(users: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The languages the users read, by id, with one statement."""
    if not users:
        return {}
    rows = db.session.execute(select(StaffUser.id, StaffUser.locale).where(StaffUser.id.in_(users)))
    return {user_id: locale for user_id, locale in rows}


def _for_person(notice: Notice, case: Case, event_id: uuid.UUID) -> Owed:
    return Owed(
        dedupe_key=f"{event_id}:{notice.template}:person",
        template=notice.template,
        locale=case.locale,
        recipient=Recipient.PERSON,
        case_id=case.id,
        context=notice.context,
    )


def _for_staff(notice: Notice, case: Case, event_id: uuid.UUID, user_id: uuid.UUID, locale: str) -> Owed | None:
    """The notice to one member of staff; None where a reminder that waits already speaks for it."""
    template, not_before = notice.template, None
    key, case_id = f"{event_id}:{template}:{user_id}", case.id if template != DIGEST else None
    if template in REMINDERS:
        not_before, is_spoken_for = outbox.time_for_reminder(user_id, REMINDERS, merge_within=_merge_within(case))
        if is_spoken_for:
            return None
    if template == DIGEST:
        now = clock.utcnow()
        morning = now.replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
        not_before = morning if morning > now else morning + timedelta(days=1)
        key = f"{DIGEST}:{user_id}:{not_before.date().isoformat()}"
    return Owed(
        dedupe_key=key,
        template=template,
        locale=locale,
        recipient=Recipient.STAFF,
        user_id=user_id,
        case_id=case_id,
        context=notice.context,
        not_before=not_before,
    )


def _merge_within(case: Case) -> timedelta:
    """How far apart reminders go out as one, by the rules under which the case was opened."""
    return ladder_file.merge_within(db.session.get_one(RuleSet, case.rule_set_id).ladder)
