"""The words for where a notice stands, the roads, and what one attempt came to."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from engage.domain.delivery import NoticeState, Outcome, Urgency

STATES: Mapping[NoticeState, LazyString] = {
    NoticeState.WAITING: _("waits"),
    NoticeState.CLAIMED: _("is being sent"),
    NoticeState.SENT: _("sent"),
    NoticeState.BOUNCED: _("came back"),
    NoticeState.DEAD: _("given up"),
    NoticeState.REPLACED: _("said by another message"),
}
TABS: Mapping[NoticeState, LazyString] = {
    NoticeState.BOUNCED: _("Came back"),
    NoticeState.DEAD: _("Given up"),
    NoticeState.WAITING: _("Waiting"),
    NoticeState.CLAIMED: _("Being sent"),
    NoticeState.SENT: _("Sent"),
    NoticeState.REPLACED: _("Said by another"),
}
OUTCOMES: Mapping[Outcome, LazyString] = {
    Outcome.SENT: _("it left"),
    Outcome.DEFERRED: _("not taken now"),
    Outcome.REFUSED: _("refused"),
    Outcome.FAILED: _("a fault of ours"),
    Outcome.DOWN: _("nothing could leave"),
    Outcome.BOUNCED: _("it came back"),
    Outcome.ARRIVED: _("it arrived"),
}
URGENCIES: Mapping[Urgency, LazyString] = {
    Urgency.URGENT: _("urgent"),
    Urgency.ORDINARY: _("ordinary"),
    Urgency.BULK: _("can wait"),
}
ROADS: Mapping[str, LazyString] = {
    "email": _("e-mail"),
    "sms": _("text message"),
    "errand": _("told by one of us"),
    "facilitator": _("through a trusted person"),
    "letter": _("letter"),
    "board": _("notice board"),
    "case": _("on their case page"),
    "page": _("on our pages"),
    "withheld": _("not sent, they may not know of it"),
    "unknown": _("before a way was known"),
}
# The same as the person reads it.
OWN_ROADS: Mapping[str, LazyString] = {
    "email": _("by e-mail"),
    "sms": _("by text message"),
    "errand": _("one of us tells you"),
    "facilitator": _("through the person you trust"),
    "letter": _("by letter"),
    "board": _("on the notice board"),
    "case": _("here, on your page"),
}


def road(code: str) -> str:
    """Return what staff call a road; the code itself where nobody gave it words."""
    return str(ROADS.get(code, code))


def own_road(code: str) -> str:
    """Return what a person calls a road."""
    return str(OWN_ROADS.get(code, OWN_ROADS["case"]))
