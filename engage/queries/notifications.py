"""What a member of staff was told, as their bell and their page show it: the notices of the outbox themselves.

Nothing in here has content. A notice about a case that its reader may see no longer is not there; of a restricted case
there is one neutral line. What notices said besides is forgotten after a month, so nothing of it is read.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVarTuple

from sqlalchemy import BindParameter, ColumnElement, ScalarSelect, Select, and_, bindparam, func, or_, select

from engage import clock
from engage.domain.case import CaseClass
from engage.domain.notice_groups import GATHERED
from engage.domain.policy import Actor
from engage.extensions import db
from engage.models import Case, NoticePreference, OutboxMessage
from engage.notify.account_rules import ADDRESS_LEFT
from engage.notify.addressing import NEUTRAL_FOR_STAFF
from engage.notify.notices import DIGEST, FLAGGED, REMINDERS
from engage.queries.paging import COUNTED
from engage.scope import visible_to

Row = TypeVarTuple("Row")
SHOWN = 50
# Made before their time, so that others join them: they are no news before they may leave.
_MADE_AHEAD = (*REMINDERS, DIGEST, FLAGGED)


@dataclass(frozen=True, slots=True)
class Notification:
    """One thing that somebody was told. The reference is None where it belongs to no case, or to a restricted one."""

    id: uuid.UUID
    template: str
    at: datetime
    is_seen: bool
    reference: str | None
    leads_to: str | None  # the reference of its case, to go there and not to be shown


@dataclass(frozen=True, slots=True)
class Page:
    """The newest of them, or what is older than one; `has_more` says whether something older is left."""

    rows: Sequence[Notification]
    has_more: bool


def unseen(actor: Actor) -> ScalarSelect[int]:
    """Select how much the actor was told and has not seen, counted up to `COUNTED` + 1."""
    found = _told(actor, select(OutboxMessage.id)).where(OutboxMessage.seen_at.is_(None)).limit(COUNTED + 1)
    return select(func.count()).select_from(found.subquery()).scalar_subquery()


def unseen_of_case(actor: Actor) -> ScalarSelect[int]:
    """Select how much the actor was told of a case and has not seen, to be asked with the case at the instant `now`."""
    found = select(func.count(OutboxMessage.id)).where(OutboxMessage.case_id == Case.id)
    unseen = found.where(OutboxMessage.seen_at.is_(None), shown_to(actor, bindparam("now")))
    return unseen.correlate(Case).scalar_subquery()


def page(actor: Actor, *, before: uuid.UUID | None = None) -> Page:
    """Return what the actor was told, the newest first; one statement."""
    wanted = _told(actor, select(OutboxMessage, Case.reference, Case.class_))
    if before is not None:
        at = select(OutboxMessage.created_at).where(OutboxMessage.id == before).scalar_subquery()
        wanted = wanted.where(
            or_(OutboxMessage.created_at < at, and_(OutboxMessage.created_at == at, OutboxMessage.id < before))
        )
    newest = wanted.order_by(OutboxMessage.created_at.desc(), OutboxMessage.id.desc()).limit(SHOWN + 1)
    rows = [_shown(*row) for row in db.session.execute(newest)]
    return Page(rows[:SHOWN], len(rows) > SHOWN)


def one(actor: Actor, notification_id: uuid.UUID) -> Notification:
    """Return one of the actor's own.

    Raises:
        NoResultFound: it is not theirs, or of a case that they may see no longer.
    """
    wanted = _told(actor, select(OutboxMessage, Case.reference, Case.class_))
    return _shown(*db.session.execute(wanted.where(OutboxMessage.id == notification_id)).one())


def chosen_roads(actor: Actor) -> Sequence[NoticePreference]:
    """Return what the actor chose to be told by which road; what is not in it is a mail."""
    wanted = select(NoticePreference).where(NoticePreference.user_id == actor.id)
    return db.session.scalars(wanted.execution_options(populate_existing=True)).all()


def shown_to(actor: Actor, now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Return the condition on OutboxMessage that holds for what is on the page of the actor, whatever they may see."""
    has_left = or_(OutboxMessage.sent_at.is_not(None), OutboxMessage.dead_at.is_not(None))
    is_out = or_(OutboxMessage.template.not_in(_MADE_AHEAD), has_left, OutboxMessage.not_before <= now)
    return and_(
        OutboxMessage.user_id == actor.id,
        OutboxMessage.replaced_at.is_(None),
        OutboxMessage.template.not_in((GATHERED, ADDRESS_LEFT)),  # they say again what stands beside them
        is_out,
    )


def _told(actor: Actor, wanted: Select[*Row]) -> Select[*Row]:
    return wanted.join(Case, Case.id == OutboxMessage.case_id, isouter=True).where(
        shown_to(actor, clock.utcnow()), or_(OutboxMessage.case_id.is_(None), visible_to(actor))
    )


def _shown(row: OutboxMessage, reference: str | None, class_: CaseClass | None) -> Notification:
    is_neutral = class_ is CaseClass.RESTRICTED or row.template == NEUTRAL_FOR_STAFF
    return Notification(
        id=row.id,
        template=NEUTRAL_FOR_STAFF if is_neutral else row.template,
        at=row.created_at,
        is_seen=row.seen_at is not None,
        reference=None if is_neutral else reference,
        leads_to=reference,
    )
