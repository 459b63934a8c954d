"""What programs write in the mails that nobody wrote, read from engage/data/machine_words.toml."""

import tomllib
from collections.abc import Iterable
from pathlib import Path

_READ = tomllib.loads((Path(__file__).parents[1] / "data" / "machine_words.toml").read_text("utf-8"))

(
    ABSENCE_SUBJECTS,
    ABSENCE_WORDS,
    CHALLENGE_SUBJECTS,
    CHALLENGE_WORDS,
    REPORT_SUBJECTS,
    REPORT_WORDS,
    DELAYED,
    DELIVERED,
) = (
    tuple(one.casefold() for one in _READ[name])
    for name in (
        "absence_subjects",
        "absence_words",
        "challenge_subjects",
        "challenge_words",
        "report_subjects",
        "report_words",
        "delayed_words",
        "delivered_words",
    )
)


def has(text: str, words: Iterable[str]) -> bool:
    """Whether one of the words stands in the text, whatever its capitals and apostrophes."""
    folded = " ".join(text.replace("’", "'").casefold().split())
    return any(word in folded for word in words)


def begins(text: str, words: tuple[str, ...]) -> bool:
    """Whether the text begins with one of the words, whatever marks stand before it."""
    return text.casefold().lstrip(" \t[(<*-#!:").startswith(words)
