"""The words for files that are locked away; engage.web.triage_labels takes them in."""

from flask_babel.speaklater import LazyString

from engage.web.locale import lazy_gettext as _

PERMISSIONS: dict[str, LazyString] = {"open_original": _("Open a file as it came")}
REFUSALS: dict[str, LazyString] = {"no_original": _("No file of this case is kept as it came.")}
