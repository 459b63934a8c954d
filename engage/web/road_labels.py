"""The words for roads to a person and for what comes of errands; engage.web.labels takes them in."""

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

GROUPS: dict[str, dict[str, LazyString]] = {
    "road": {
        "direct": _("direct"),
        "custodian": _("through the custodian"),
        "relay": _("by relay"),
        "facilitator": _("through a trusted person"),
        "none": _("only by code"),
        "letter": _("by letter"),
        "board": _("by a slip on the notice board"),
    },
    "errand_result": {
        "reached": _("Yes, they know"),
        "said": _("Yes, and they said something that belongs on the case"),
        "refused": _("Yes, but they did not want to hear it"),
        "not_reached": _("No, I tried"),
        "sent": _("The letter is in the post"),
        "posted": _("The slip hangs on the board"),
    },
}
REFUSALS: dict[str, LazyString] = {
    "cannot_carry": _("They cannot see this case, or may not speak with its person. Choose somebody else."),
    "not_of_this_road": _("Word by this road cannot end so. Choose again."),
}
