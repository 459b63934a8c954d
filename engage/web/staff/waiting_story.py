"""What happened while somebody waited, in words; engage.web.staff.story takes them in."""

from collections.abc import Callable, Mapping
from datetime import datetime

from flask_babel.speaklater import LazyString

from engage.domain.pausing import REMINDERS
from engage.queries.case_page import CasePage
from engage.web import labels
from engage.web.filters import day
from engage.web.locale import gettext, lazy_gettext

_ = lazy_gettext
Values = Mapping[str, object]

TITLES: Mapping[str, LazyString] = {
    "NewsMissed": _("Nobody told the person how it stands: told one step up"),
    "PersonReminded": _("The person was reminded of what we asked"),
    "ExtensionAsked": _("More time asked for, one level up"),
    "ExtensionDeclined": _("More time declined"),
}


def _to_whom(page: CasePage, values: Values) -> str:
    return labels.label("role", values["role"])


def _number(page: CasePage, values: Values) -> str:
    return str(gettext("reminder %(number)s of %(all)s", number=values["number"], all=REMINDERS))


def _promised(page: CasePage, values: Values) -> str:
    return labels.label("promise", values["promise"])


def _until(page: CasePage, values: Values) -> str:
    on = day(datetime.fromisoformat(str(values["new_date"])))
    return str(gettext("%(promise)s: until %(day)s", promise=_promised(page, values), day=on))


DETAILS: Mapping[str, Callable[[CasePage, Values], str]] = {
    "PersonReminded": _number,
    "ExtensionAsked": _until,
    "ExtensionDeclined": _promised,
    "NewsMissed": _to_whom,
}
