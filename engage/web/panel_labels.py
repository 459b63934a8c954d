"""The words for what a panel does among itself; engage.web.labels takes them in."""

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

PERMISSIONS: dict[str, LazyString] = {
    "deliberate": _("Deliberate with the panel"),
}
REFUSALS: dict[str, LazyString] = {
    "no_panel": _("Name the panel first."),
    "no_appeal": _("No appeal is open."),
    "nobody_named": _("Name at least one person."),
    "nobody_free_for_panel": _(
        "Nobody is free for a panel. An administrator has to give the role “Appeal panel” to somebody who never worked "
        "on this case or read it."
    ),
    "touched_before": _("Someone named has worked on this case or read it before. A panel needs people who have not."),
    "late_appeal_needs_reason": _("The %(days)s days are over. Say why it is late, and it will still be looked at."),
    "not_closed_yet": _("The case is not closed yet."),
    "declare_first": _("Say first whether you have a conflict of interest."),
    "not_seated_now": _("No appeal on whose panel you sit is open."),
    "note_needed": _("Write the note."),
}
