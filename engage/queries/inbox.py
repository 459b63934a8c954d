"""The inbox: the cases somebody may see, one tab at a time, the first due first.

Each list is two walks along an index, never a sort: cases with something owed by date, then those with nothing owed.
That is why its cost does not grow with the number of cases, on either database.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    case,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    tuple_,
    union_all,
)

from engage.domain.lifecycle import Stage
from engage.domain.policy import Actor
from engage.extensions import db
from engage.models import Case, Site, StaffUser, Statement
from engage.queries.paging import COUNTED, PAGE, Page, Place, page_of
from engage.scope import readable_by, visible_to

NOBODY = "nobody"


class Tab(StrEnum):
    """Which cases."""

    TRIAGE = "triage"
    MINE = "mine"
    SITE = "site"
    OVERDUE = "overdue"
    THEIRS = "theirs"
    UNREACHED = "unreached"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Filters:
    """What the cases of a tab are narrowed to. Instants bound the receipt: from, and before."""

    site_id: uuid.UUID | None = None
    category: str | None = None
    level: int | None = None
    stage: Stage | None = None
    channel: str | None = None
    assignee: uuid.UUID | str | None = None  # a user, or NOBODY
    received_from: datetime | None = None
    received_before: datetime | None = None
    found: Sequence[uuid.UUID] | None = None  # what a search has found


def tabs_for(actor: Actor) -> list[Tab]:
    """Return the tabs that make sense for somebody: one who works at all sites has no site of their own."""
    return [tab for tab in Tab if tab is not Tab.SITE or _own_sites(actor)]


def counts(actor: Actor, filters: Filters, now: datetime) -> Mapping[Tab, int]:
    """Return how many cases each tab has, in one statement; COUNTED + 1 stands for more than that."""
    wanted = _counting_all(actor) if filters == Filters() else _counting(actor, filters)
    row = db.session.execute(wanted, {"now": now}).mappings().one()
    return {Tab(name): count for name, count in row.items()}


def page(actor: Actor, tab: Tab, filters: Filters, now: datetime, at: Place | None = None) -> Page:
    """Return one page of a tab in one statement, with what each line shows.

    `is_readable` says whether the reader may see the words of the case as they were written.
    """
    is_plain = at is None and filters == Filters()
    wanted = _listing_first(actor, tab) if is_plain else _listing(actor, tab, filters, at)
    rows = list(db.session.execute(wanted, {"now": now}).mappings())
    return page_of(rows, at)


def _counting(actor: Actor, filters: Filters) -> Select[*tuple[Any, ...]]:
    """What counts all tabs. The wider ones hold what is in the others: where one has "more", they are not walked."""
    offered = tabs_for(actor)
    narrow = [tab for tab in offered if tab not in (Tab.SITE, Tab.ALL)]
    # The limit keeps the counts of it from being worked out twice.
    counted = select(*(_count(tab, actor, filters).label(tab.value) for tab in narrow)).limit(1).subquery()
    columns: dict[Tab, ColumnElement[int]] = {tab: counted.c[tab.value] for tab in narrow}
    within: dict[Tab, Sequence[Tab]] = {Tab.SITE: _IN_SITE if _is_at_own_sites_only(actor) else (), Tab.ALL: narrow}
    for tab in offered:
        if tab in within:
            has_more = [columns[one] > COUNTED for one in within[tab]]
            count = _count(tab, actor, filters)
            columns[tab] = case((or_(*has_more), COUNTED + 1), else_=count) if has_more else count
    return select(*(columns[tab].label(tab.value) for tab in offered))


def _count(tab: Tab, actor: Actor, filters: Filters) -> ScalarSelect[int]:
    arms = [select(_walk(and_(*where), COUNTED + 1).subquery()) for where in _arms(tab, actor, filters)]
    return select(func.count()).select_from(union_all(*arms).limit(COUNTED + 1).subquery()).scalar_subquery()


# Written into the statement: for a number that it does not know PostgreSQL keeps no plan, and planned each list anew,
# which took longer than reading it. (For what is counted it keeps one with the number unknown, and none with it known.)
_PAGE_AND_ONE: ColumnElement[int] = literal_column(str(PAGE + 1), Integer)


def _listing(actor: Actor, tab: Tab, filters: Filters, at: Place | None) -> Select[*tuple[Any, ...]]:
    backwards = at is not None and at.backwards
    due, undue = _arms(tab, actor, filters)
    arms = [
        _walk(and_(*due, _beyond_due(at)), _PAGE_AND_ONE, backwards),
        _walk(and_(*undue, _beyond_undue(at)), _PAGE_AND_ONE, backwards),
    ]
    ids = union_all(*(select(arm.subquery()) for arm in arms)).subquery()
    order = (ids.c.next_due_at.is_(None), ids.c.next_due_at, ids.c.id)
    wanted = _shown(actor).join(ids, ids.c.id == Case.id)
    return wanted.order_by(*((part.desc() for part in order) if backwards else order)).limit(_PAGE_AND_ONE)


# What somebody sees on arriving is put together once per reader: that cost more than running it. These are texts of
# statements and depend on what the reader may see and on nothing else; no case is kept.
@lru_cache(maxsize=1000)
def _counting_all(actor: Actor) -> Select[*tuple[Any, ...]]:
    return _counting(actor, Filters())


@lru_cache(maxsize=1000)
def _listing_first(actor: Actor, tab: Tab) -> Select[*tuple[Any, ...]]:
    return _listing(actor, tab, Filters(), None)


def _walk(
    where: ColumnElement[bool], most: int | ColumnElement[int], backwards: bool = False
) -> Select[uuid.UUID, datetime | None]:
    """The first cases of a list, in the order of an index even where they are only counted.

    Sorted by the due date also where there is none, and counted in order: else the server gathers the whole list
    before it takes the first of it.
    """
    order = (Case.next_due_at, Case.id)
    way = [part.desc() for part in order] if backwards else order
    return select(Case.id, Case.next_due_at).where(where).order_by(*way).limit(most)


def _shown(actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Case.id,
            Case.reference,
            Case.category,
            Case.subcategory,
            Case.channel,
            Case.kind,
            Case.level,
            Case.stage,
            Case.received_at,
            Case.next_due_at,
            Case.next_promise,
            Case.their_turn,
            Case.unread_reply,
            Case.could_not_reach,
            Case.was_late,
            Case.owes_explanation,
            Case.erased_at,
            Statement.title,
            Statement.community,
            Site.name.label("site"),
            Site.time_zone,
            StaffUser.name.label("owner"),
            readable_by(actor).label("is_readable"),
        )
        .join(Statement, Statement.case_id == Case.id)
        .join(Site, Site.id == Case.site_id)
        .outerjoin(StaffUser, StaffUser.id == Case.assignee_id)
    )


Where = list[ColumnElement[bool]]


def _arms(tab: Tab, actor: Actor, filters: Filters) -> tuple[Where, Where]:
    """The two lists that make a tab: cases with something owed by date, and cases with nothing owed."""
    both = [visible_to(actor), *_narrowed(filters)]
    due, undue = _of_tab(tab, actor)
    return [Case.next_due_at.is_not(None), due, *both], [Case.next_due_at.is_(None), undue, *both]


# As the partial indexes have them: SQLite uses one only where the condition is the same, without parameters.
_UNASSESSED = literal_column("\"case\".stage IN ('received', 'acknowledged')", Boolean)
_THEIR_TURN = literal_column('"case".their_turn', Boolean)
_COULD_NOT_REACH = literal_column('"case".could_not_reach', Boolean)


def _of_tab(tab: Tab, actor: Actor) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The condition of a tab for either list. A closed case with something owed still belongs to whoever has it."""
    is_open = Case.closed_at.is_(None)
    mine, own = Case.assignee_id == actor.id, Case.site_id.in_(_own_sites(actor))
    return {
        Tab.TRIAGE: (_UNASSESSED, _UNASSESSED),
        Tab.MINE: (mine, and_(mine, is_open)),
        Tab.SITE: (own, and_(own, is_open)),
        Tab.OVERDUE: (Case.next_due_at < bindparam("now", type_=Case.next_due_at.type), false()),
        Tab.THEIRS: (_THEIR_TURN, _THEIR_TURN),
        Tab.UNREACHED: (_COULD_NOT_REACH, _COULD_NOT_REACH),
        Tab.ALL: (true(), true()),
    }[tab]


# What lies at one's own sites for somebody who sees no others: open cases, and closed ones with something owed.
_IN_SITE = (Tab.TRIAGE, Tab.OVERDUE)


def _is_at_own_sites_only(actor: Actor) -> bool:
    return all(held.site_id is not None for held in actor.memberships)


def _own_sites(actor: Actor) -> list[uuid.UUID]:
    return sorted({held.site_id for held in actor.memberships if held.site_id is not None})


def _narrowed(filters: Filters) -> Where:
    where: Where = []
    equals = (
        (Case.site_id, filters.site_id),
        (Case.category, filters.category),
        (Case.level, filters.level),
        (Case.stage, filters.stage),
        (Case.channel, filters.channel),
    )
    where += [column == value for column, value in equals if value is not None]
    if filters.assignee is not None:
        where.append(Case.assignee_id.is_(None) if filters.assignee == NOBODY else Case.assignee_id == filters.assignee)
    if filters.received_from is not None:
        where.append(Case.received_at >= filters.received_from)
    if filters.received_before is not None:
        where.append(Case.received_at < filters.received_before)
    if filters.found is not None:
        where.append(Case.id.in_(filters.found))
    return where


def _beyond_due(at: Place | None) -> ColumnElement[bool]:
    if at is None:
        return true()
    if at.at is None:
        return true() if at.backwards else false()
    here = tuple_(literal(at.at, Case.next_due_at.type), literal(at.id, Case.id.type))
    row = tuple_(Case.next_due_at, Case.id)
    return row < here if at.backwards else row > here


def _beyond_undue(at: Place | None) -> ColumnElement[bool]:
    if at is None:
        return true()
    if at.at is not None:
        return false() if at.backwards else true()
    return Case.id < at.id if at.backwards else Case.id > at.id
