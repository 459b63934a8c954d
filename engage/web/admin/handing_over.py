"""What is handed on when somebody leaves, moves or loses a role: looked at before it is done, as sums."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from engage.domain.lane_policy import FOCAL_POINTS
from engage.models import StaffUser
from engage.queries import administration
from engage.services.handed import Handed, Thing, receivers
from engage.unit_of_work import unit_of_work

_LOOKED = "looked_at"  # what was shown, as a digest: what is saved is what was looked at
_OWN = (_LOOKED, "csrf_token")


@dataclass(frozen=True, slots=True)
class Sum:
    """How many of one kind, and the names of those who have them or are told."""

    words: str
    names: list[str]


class _OnlyLooking(Exception):
    """Nothing of what was tried stays."""


def look(change: Callable[[], list[Handed]]) -> list[Handed]:
    """Return what the change would hand on. It is done and undone: no row, no notice and no entry stays of it."""
    found: list[Handed] = []
    try:
        with unit_of_work():
            found = change()
            raise _OnlyLooking
    except _OnlyLooking:
        return found


def page_before(user: StaffUser, handed: Iterable[Handed], *, title: str, button: str) -> ResponseReturnValue | None:
    """Return the page that shows the sums, or None where there are none, or where they were looked at just now."""
    sums = sums_of(handed)
    if not sums or request.form.get(_LOOKED) == _digest(sums):
        return None
    return page(user, handed, title=title, button=button)


def page(user: StaffUser, handed: Iterable[Handed], *, title: str, button: str) -> ResponseReturnValue:
    """Return the page that shows the sums. What was sent stands on it unseen and is sent again with it."""
    sums = sums_of(handed)
    kept = [(name, value) for name, value in request.form.items(multi=True) if name not in _OWN]
    shown = {"sums": sums, "seen": _digest(sums), "kept": kept, "title": title, "button": button}
    return render_template("admin/hand_over.html", user=user, **shown)


def sums_of(handed: Iterable[Handed]) -> list[Sum]:
    """Return the sums in words, with the names of those who have the things then."""
    names = administration.names()
    return [
        Sum(_words(thing, count), sorted(names[one] for one in to)) for thing, (count, to) in receivers(handed).items()
    ]


def _digest(sums: list[Sum]) -> str:
    return hashlib.sha256(repr(sums).encode()).hexdigest()


def _words(thing: Thing, count: int) -> str:
    words = {
        Thing.CASE: ngettext("%(num)d case waits to be assigned", "%(num)d cases wait to be assigned", count),
        Thing.TASK: ngettext("%(num)d task", "%(num)d tasks", count),
        Thing.REMEDY: ngettext("%(num)d remedy to carry out", "%(num)d remedies to carry out", count),
        Thing.ERRAND: ngettext("%(num)d word to bring to a person", "%(num)d words to bring to people", count),
        Thing.SEAT: ngettext("%(num)d seat on a panel to fill", "%(num)d seats on panels to fill", count),
        Thing.STAND_IN: ngettext("%(num)d absence without them", "%(num)d absences without them", count),
    }
    return str(words[thing])


def still_needed(sites: Iterable[str]) -> str:
    """Return why the last focal point of these sites stays."""
    return gettext(
        "Nothing is changed. Nobody else is a focal point for %(sites)s, and its restricted cases would be seen by "
        "nobody. Make somebody else a focal point first.",
        sites=", ".join(sites),
    )


def enough(sites: Iterable[str | None]) -> str:
    """Return why nobody becomes a focal point of these sites besides those they have; None stands for all sites."""
    return gettext(
        "Nothing is changed. There are %(most)s focal points for %(sites)s, and no more are allowed: the fewer know of "
        "what was told there, the safer it is. Take the role from somebody first.",
        most=FOCAL_POINTS,
        sites=", ".join(name or gettext("All sites") for name in sites),
    )
