"""Whether a password is among the first that somebody would try: common ones, and what is known of its owner.

Source: NIST SP 800-63B-4, 3.1.1.2 (a blocklist of leaked, common and context-specific passwords, compared whole); ASVS
5.0, 6.2.4 and 6.2.11. Ours is what follows from our length: whole entries of such a list are short, so two of them in a
row, and one over and over, count as common, too. Three words that have nothing to do with one another do not.
"""

from collections.abc import Container, Iterable

_SHORTEST_ENTRY = 3  # Ours: shorter ones are in the list by chance.
_SHORTEST_WORD = 4  # Ours: three letters of a name stand in many words.


def is_common(password: str, common: Container[str]) -> bool:
    """Whether the password is on the list, or is made of at most two that are; case and signs between are no help."""
    bare = "".join(sign for sign in password.casefold() if sign.isalnum())
    unit = _repeated(bare)
    halves = ((unit[:place], unit[place:]) for place in range(_SHORTEST_ENTRY, len(unit) - _SHORTEST_ENTRY + 1))
    return (
        password.casefold() in common
        or unit in common
        or len(unit) < len(bare) // 2
        or any(first in common and second in common for first, second in halves)
    )


def is_about(password: str, words: Iterable[str], shortest: int) -> bool:
    """Whether too little of the password is left when the words that everybody knows are taken away.

    Words are names, addresses, places: each of their parts counts, in any case.
    """
    rest = folded = password.casefold()
    for part in sorted(_parts(words), key=len, reverse=True):
        rest = rest.replace(part, "")
    return rest != folded and len(rest) < shortest


def _repeated(text: str) -> str:
    """The shortest piece that the text is a row of: itself where it repeats nothing."""
    return text[: (text + text).find(text, 1)] if text else text


def _parts(words: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for word in words:
        bare = "".join(sign if sign.isalnum() else " " for sign in word.casefold())
        found.update(part for part in bare.split() if len(part) >= _SHORTEST_WORD)
    return found
