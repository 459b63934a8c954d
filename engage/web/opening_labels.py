"""The words for opening a confidential identity; engage.web.triage_labels takes them in."""

from flask_babel.speaklater import LazyString

from engage.web.locale import lazy_gettext as _

PERMISSIONS: dict[str, LazyString] = {
    "ask_opening": _("Ask to see who the person is"),
    "decide_opening": _("Decide whether somebody may see who the person is"),
}
REFUSALS: dict[str, LazyString] = {
    "nothing_to_open": _("There is no secret name that could be shown to whoever asked."),
    "knows_it_already": _("You may see who the person is already."),
    "too_many_days": _("Ask for %(most)s days or fewer."),
    "opening_waits": _("You have asked already, or it is open to you now."),
    "opening_is_over": _("It is not open any more. Ask again if you still need it."),
}
