"""What somebody was trained in, for them and for administrators: each course, until when it counts, who needs it."""

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext

from engage.domain.training import counts_until
from engage.models import StaffUser
from engage.services import training
from engage.web import labels


@dataclass(frozen=True, slots=True)
class CourseLine:
    """One course, as it stands with somebody."""

    code: str
    label: str
    taken_on: date | None
    until: date | None
    needed_by: list[str]


def lines_of(user: StaffUser) -> list[CourseLine]:
    """Return every course with what is known of it; those that no role of theirs needs come last."""
    taken, roles = training.taken_by(user.id), {row.role for row in user.memberships}
    found = [
        CourseLine(
            one.code,
            gettext(one.label),
            on := taken.get(one.code),
            counts_until(on, one.months) if on else None,
            sorted(labels.label("role", role) for role in roles & one.roles),
        )
        for one in training.courses()
    ]
    return sorted(found, key=lambda line: not line.needed_by)


def resting(user: StaffUser) -> list[str]:
    """Return the roles of theirs that open nothing now, in words."""
    return sorted(labels.label("role", row.role) for row in user.memberships if not row.counts)
