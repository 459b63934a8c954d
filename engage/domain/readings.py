"""When somebody's reading of cases is unusual, so that an auditor looks at it. Nobody is judged here."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from engage.domain.policy import Actor, Role

# Ours: nobody reads twenty cases for the first time on a day without a reason that is easily given; and who reads many
# every day is not told apart by a number, but by what is usual for them.
MANY_A_DAY = 20
TIMES_THE_USUAL = 3
USUAL_OVER_DAYS = 30
# Ours: one look in the evening is work that was left over; from the fifth case on it is a way of working.
OUTSIDE_HOURS = 5


class Sign(StrEnum):
    """What is unusual. Source: issue C, who has seen my case."""

    MANY_CASES = "many_cases"
    OUTSIDE_HOURS = "outside_hours"
    CONFLICT = "conflict"  # tried to open a case that is about them, or that they are kept out of


@dataclass(frozen=True, slots=True)
class ReadingDay:
    """What somebody read at a site on a day there: how many cases, and how many of them while the site was closed.

    `before` holds how many they read on each earlier day on which they read any.
    """

    cases: int
    while_closed: int
    before: Sequence[int] = ()


def is_many(day: ReadingDay) -> bool:
    """Whether somebody read far more than they do on other days."""
    usual = median(day.before) if day.before else 0
    return day.cases > max(MANY_A_DAY, TIMES_THE_USUAL * usual)


def signs_of(day: ReadingDay) -> dict[Sign, int]:
    """Return what is unusual about a day, each with the number of cases that shows it."""
    found = {}
    if is_many(day):
        found[Sign.MANY_CASES] = day.cases
    if day.while_closed >= OUTSIDE_HOURS:
        found[Sign.OUTSIDE_HOURS] = day.while_closed
    return found


def may_look(actor: Actor, site_id: object, user_id: object) -> bool:
    """Whether somebody may see and settle what is unusual at the site: its auditors, and never about themself."""
    here = any(held.role is Role.AUDITOR and held.site_id in (None, site_id) for held in actor.memberships)
    return here and actor.id != user_id
