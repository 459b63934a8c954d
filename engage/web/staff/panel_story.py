"""What happened among those who decide an appeal, in words; engage.web.staff.story takes them in."""

from collections.abc import Callable, Mapping

from flask_babel.speaklater import LazyString

from engage.queries.case_page import CasePage
from engage.web.locale import gettext, lazy_gettext

_ = lazy_gettext

TITLES: Mapping[str, LazyString] = {
    "PanelDeclared": _("A member of the panel has no conflict of interest"),
    "SeatGivenUp": _("A member left the panel because of a conflict of interest"),
    "SeatVacated": _("A member may sit on panels no longer"),
    "PanelNoteWritten": _("A note that the panel alone reads"),
}
DETAILS: Mapping[str, Callable[[CasePage, Mapping[str, object]], str]] = {
    "PanelNoteWritten": lambda page, values: gettext("a dissent") if values["dissents"] else "",
}
