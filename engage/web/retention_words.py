"""The schedule in words: what a rule is about, and what a run did."""

from engage.domain.retention import ASKED
from engage.services import retention_schedule
from engage.web.locale import gettext


def rule(code: str) -> str:
    """Return what a rule of the schedule is about; the code itself of one that is in it no longer."""
    if code == ASKED:
        return gettext("The person asked for it")
    found = (one.label for one in retention_schedule.schedule().rules if one.code == code)
    return gettext(next(found, code))
