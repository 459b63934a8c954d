"""What happened while facts were established, in words; engage.web.staff.story takes them in."""

from collections.abc import Callable, Mapping

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from engage.queries.case_page import CasePage

_ = lazy_gettext
Values = Mapping[str, object]

TITLES: Mapping[str, LazyString] = {"InvestigationPlanned": _("Plan of the investigation written")}
DETAILS: Mapping[str, Callable[[CasePage, Values], str]] = {
    "InvestigationPlanned": lambda page, values: (
        gettext("version %(number)s", number=values["number"]) if values["number"] != 1 else ""
    ),
    "ConsultationHeld": lambda page, values: "" if values.get("held", True) else gettext("not reached"),
}
