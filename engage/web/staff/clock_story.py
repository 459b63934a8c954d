"""What happened to the clocks of a case, in words; engage.web.staff.story takes them in."""

from collections.abc import Callable, Mapping
from datetime import datetime

from flask_babel.speaklater import LazyString

from engage.queries.case_page import CasePage
from engage.web import labels
from engage.web.filters import day
from engage.web.locale import gettext, lazy_gettext
from engage.web.staff.offered import rules

_ = lazy_gettext
Values = Mapping[str, object]

TITLES: Mapping[str, LazyString] = {
    "ClockPaused": _("Clock stopped"),
    "ClockResumed": _("Clock runs again"),
    "PanelOffered": _("A panel was offered, because we are late"),
    "OutsideOffered": _("Places outside were offered, because we are late"),
    "ExplanationAsked": _("An explanation in writing was asked for"),
    "ExplanationWritten": _("It was explained in writing why it is late"),
    "ExplanationMissed": _("No explanation came in time"),
}
# What a notice tells, for those who carry it by mouth.
TOLD: Mapping[str, LazyString] = {
    "clock_paused": _("The time for their case stands still, why, and until when."),
    "panel_offered": _("We are very late, and they can ask a panel to look at it now."),
    "outside_offered": _("We are very late, and where else they can turn to."),
    "reminder_to_reply": _("We still wait for the answer to what we asked them, and until when."),
    "going_on": _("We had no answer in time and go on with what we know. They can still write."),
    "clock_runs_again": _("The time for their case counts again, and the new date."),
}
_RUNS_AGAIN: Mapping[str, LazyString] = {
    "ended": _("we ended the pause"),
    "answered": _("the person wrote"),
    "over": _("the time was over"),
    "unanswered": _("the time was over without an answer: we go on with what is known"),
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


def _promised(page: CasePage, values: Values) -> str:
    return labels.label("promise", values["promise"])


def _to_whom(page: CasePage, values: Values) -> str:
    return f"{_promised(page, values)} · {labels.label('role', values['role'])}"


DETAILS: Mapping[str, Callable[[CasePage, Values], str]] = {
    "ClockPaused": _paused,
    "ClockResumed": _resumed,
    "PanelOffered": _promised,
    "OutsideOffered": _promised,
    "ExplanationAsked": _to_whom,
    "ExplanationWritten": _to_whom,
    "ExplanationMissed": _to_whom,
}
