"""How alike two concerns are: place, category, time and words. Only a suggestion: people decide."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from unicodedata import normalize

WITHIN = timedelta(days=90)  # Ours, as long as the uplift of domain 3.5 looks back.
LONGEST = 1500  # Ours: characters that are compared; what two concerns share shows early.
# Ours: what each part weighs. Place and words together are enough, place and category are, category and time are not.
PLACE, CATEGORY, WORDS = 0.4, 0.2, 0.8
ENOUGH = 0.5


@dataclass(frozen=True, slots=True)
class Told:
    """What is compared of a concern; `place` as anybody named it."""

    words: str
    place: str | None
    category: str | None
    received_at: datetime


def likeness(one: Told, other: Told) -> float:
    """Return how alike two concerns are, from 0 upwards; nothing more than 90 days apart is alike."""
    if abs(one.received_at - other.received_at) > WITHIN:
        return 0.0
    place = PLACE if is_same_place(one.place, other.place) else 0.0
    category = CATEGORY if one.category is not None and one.category == other.category else 0.0
    return place + category + WORDS * _shared(_pieces(one.words), _pieces(other.words))


def is_same_place(one: str | None, other: str | None) -> bool:
    """Whether both name a place, and the same."""
    key = place_key(one)
    return key is not None and key == place_key(other)


def place_key(place: str | None) -> str | None:
    """Return a place as two of them are compared: the same on every database, whatever its letters; None for none.

    Capitals, double spaces, and letters that are written in two ways (é, or e with an accent) make no other place.
    """
    return _plain(place or "") or None


def _plain(text: str) -> str:
    return " ".join(normalize("NFKC", normalize("NFKC", text).casefold()).split())


def _pieces(words: str) -> frozenset[str]:
    """Three letters at a time: that needs no dictionary, and no spaces between words."""
    text = _plain(words[:LONGEST])
    return frozenset(text[at : at + 3] for at in range(len(text) - 2))


def _shared(one: Collection[str], other: Collection[str]) -> float:
    """How much of both is in both, from 0 to 1 (Dice)."""
    both = len(one) + len(other)
    return 2 * len(frozenset(one) & frozenset(other)) / both if both else 0.0
