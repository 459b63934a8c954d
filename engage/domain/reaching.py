"""On which roads word goes to a person, and in which order. At which hours, says engage.domain.quiet."""

from collections.abc import Collection
from enum import StrEnum


class Way(StrEnum):
    """How one notice is carried to a person. The first two a machine carries, the others somebody of ours."""

    EMAIL = "email"
    SMS = "sms"
    CALL = "call"  # said by mouth: by phone, at the door, or through somebody they trust
    LETTER = "letter"


BY_MACHINE = frozenset({Way.EMAIL, Way.SMS})
# Ours: what costs nothing and leaves a text to read comes first; what a human carries comes last and is the end.
_USUAL = (Way.EMAIL, Way.SMS, Way.CALL, Way.LETTER)


def ways(left: Collection[Way], first: Way | None) -> tuple[Way, ...]:
    """Return the ways to try, one after the other, of those for which the person left something.

    Their own first choice comes first where it can. After one that a human carries none follows: they see to it that
    the person hears.
    """
    order = sorted(left, key=lambda way: (way is not first, _USUAL.index(way)))
    found: list[Way] = []
    for way in order:
        found.append(way)
        if way not in BY_MACHINE:
            break
    return tuple(found)


def next_way(order: Collection[Way], tried: Collection[str]) -> Way | None:
    """Return the next way a machine carries that was not tried; None where a human has to go."""
    return next((way for way in order if way in BY_MACHINE and way not in tried), None)
