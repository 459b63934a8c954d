"""What happened on the roads to a person, in words; engage.web.staff.story takes them in."""

import uuid
from collections.abc import Callable, Mapping

from flask_babel.speaklater import LazyString

from engage.queries.case_page import CasePage
from engage.web import labels
from engage.web.locale import gettext, lazy_gettext

_ = lazy_gettext
Values = Mapping[str, object]

TITLES: Mapping[str, LazyString] = {
    "ErrandDue": _("The person is still to be told"),
    "ErrandGiven": _("Somebody is to tell the person"),
    "TextsStopped": _("The person wants no more text messages"),
    "PreferencesChanged": _("The person changed how and when to reach them"),
}


def _carrier(page: CasePage, values: Values) -> str:
    return page.names.get(uuid.UUID(str(values["carrier_id"])), str(gettext("somebody of ours")))


def _seat(page: CasePage, values: Values) -> str:
    role = str(values["role"])
    return "" if role == "assignee" else labels.label("role", role)


DETAILS: Mapping[str, Callable[[CasePage, Values], str]] = {"ErrandDue": _seat, "ErrandGiven": _carrier}
