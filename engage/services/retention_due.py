"""Which cases are due by the schedule: looked for along an index, so that those that are kept cost little."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, tuple_

from engage.domain.case import CaseClass
from engage.domain.retention import Rule, Scope
from engage.extensions import db
from engage.models import Case, Tombstone
from engage.services import retention_schedule

_PAGE = 500  # Ours: cases that are held in memory together.
_YEAR = timedelta(days=365)  # never longer than a year of the calendar: what it finds is reckoned exactly afterwards


@dataclass(frozen=True, slots=True)
class Item:
    """What is due of a case, and by which rule."""

    case_id: uuid.UUID
    reference: str
    scope: Scope
    rule: str
    is_restricted: bool


def items(now: datetime) -> Iterator[Item]:
    """Yield what is due now, the case that was closed first at first. Of a case that goes whole nothing else is named.

    Reads a page of cases at a time and changes nothing.
    """
    wanted = retention_schedule.facts().where(or_(*_candidates(now))).order_by(Case.closed_at, Case.id).limit(_PAGE)
    after: tuple[datetime | None, uuid.UUID] | None = None
    while True:
        page = wanted if after is None else wanted.where(tuple_(Case.closed_at, Case.id) > after)
        rows = db.session.execute(page).all()
        for row in rows:
            yield from _due_in(row, now)
        if len(rows) < _PAGE:
            return
        after = (rows[-1].Case.closed_at, rows[-1].Case.id)


def _due_in(row: retention_schedule.Facts, now: datetime) -> list[Item]:
    case, found = row.Case, [one for one in retention_schedule.due_in(row) if one.is_due(now)]
    whole = [one for one in found if one.rule.scope is Scope.EVERYTHING]
    is_restricted = case.class_ is CaseClass.RESTRICTED
    gone = {one.scope for one in retention_schedule.gone_of(case)} if found and not whole else set()
    return [
        Item(case.id, case.reference, one.rule.scope, one.rule.code, is_restricted)
        for one in whole or found
        if one.rule.scope not in gone
    ]


def _candidates(now: datetime) -> Iterator[ColumnElement[bool]]:
    """Conditions of which one holds for every case that is due: by age, and by what rules name that SQL can tell.

    A rule for some categories alone only ever keeps longer than the one that holds for all of them.
    """
    there = and_(Case.closed_at.is_not(None), Case.erased_at.is_(None))
    for rule in retention_schedule.schedule().rules:
        if rule.scope is Scope.EVERYTHING and rule.is_narrow:
            continue
        yield and_(there, *_named_by(rule, now))


def _named_by(rule: Rule, now: datetime) -> Iterator[ColumnElement[bool]]:
    yield Case.closed_at <= now - retention_schedule.schedule().fewest_years(rule.code) * _YEAR
    yield ~exists().where(Tombstone.case_id == Case.id, Tombstone.scope == rule.scope)
    if rule.kinds:
        yield Case.kind.in_(rule.kinds)
    if rule.identities:
        yield Case.identity.in_(rule.identities)
    if rule.classes and not rule.categories and not rule.facts:
        yield Case.class_.in_(rule.classes)
