"""Who is told besides because they watch a case, and who because a colleague named them in a note."""

import uuid
from collections.abc import Callable, Collection, Mapping
from typing import Any

from sqlalchemy import select

from engage.domain import policy
from engage.domain import work_events as events
from engage.domain.case import CaseClass
from engage.domain.event import Event
from engage.domain.policy import Permission
from engage.extensions import db
from engage.models import Case, StaffUser, Watching
from engage.notify.addressing import NEUTRAL_FOR_STAFF
from engage.notify.notices import Notice, to_staff

# What those who watch hear of: whatever moves the case or is said in it. Reminders and word about addresses are none.
NEWS = frozenset(
    {
        *("case_acknowledged", "case_news", "case_finished", "proposal_waiting", "appeal_decided"),
        *("case_delayed", "more_time", "clock_paused", "clock_runs_again", "going_on"),
        *("reply_arrived", "case_moved"),
    }
)


def told_besides(called: Collection[Notice], case: Case, *, by: uuid.UUID | None) -> list[Notice]:
    """Return the notices to those who watch the case: watched_case, once for whatever the event calls for.

    Whoever did it, works the case or is told of it otherwise hears nothing more; nor does who may see it no longer.
    A restricted case tells nobody outside its own rules, so nobody hears of it by watching.
    """
    if case.class_ is CaseClass.RESTRICTED or not any(one.template in NEWS for one in called):
        return []
    watching = select(StaffUser).join(Watching, Watching.user_id == StaffUser.id).where(Watching.case_id == case.id)
    left_out = {by, case.assignee_id, *(one.user_id for one in called)}
    facts = case.facts
    users = db.session.scalars(watching.where(StaffUser.is_active).order_by(StaffUser.id))
    hears = [user.id for user in users if user.id not in left_out and policy.may(user.actor, Permission.VIEW, facts)]
    return to_staff(hears, "watched_case")


def _mentioned(event: events.ColleagueMentioned, case: Case) -> list[Notice]:
    """The colleague, while they may see the case: mentioned."""
    user = db.session.get_one(StaffUser, event.user_id)
    if not policy.may(user.actor, Permission.VIEW, case.facts):
        return []
    # In a restricted case this one focal point is meant, and not whoever is told first.
    return to_staff([user.id], NEUTRAL_FOR_STAFF if case.class_ is CaseClass.RESTRICTED else "mentioned")


RULES: Mapping[type[Event], Callable[[Any, Case], list[Notice]]] = {events.ColleagueMentioned: _mentioned}
