"""Words that an agreement must not hold: rights given up, courts shut off, silence bought (domain R34, R46)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WordList:
    """Phrases of one language; `anywhere` where its script puts no space between words."""

    phrases: tuple[str, ...]
    anywhere: bool = False


def found_in(words: str, lists: Iterable[WordList]) -> tuple[str, ...]:
    """Return the phrases that a text holds, each once; a phrase is the beginning of a word, in whatever case.

    All languages are looked for, whatever the text's own: people write in more than one.
    """
    text = " ".join(words.casefold().split())
    return tuple(
        dict.fromkeys(
            phrase for some in lists for phrase in some.phrases if _holds(text, phrase, anywhere=some.anywhere)
        )
    )


def _holds(text: str, phrase: str, *, anywhere: bool) -> bool:
    sought = re.escape(phrase.casefold())
    return re.search(sought if anywhere else rf"(?<!\w){sought}", text) is not None
