"""What somebody of ours is to do by a date, for a case or for a site alone: when it may be added, and by whom."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from engage.domain.guards import Refusal
from engage.domain.news import TELL_NEWS
from engage.domain.policy import GRANTS, Actor, Permission, Role

# Ours: without a date a task is due in three days; of eight hours each, where the site says when it works (product 4).
WITHIN, WITHIN_WORK = timedelta(days=3), timedelta(hours=24)
REMIND_BEFORE = timedelta(hours=16)  # Ours: what is due when a day ends is spoken of on its morning.
MOST_DAYS = 366  # Ours: what is further away than a year is a plan and no task.
# What the service asks for by itself, by code.
ANSWER_CORRECTION = "answer_correction"
BY_SERVICE: Mapping[str, str] = MappingProxyType(
    {
        TELL_NEWS: "Tell the person how it stands",
        ANSWER_CORRECTION: "Answer the person, who says that something we hold is wrong",
    }
)

# Who works at a site whether a case is theirs or not: the roles that may have a task, but for a seat on a panel.
WORKERS = frozenset(GRANTS[Permission.TASK]) - {Role.PANEL}


def why_not_add(words: str, due_at: datetime, now: datetime) -> Refusal | None:
    """A task says what is to be done, and by when: not in the past, and within a year."""
    if not words.strip():
        return Refusal("task_words_needed")
    if due_at <= now:
        return Refusal("date_is_past")
    return Refusal("date_too_far", {"days": MOST_DAYS}) if due_at > now + timedelta(days=MOST_DAYS + 1) else None


def works_at(actor: Actor, site_id: uuid.UUID) -> bool:
    """Whether the actor may see and have tasks of the site that belong to no case."""
    return any(actor.has(role, site_id) for role in WORKERS)


def directs_at(actor: Actor, site_id: uuid.UUID) -> bool:
    """Whether the actor may give and end the tasks of others at the site: as with cases, those who assign."""
    return any(actor.has(role, site_id) for role in GRANTS[Permission.ASSIGN])
