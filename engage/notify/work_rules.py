"""Who is told of tasks; engage.notify.rules takes the events into its table.

A task that belongs to no case has no event, so its notices are beside the table.
"""

from collections.abc import Callable, Mapping
from typing import Any

from engage.domain import policy
from engage.domain import work_events as events
from engage.domain.event import Event
from engage.domain.policy import Permission
from engage.extensions import db
from engage.models import Absence, Case, Recipient, StaffUser, Task
from engage.notify import outbox, staff_roads, timing
from engage.notify.notices import Notice, to_staff
from engage.notify.outbox import Owed
from engage.notify.timing import StaffHours
from engage.scope import first_at, first_to_tell

GIVEN, DUE = "own_task", "own_task_due"
STANDS_IN = "stand_in"
QUIET: frozenset[type[Event]] = frozenset({events.TaskFinished})  # whoever gave it sees it on the case


def _added(event: events.TaskAdded, case: Case) -> list[Notice]:
    """Whoever is to do it, unless they gave it to themselves: task_for_you."""
    row = db.session.get_one(Task, event.task_id)
    return to_staff([event.owner_id] if event.owner_id != row.added_by_id else [], "task_for_you")


def _passed_on(event: events.TaskPassedOn, case: Case) -> list[Notice]:
    """Whoever is to do it now, unless they took it themselves: task_for_you."""
    return to_staff([] if event.taken else [event.owner_id], "task_for_you")


def _due(event: events.TaskDue, case: Case) -> list[Notice]:
    """Whoever is to do it, or whoever is told of new cases where they may not know of the case any more: task_due."""
    user = db.session.get_one(StaffUser, event.owner_id)
    sees = policy.may(user.actor, Permission.VIEW, case.facts)
    return to_staff([user.id] if sees else first_to_tell(case), "task_due")


RULES: Mapping[type[Event], Callable[[Any, Case], list[Notice]]] = {
    events.TaskAdded: _added,
    events.TaskPassedOn: _passed_on,
    events.TaskDue: _due,
}


def tell_of_absence(row: Absence) -> None:
    """Tell whoever stands in for somebody that they do; once for each absence."""
    user = db.session.get_one(StaffUser, row.replacement_id)
    outbox.enqueue(Owed(f"{row.id}:{STANDS_IN}:{user.id}", STANDS_IN, user.locale, Recipient.STAFF, user_id=user.id))


def tell_of_task(task: Task, template: str) -> None:
    """Tell the owner of a task without a case that they have it, or that it falls due; once per owner and date.

    Where the owner is with us no longer, whoever looks after the site is told instead.
    """
    owner = db.session.get_one(StaffUser, task.owner_id)
    told = [owner] if owner.is_active else [db.session.get_one(StaffUser, one) for one in first_at(task.site_id)]
    hours = StaffHours(task.site_id, due_at=task.due_at)
    for user in told:
        key = f"{task.id}:{template}:{user.id}:{task.due_at.isoformat()}"
        leaving = hours.leaving(template, staff_roads.chosen_by(user, template))
        owed = Owed(key, template, user.locale, Recipient.STAFF, user_id=user.id, not_before=leaving.at)
        outbox.enqueue(*timing.with_its_mail(owed, leaving))
