"""What the person was told and has not looked at yet: while that is so, news does not become a second notice.

A notice counts as seen once the page of its case was read, or the person did something with the case, after it left.
Only what a machine brought counts: word that a human has to carry, or that waits on the page alone, nags nobody.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, select, update

from engage import clock
from engage.domain import quiet
from engage.domain.delivery import Urgency, urgency_of
from engage.domain.policy import Party
from engage.extensions import db
from engage.models import WAITING, Case, CaseEvent, OutboxMessage, Recipient
from engage.settings import settings

_NOT_BROUGHT = ("case", "withheld", "errand")  # roads by which no machine brings anything to anybody


@dataclass(frozen=True, slots=True)
class Fits:
    """How news fits in with what the person was told before: when it may leave, or which notice says it already."""

    not_before: datetime
    said_by_id: uuid.UUID | None = None


def fitting_in(template: str, case: Case) -> Fits:
    """Return when a notice to the person may leave beside those before it.

    What says more than that there is news, and everything of levels 4 and 5, is said by itself.
    """
    now = clock.utcnow()
    again = timedelta(days=settings().NEWS_AGAIN_DAYS)
    if template not in quiet.NEWS or urgency_of(template, case.level) is Urgency.URGENT or not again:
        return Fits(now)
    last = db.session.execute(_LAST.where(OutboxMessage.case_id == case.id)).one_or_none()
    if last is not None and last.sent_at is None:
        return Fits(now, said_by_id=last.id)
    unseen_since = None if last is None or _was_seen(case.id, last.sent_at, last.seen_at) else last.sent_at
    gather = timedelta(minutes=settings().NEWS_GATHER_MINUTES)
    return Fits(quiet.news_may_leave(now, unseen_since, gather=gather, again=again))


_LAST = (
    select(OutboxMessage.id, OutboxMessage.sent_at, OutboxMessage.seen_at)
    .where(
        OutboxMessage.recipient == Recipient.PERSON,
        OutboxMessage.template.in_(quiet.NEWS),
        OutboxMessage.dead_at.is_(None),
        OutboxMessage.bounced_at.is_(None),
        OutboxMessage.replaced_at.is_(None),
        WAITING | OutboxMessage.road.not_in(_NOT_BROUGHT),
    )
    .order_by(OutboxMessage.created_at.desc(), OutboxMessage.id)
    .limit(1)
)


def _was_seen(case_id: uuid.UUID, sent_at: datetime, seen_at: datetime | None) -> bool:
    acted = exists().where(
        CaseEvent.case_id == case_id, CaseEvent.actor_party == Party.PERSON.value, CaseEvent.at >= sent_at
    )
    return seen_at is not None or bool(db.session.scalar(select(acted)))


def opened(case_id: uuid.UUID) -> None:
    """Note that the code of a case was entered, or its page read: what was told is seen, and news that waits need not
    leave any more. Call it before the page is read, so that nothing counts as seen that came after.

    When they looked is not kept, only that they did.
    """
    to_person = (OutboxMessage.case_id == case_id, OutboxMessage.recipient == Recipient.PERSON)
    db.session.execute(
        update(OutboxMessage)
        .where(*to_person, OutboxMessage.sent_at.is_not(None), OutboxMessage.seen_at.is_(None))
        .values(seen_at=OutboxMessage.sent_at)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        update(OutboxMessage)
        .where(*to_person, WAITING, OutboxMessage.template.in_(quiet.NEWS), OutboxMessage.claimed_at.is_(None))
        .values(replaced_at=clock.utcnow())
        .execution_options(synchronize_session=False)
    )
