"""The notices of one case and what became of each: for staff who look after them, and for the person."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import RowMapping, Uuid, bindparam, exists, func, not_, select

from engage.domain.delivery import NoticeState, state_of
from engage.extensions import db
from engage.models import Case, DeliveryAttempt, OutboxMessage, Recipient, StaffUser
from engage.notify.addressing import WITHHELD
from engage.queries.notice_states import DID_NOT_ARRIVE, ROAD, was_followed_up

MOST = 100  # Ours: the newest; a case that told more is read on the console.
MOST_OWN = 30  # Ours: as many as somebody reads on a small screen.

_CASE_ID = bindparam("case_id", type_=Uuid())
_TRIES = (
    select(func.count(DeliveryAttempt.id))
    .where(DeliveryAttempt.outbox_message_id == OutboxMessage.id)
    .scalar_subquery()
)
_FATE = ("sent_at", "dead_at", "bounced_at", "replaced_at", "claimed_at", "not_before")  # what `state_of` asks for
_COLUMNS = (
    OutboxMessage.id,
    OutboxMessage.template,
    OutboxMessage.recipient,
    OutboxMessage.created_at,
    *(getattr(OutboxMessage, name) for name in _FATE),
    OutboxMessage.arrived_at,
    OutboxMessage.last_error,
    ROAD.label("road"),
)
_NEWEST = (OutboxMessage.created_at.desc(), OutboxMessage.id)
_OF_CASE = (
    select(*_COLUMNS, StaffUser.name.label("reader"), _TRIES.label("tries"))
    .join(Case, Case.id == OutboxMessage.case_id)
    .outerjoin(StaffUser, StaffUser.id == OutboxMessage.user_id)
    .where(OutboxMessage.case_id == _CASE_ID)
    .order_by(*_NEWEST)
    .limit(MOST)
)
_OF_PERSON = (
    select(*_COLUMNS)
    .join(Case, Case.id == OutboxMessage.case_id)
    .where(
        OutboxMessage.case_id == _CASE_ID,
        OutboxMessage.recipient == Recipient.PERSON,
        OutboxMessage.road.is_distinct_from(WITHHELD),
    )
    .order_by(*_NEWEST)
    .limit(MOST_OWN)
)
_FAILED = (
    select(OutboxMessage.id)
    .join(Case, Case.id == OutboxMessage.case_id)
    .where(
        OutboxMessage.case_id == _CASE_ID,
        OutboxMessage.recipient == Recipient.PERSON,
        DID_NOT_ARRIVE,
        not_(was_followed_up()),
    )
)


def of_case(case_id: uuid.UUID) -> Sequence[RowMapping]:
    """Return the newest notices about a case, to the person and to staff, in one statement."""
    return db.session.execute(_OF_CASE, {"case_id": case_id}).mappings().all()


def of_person(case_id: uuid.UUID) -> Sequence[RowMapping]:
    """Return the newest notices to the person of a case, as that person may read of them."""
    return db.session.execute(_OF_PERSON, {"case_id": case_id}).mappings().all()


def has_failed(case_id: uuid.UUID) -> bool:
    """Whether a notice to the person did not arrive, and nobody of ours has told them since."""
    return bool(db.session.scalar(select(exists(_FAILED)), {"case_id": case_id}))


def state_in(row: RowMapping, now: datetime) -> NoticeState:
    """Return where a notice of these lists stands at the instant."""
    return state_of(**{name: row[name] for name in _FATE}, now=now)
