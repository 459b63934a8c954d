"""What a case owes, as tests ask for it, and sites with promises of their own."""

import copy
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from engage import clock
from engage.domain.deadlines import Promise
from engage.extensions import db
from engage.models import CaseEvent, Deadline, Pause, ReachedRung, RuleSet, StaffUser
from engage.services import cases, sites, timeline
from engage.unit_of_work import unit_of_work
from tests.states import case_of


def rows_of(reference: str, *promises: Promise) -> list[Deadline]:
    """Every version of the case's deadlines, of the promises named or of all, oldest first."""
    wanted = select(Deadline).where(Deadline.case_id == case_of(reference).id).order_by(Deadline.due_at)
    found = db.session.scalars(wanted.execution_options(populate_existing=True))
    return [row for row in found if not promises or row.promise in promises]


def owed(reference: str) -> dict[Promise, datetime]:
    """When what runs falls due."""
    return {row.promise: row.due_at for row in rows_of(reference) if row.ended_at is None}


def the_open(reference: str, promise: Promise) -> Deadline:
    """The one open deadline of a promise."""
    [row] = [row for row in rows_of(reference, promise) if row.ended_at is None]
    return row


def reached(reference: str, promise: Promise) -> list[tuple[str, bool]]:
    """What was reached of a promise, over all versions: the code, and whether it was superseded."""
    ids = [row.id for row in rows_of(reference, promise)]
    found = db.session.scalars(select(ReachedRung).where(ReachedRung.deadline_id.in_(ids)))
    return sorted((row.code, row.was_superseded) for row in found)


def events_of(reference: str) -> list[CaseEvent]:
    """The record of the case, oldest first."""
    wanted = select(CaseEvent).where(CaseEvent.case_id == case_of(reference).id).order_by(CaseEvent.number)
    return list(db.session.scalars(wanted.execution_options(populate_existing=True)))


def kinds_of(reference: str) -> list[str]:
    """The kinds of the events of the case, oldest first."""
    return [row.kind for row in events_of(reference)]


def breaks_of(reference: str) -> list[int]:
    """The numbers at which the record of the case does not hold."""
    return timeline.breaks_in(events_of(reference))


def with_case(reference: str, use_case: Callable[..., Any], *args: Any, **values: Any) -> Any:
    """Run something that takes the case in hand, in its unit of work; return what it returned."""
    with unit_of_work():
        return use_case(cases.lock_own(case_of(reference).id), *args, **values)


def pause(reference: str, ends_at: datetime | None = None, reason: str = "community_decision") -> None:
    """Let the clock of the case stand still from now."""
    case_id = case_of(reference).id
    with unit_of_work():
        db.session.add(Pause(case_id=case_id, reason_code=reason, starts_at=clock.utcnow(), ends_at=ends_at))


def change_rules(site_id: uuid.UUID, change: Callable[[dict[str, Any], dict[str, Any]], None]) -> None:
    """Give the site a new version of its rules; `change` edits the documents of promises and ladder in place."""
    with unit_of_work():
        old = db.session.get_one(RuleSet, sites.rule_set_in_force(site_id, clock.utcnow()))
        documents = {name: copy.deepcopy(getattr(old, name)) for name in ("promises", "ladder", "pauses")}
        documents |= {name: getattr(old, name) for name in ("taxonomy", "severity")}
        change(documents["promises"], documents["ladder"])
        values = {"site_id": site_id, "version": old.version + 1, "effective_at": clock.utcnow()}
        db.session.add(RuleSet(**values, **documents))


def signs_in(clock: Any, *actors: Any) -> None:
    """Let these members of staff have been here now."""
    with unit_of_work():
        for actor in actors:
            db.session.get_one(StaffUser, actor.id).last_sign_in_at = clock.now
