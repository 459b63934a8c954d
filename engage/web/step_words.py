"""The steps to a date in words: what counted, and what did not and why."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from itertools import pairwise

from flask_babel import gettext, ngettext

from engage.domain.deadlines import Hours, Span, Step, StepCode
from engage.web.filters import moment

_MINUTE = timedelta(minutes=1)


def in_words(
    steps: Sequence[Step], reasons: Mapping[str, str], say: Callable[[timedelta], str] | None = None
) -> list[str]:
    """Return one line per step, in the zone the page speaks in; `reasons` are the words of pause reasons by code.

    The lengths that counted are written by `say`, else by `length`, to the minute, and sum to what all counted.
    """
    lengths = whole_minutes(steps)
    return [_sentence(step, reasons, (say or length)(lengths[place])) for place, step in enumerate(steps)]


def whole_minutes(steps: Sequence[Step]) -> list[timedelta]:
    """Return what each step counted in whole minutes: no seconds are lost between one step and the next."""
    totals = [sum((step.counted for step in steps[:place]), timedelta()) // _MINUTE for place in range(len(steps) + 1)]
    return [(after - before) * _MINUTE for before, after in pairwise(totals)]


def days_and_hours(counted: timedelta) -> str:
    """Return a length of calendar time: 3 days, 4 hours and 12 minutes; units of which there are none are left out."""
    hours, minutes = divmod(counted // _MINUTE, 60)
    days, hours = divmod(hours, 24)
    parts = [
        ngettext("%(num)d day", "%(num)d days", days) if days else "",
        ngettext("%(num)d hour", "%(num)d hours", hours) if hours else "",
        ngettext("%(num)d minute", "%(num)d minutes", minutes) if minutes or not (days or hours) else "",
    ]
    return str(gettext(", ").join(part for part in parts if part))


def hours_and_minutes(counted: timedelta) -> str:
    """Return a length of time that was promised in hours: 48 hours, not 2 days."""
    hours, minutes = divmod(counted // _MINUTE, 60)
    parts = [
        ngettext("%(num)d hour", "%(num)d hours", hours) if hours else "",
        ngettext("%(num)d minute", "%(num)d minutes", minutes) if minutes or not hours else "",
    ]
    return str(gettext(", ").join(part for part in parts if part))


def as_promised(span: Span) -> Callable[[timedelta], str]:
    """Return how to write what counted, in the unit in which it was promised, so that the reader sees it sum."""
    return hours_and_minutes if isinstance(span, Hours) else days_and_hours


def length(counted: timedelta) -> str:
    """Return a length in the largest unit that divides it: 3 days, 30 hours, 90 minutes."""
    minutes = counted // _MINUTE
    if minutes and minutes % 1440 == 0:
        return str(ngettext("%(num)d day", "%(num)d days", minutes // 1440))
    if minutes % 60 == 0:
        return str(ngettext("%(num)d hour", "%(num)d hours", minutes // 60))
    return str(ngettext("%(num)d minute", "%(num)d minutes", minutes))


def _sentence(step: Step, reasons: Mapping[str, str], counted: str) -> str:
    if step.code is StepCode.MOVED_FORWARD:
        return str(gettext("That hour did not exist because clocks were put forward."))
    since, until = moment(step.starts_at), moment(step.ends_at) if step.ends_at else gettext("it is lifted")
    if step.code is StepCode.COUNTED:
        words = gettext("%(length)s counted", length=counted)
    elif step.code is StepCode.NOT_WORKING:
        words = gettext("outside working hours")
    else:
        kind = {
            StepCode.PAUSED: gettext("paused"),
            StepCode.HOLIDAY: gettext("public holiday"),
            StepCode.CLOSURE: gettext("closed"),
        }[step.code]
        reason = step.reason or ""
        words = gettext("%(kind)s, %(why)s", kind=kind, why=reasons.get(reason, reason))
    return str(gettext("%(since)s to %(until)s: %(words)s", since=since, until=until, words=words))
