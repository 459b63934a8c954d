"""How the cases stand that somebody sees, in counts: for the summary of a week and the list of what is late.

A restricted case is never counted, whoever asks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, select

from engage.domain.case import CaseClass
from engage.domain.lifecycle import Stage
from engage.domain.policy import Actor
from engage.extensions import db
from engage.models import Case
from engage.scope import visible_to

A_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Week:
    """Open cases by stage, and of them: late, with something that falls due within a week, with nobody."""

    by_stage: dict[Stage, int]
    late: int
    due_soon: int
    unassigned: int

    @property
    def open(self) -> int:
        """How many there are."""
        return sum(self.by_stage.values())


@dataclass(frozen=True, slots=True)
class Late:
    """How many cases owe something since yesterday or longer, and the references of those that owe it longest."""

    count: int
    references: Sequence[str]


def week(actor: Actor, now: datetime) -> Week:
    """Return how the open cases stand that the actor sees; one statement."""
    rows = db.session.execute(
        select(
            Case.stage,
            func.count(),
            _how_many(Case.next_due_at < now),
            _how_many(and_(Case.next_due_at >= now, Case.next_due_at < now + A_WEEK)),
            _how_many(Case.assignee_id.is_(None)),
        )
        .where(_open_to(actor))
        .group_by(Case.stage)
    ).all()
    return Week(
        by_stage={stage: count for stage, count, *_ in rows},
        late=sum(late for _, _, late, _, _ in rows),
        due_soon=sum(due_soon for _, _, _, due_soon, _ in rows),
        unassigned=sum(unassigned for *_, unassigned in rows),
    )


def late(actor: Actor, now: datetime, *, named: int) -> Late:
    """Return what the actor sees that is late, with so many references at most; two statements."""
    owes = and_(_open_to(actor), Case.next_due_at < now)
    longest = select(Case.reference).where(owes).order_by(Case.next_due_at, Case.id).limit(named)
    references = db.session.scalars(longest).all()
    count = db.session.scalar(select(func.count()).select_from(Case).where(owes)) if references else 0
    return Late(count or 0, references)


def _open_to(actor: Actor) -> ColumnElement[bool]:
    return and_(visible_to(actor), Case.class_ != CaseClass.RESTRICTED, Case.closed_at.is_(None))


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)
