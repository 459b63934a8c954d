"""Openings of a confidential identity, in words; engage.web.staff.story takes them in."""

from collections.abc import Callable, Mapping
from datetime import datetime

from flask_babel.speaklater import LazyString

from engage.queries.case_page import CasePage
from engage.web.filters import moment
from engage.web.locale import gettext, lazy_gettext

_ = lazy_gettext
Values = Mapping[str, object]

TITLES: Mapping[str, LazyString] = {
    "OpeningAsked": _("Asked to see who the person is"),
    "OpeningGranted": _("Allowed to see who the person is"),
    "OpeningDeclined": _("Not allowed to see who the person is"),
    "OpeningEnded": _("Taken back that somebody may see who the person is"),
    "IdentityOpened": _("Looked at who the person is"),
}
TOLD: Mapping[str, LazyString] = {
    "identity_opened": _("Somebody who works on it was shown their name. Their page says who, by role, and when."),
}


def _days(page: CasePage, values: Values) -> str:
    return str(gettext("for %(days)s days", days=values["days"]))


def _until(page: CasePage, values: Values) -> str:
    return str(gettext("until %(moment)s", moment=moment(datetime.fromisoformat(str(values["until"])))))


DETAILS: Mapping[str, Callable[[CasePage, Values], str]] = {"OpeningAsked": _days, "OpeningGranted": _until}
