"""What happened to the clocks of a case, in words; engage.web.staff.story takes them in."""

from collections.abc import Callable, Mapping
from datetime import datetime

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from engage.queries.case_page import CasePage
from engage.web.filters import day
from engage.web.staff.offered import rules

_ = lazy_gettext
Values = Mapping[str, object]

TITLES: Mapping[str, LazyString] = {
    "ClockPaused": _("Clock stopped"),
    "ClockResumed": _("Clock runs again"),
}
# What a notice tells, for those who carry it by mouth.
TOLD: Mapping[str, LazyString] = {
    "clock_paused": _("The time for their case stands still, why, and until when."),
    "clock_runs_again": _("The time for their case counts again, and the new date."),
}
_RUNS_AGAIN: Mapping[str, LazyString] = {
    "ended": _("we ended the pause"),
    "answered": _("the person wrote"),
    "over": _("the time was over"),
    "closed": _("the case ended"),
}


def _why(page: CasePage, values: Values) -> str:
    found = rules(page).pause_reason(str(values["reason"]))
    return str(gettext(found.label)) if found else str(values["reason"])


def _paused(page: CasePage, values: Values) -> str:
    on = day(datetime.fromisoformat(str(values["ends_at"])))
    return str(gettext("%(why)s, until %(day)s", why=_why(page, values), day=on))


def _resumed(page: CasePage, values: Values) -> str:
    return f"{_why(page, values)} · {_RUNS_AGAIN[str(values['why'])]}"


DETAILS: Mapping[str, Callable[[CasePage, Values], str]] = {
    "ClockPaused": _paused,
    "ClockResumed": _resumed,
}
