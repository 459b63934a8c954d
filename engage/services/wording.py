"""Stopping an offer whose words would take rights from the person, or buy their silence."""

import tomllib
from functools import cache
from pathlib import Path

from engage.domain.guards import Refusal, Refused
from engage.domain.wording import WordList, found_in

_FILE = Path(__file__).parent.parent / "data" / "agreement_wording.toml"


@cache
def lists() -> tuple[WordList, ...]:
    """Return the words of every language; read once per process."""
    languages = tomllib.loads(_FILE.read_text(encoding="utf-8")).values()
    return tuple(WordList(tuple(one["phrases"]), one.get("anywhere", False)) for one in languages)


def refuse_waiver(*words: str) -> None:
    """Let words of an offer pass that ask nobody to give up a right or keep silent.

    Raises:
        Refused: some do; the refusal says which (domain R34, R46).
    """
    if found := found_in("\n".join(words), lists()):
        raise Refused(Refusal("waiver_wording", {"words": ", ".join(f"“{phrase}”" for phrase in found)}))
