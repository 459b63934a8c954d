"""The delivery console: notices about cases whose delivery somebody may look after, one state at a time.

No words and no address are in it. Each list is one walk along an index by when a notice was made, never a sort of all.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    and_,
    func,
    literal,
    not_,
    select,
    true,
    tuple_,
    union_all,
)

from engage.domain.delivery import NoticeState, Urgency
from engage.domain.policy import Actor, Permission
from engage.extensions import db
from engage.models import Case, OutboxMessage, Site, StaffUser
from engage.queries.notice_states import ROAD, is_in, is_owed, was_followed_up
from engage.queries.paging import COUNTED, PAGE, Page, Place, page_of
from engage.scope import open_to

SUMMED = 20_000  # Ours: what is owed is summed over so many, the oldest ones; more are owed only when all is down.

# What a person has to look at is counted; what went well is not.
COUNTING = (NoticeState.BOUNCED, NoticeState.DEAD, NoticeState.WAITING, NoticeState.CLAIMED)
_FAILED = (NoticeState.BOUNCED, NoticeState.DEAD)
LATELY = timedelta(days=30)  # Ours: of what went well the last month is listed, as long as its values are kept.
_NEWEST_FIRST = (NoticeState.SENT, NoticeState.REPLACED)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the notices of a list are narrowed to."""

    site_id: uuid.UUID | None = None
    road: str | None = None
    urgency: Urgency | None = None
    made_before: datetime | None = None
    followed_up: bool = False  # also what did not arrive and needs nobody any more


@dataclass(frozen=True, slots=True)
class Owed:
    """What is owed at a site by one road."""

    site_id: uuid.UUID
    site: str
    road: str
    count: int
    oldest_at: datetime


@dataclass(frozen=True, slots=True)
class Oldest:
    """The notice that has waited longest to reach somebody."""

    id: uuid.UUID
    made_at: datetime
    reference: str


@dataclass(frozen=True, slots=True)
class Summary:
    """What is owed now. With `is_partial` there is more than was summed."""

    owed: Sequence[Owed]
    is_partial: bool
    oldest: Oldest | None  # of what is owed, came back or was given up, as long as somebody has to see to it


def summary(actor: Actor, now: datetime) -> Summary:
    """Return what is owed by site and road, and the oldest undelivered notice. Two statements."""
    owed = (
        _of(actor, select(Case.site_id, ROAD.label("road"), OutboxMessage.created_at))
        .where(is_owed(now))
        .order_by(OutboxMessage.created_at)
        .limit(SUMMED + 1)
        .subquery()
    )
    rows = db.session.execute(
        select(owed.c.site_id, Site.name, owed.c.road, func.count(), func.min(owed.c.created_at))
        .join(Site, Site.id == owed.c.site_id)
        .group_by(owed.c.site_id, Site.name, owed.c.road)
        .order_by(Site.name, owed.c.site_id, owed.c.road)
    ).all()
    found = [Owed(*row) for row in rows]
    return Summary(found, sum(one.count for one in found) > SUMMED, _oldest(actor, now))


def _oldest(actor: Actor, now: datetime) -> Oldest | None:
    open_ = [is_owed(now), *(and_(is_in(state, now), not_(was_followed_up())) for state in _FAILED)]
    firsts = [
        _of(actor, select(OutboxMessage.id, OutboxMessage.created_at, Case.reference))
        .where(condition)
        .order_by(OutboxMessage.created_at, OutboxMessage.id)
        .limit(1)
        .subquery()
        for condition in open_
    ]
    both = union_all(*(select(one) for one in firsts)).subquery()
    row = db.session.execute(
        select(both.c.id, both.c.created_at, both.c.reference).order_by(both.c.created_at, both.c.id).limit(1)
    ).one_or_none()
    return Oldest(*row) if row else None


def counts(actor: Actor, filters: Filters, now: datetime) -> Mapping[NoticeState, int]:
    """Return how many notices stand so, in one statement; COUNTED + 1 stands for more than that."""
    row = db.session.execute(select(*(_count(state, actor, filters, now).label(state.value) for state in COUNTING)))
    return {NoticeState(name): count for name, count in row.mappings().one().items()}


def _count(state: NoticeState, actor: Actor, filters: Filters, now: datetime) -> ScalarSelect[int]:
    # In the order of the index even where they are only counted: else the server gathers the whole list first.
    order = (OutboxMessage.created_at, OutboxMessage.id)
    some = _of(actor, select(OutboxMessage.id)).where(*_where(state, filters, now)).order_by(*order).limit(COUNTED + 1)
    return select(func.count()).select_from(some.subquery()).scalar_subquery()


def page(actor: Actor, state: NoticeState, filters: Filters, now: datetime, at: Place | None = None) -> Page:
    """Return one page of a list in one statement: the oldest first, or the newest where nothing is to be done."""
    backwards = at is not None and at.backwards
    wanted = _shown(actor).where(*_where(state, filters, now))
    order = (OutboxMessage.created_at, OutboxMessage.id)
    descending = (state in _NEWEST_FIRST) is not backwards
    if at is not None:
        here = tuple_(literal(at.at, OutboxMessage.created_at.type), literal(at.id, OutboxMessage.id.type))
        wanted = wanted.where(tuple_(*order) < here if descending else tuple_(*order) > here)
    wanted = wanted.order_by(*((part.desc() for part in order) if descending else order)).limit(PAGE + 1)
    rows = list(db.session.execute(wanted).mappings())
    return page_of(rows, at)


def _of(actor: Actor, wanted: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Those of the notices about cases whose delivery the actor may look after."""
    about = wanted.select_from(OutboxMessage).join(Case, Case.id == OutboxMessage.case_id)
    return about.where(open_to(actor, Permission.SEE_DELIVERY))


def _shown(actor: Actor) -> Select[*tuple[Any, ...]]:
    columns = select(
        OutboxMessage.id,
        OutboxMessage.template,
        OutboxMessage.recipient,
        OutboxMessage.created_at,
        OutboxMessage.not_before,
        OutboxMessage.attempts,
        OutboxMessage.last_error,
        OutboxMessage.urgency,
        OutboxMessage.sent_at,
        OutboxMessage.dead_at,
        OutboxMessage.bounced_at,
        OutboxMessage.replaced_at,
        ROAD.label("road"),
        Case.reference,
        Case.class_,
        Site.name.label("site"),
        Site.time_zone,
        StaffUser.name.label("reader"),
    )
    wanted = _of(actor, columns).join(Site, Site.id == Case.site_id)
    return wanted.outerjoin(StaffUser, StaffUser.id == OutboxMessage.user_id)


def _where(state: NoticeState, filters: Filters, now: datetime) -> list[ColumnElement[bool]]:
    return [
        is_in(state, now),
        OutboxMessage.created_at >= now - LATELY if state in _NEWEST_FIRST else true(),
        not_(was_followed_up()) if state in _FAILED and not filters.followed_up else true(),
        Case.site_id == filters.site_id if filters.site_id else true(),
        _by(state, filters.road) if filters.road else true(),
        OutboxMessage.urgency == filters.urgency if filters.urgency is not None else true(),
        OutboxMessage.created_at < filters.made_before if filters.made_before else true(),
    ]


def _by(state: NoticeState, road: str) -> ColumnElement[bool]:
    """By this road; what was sent says so itself, which spares looking up each case."""
    return OutboxMessage.road == road if state is NoticeState.SENT else ROAD == road
