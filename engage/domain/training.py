"""Training: which course a role needs, how long one counts, and from which day on a role rests. Source: domain R07."""

import calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from engage.domain.guards import Refusal
from engage.domain.policy import Role

TOLD_BEFORE = timedelta(days=30)  # Source: issue.
_OLDEST = timedelta(days=3660)  # Ours: ten years; what is older is a slip of the pen.


@dataclass(frozen=True, slots=True)
class Course:
    """What people are trained in: for how many months it counts, and which roles need it."""

    code: str
    label: str
    months: int
    roles: frozenset[Role]


def read_courses(document: Mapping[str, object]) -> tuple[Course, ...]:
    """Return the courses of the shipped file.

    Raises:
        KeyError, ValueError: it does not have the shape.
    """
    rows = document["courses"]
    if not isinstance(rows, list):
        raise ValueError("courses")
    return tuple(
        Course(row["code"], row["label"], int(row["months"]), frozenset(Role(one) for one in row["roles"]))
        for row in rows
    )


def counts_until(taken_on: date, months: int) -> date:
    """Return the last day on which a course counts: the same day so many months later, or the last of that month."""
    year, month = divmod(taken_on.year * 12 + taken_on.month - 1 + months, 12)
    return date(year, month + 1, min(taken_on.day, calendar.monthrange(year, month + 1)[1]))


def rests_from(role: Role, courses: Iterable[Course], taken: Mapping[str, date], since: date) -> date | None:
    """Return the first day on which the role opens nothing, or None for a role that needs no course.

    `taken` are the days on which courses were taken last, by code; `since` is the day from which the site wants them.
    What was never taken lasts until that day.
    """
    ends = [
        counts_until(taken[course.code], course.months) + timedelta(days=1) if course.code in taken else since
        for course in courses
        if role in course.roles
    ]
    return max(min(ends), since) if ends else None


def is_told_of(rests_on: date, today: date) -> bool:
    """Whether it is time to say that a role will rest."""
    return today < rests_on <= today + TOLD_BEFORE


def why_not_record(code: str, taken_on: date, evidence: str, courses: Sequence[Course], today: date) -> Refusal | None:
    """A course is one of ours, was taken lately, and something shows it."""
    if code not in {course.code for course in courses}:
        return Refusal("no_such_course")
    if taken_on > today or taken_on < today - _OLDEST:
        return Refusal("not_taken_yet")
    return Refusal("evidence_needed") if not evidence.strip() else None
