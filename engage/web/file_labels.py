"""The words for files that are locked away; engage.web.triage_labels takes them in."""

from flask_babel.speaklater import LazyString

from engage.web.locale import lazy_gettext as _

PERMISSIONS: dict[str, LazyString] = {"open_original": _("Open a file as it came")}
REFUSALS: dict[str, LazyString] = {
    "file_is_checked": _("This file is being checked for programs that do harm. It can be opened when that is done."),
    "file_is_harmful": _("This file holds a program that does harm. It is locked, and nobody can open it."),
    "no_original": _("No file of this case is kept as it came."),
}
