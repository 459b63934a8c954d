"""Corrections, holds and erasures in words; engage.web.staff.story takes them in."""

from collections.abc import Callable, Mapping

from flask_babel.speaklater import LazyString

from engage.queries.case_page import CasePage
from engage.web import labels
from engage.web.locale import gettext, lazy_gettext

_ = lazy_gettext
Values = Mapping[str, object]

TITLES: Mapping[str, LazyString] = {
    "CorrectionAsked": _("The person said that something we hold is wrong"),
    "CorrectionAnswered": _("What the person said is wrong was answered"),
    "HoldSet": _("Legal hold set: nothing may be erased"),
    "HoldLifted": _("Legal hold lifted"),
    "ContentErased": _("Erased"),
}
DETAILS: Mapping[str, Callable[[CasePage, Values], str]] = {
    "CorrectionAnswered": lambda page, values: (
        gettext("we agree") if values["accepted"] else gettext("we do not agree")
    ),
    "ContentErased": lambda page, values: labels.label("scope", values["scope"]),
}
