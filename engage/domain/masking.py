"""Words for readers who may not know who somebody is: names that are known, addresses and numbers become blocks."""

import re
from collections.abc import Iterable

BLOCK = "████"
_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")
# Six figures or more, as people write numbers of phones, accounts and papers; dates and prices are shorter.
_NUMBER = re.compile(r"\+?\d(?:[ ()./-]?\d){5,}")
_SHORTEST_NAME = 3


def masked(words: str, names: Iterable[str] = ()) -> str:
    """Return the words with what could say who somebody is taken out, as far as a machine can know.

    Each part of a known name is taken out wherever it stands as a word; what is unknown to us stays, so this is a help
    and no promise of anonymity.
    """
    words = _NUMBER.sub(BLOCK, _ADDRESS.sub(BLOCK, words))
    parts = {part for name in names for part in re.split(r"[\s,.;]+", name) if len(part) >= _SHORTEST_NAME}
    for part in sorted(parts, key=len, reverse=True):
        words = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", BLOCK, words, flags=re.IGNORECASE)
    return words
