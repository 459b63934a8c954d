"""When a step of a ladder is reached, in words."""

from flask_babel import gettext, ngettext

from engage.domain.escalation import After, Before, Rung


def times(rung: Rung) -> tuple[str, str]:
    """Return when a rung is reached: for most cases, and for severe ones."""
    when = rung.when
    if isinstance(when, After):
        return _after(when.wait.total_seconds()), _after(when.wait_severe.total_seconds())
    if isinstance(when, Before):
        hours = round(when.wait.total_seconds() / 3600)
        words = str(ngettext("%(num)d hour before", "%(num)d hours before", hours))
        return words, words
    words = str(gettext("when %(percent)d %% of the time is gone", percent=when.percent))
    return words, words


def _after(seconds: float) -> str:
    hours = round(seconds / 3600)
    if hours == 0:
        return str(gettext("on the day it is due"))
    if hours % 24:
        return str(ngettext("%(num)d hour late", "%(num)d hours late", hours))
    return str(ngettext("%(num)d day late", "%(num)d days late", hours // 24))
