"""The words for what a panel does among itself; engage.web.labels takes them in."""

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

PERMISSIONS: dict[str, LazyString] = {
    "deliberate": _("Deliberate with the panel"),
}
REFUSALS: dict[str, LazyString] = {
    "declare_first": _("Say first whether you have a conflict of interest."),
    "not_seated_now": _("No appeal on whose panel you sit is open."),
    "note_needed": _("Write the note."),
}
