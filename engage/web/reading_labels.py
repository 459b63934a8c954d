"""The words for unusual reading; engage.web.labels takes them in."""

from flask_babel.speaklater import LazyString

from engage.web.locale import lazy_gettext as _

SIGNS: dict[str, LazyString] = {
    "many_cases": _("Read far more cases than on other days"),
    "outside_hours": _("Read cases while the site was closed"),
    "conflict": _("Tried to open a case that is about them"),
}
REFUSALS: dict[str, LazyString] = {
    "words_needed": _("Write what you found."),
    "settled_already": _("Somebody has written down already what they found."),
}
