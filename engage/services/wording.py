"""Finding the words of an offer that would take rights from the person, or buy their silence (domain R34, R46)."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from engage.domain.wording import WordList, found_in
from engage.models import Proposal

_FILE = Path(__file__).parent.parent / "data" / "agreement_wording.toml"


@dataclass(frozen=True, slots=True)
class Found:
    """The phrases that a text holds, of those that take a right and of those that ask for silence."""

    rights: tuple[str, ...] = ()
    silence: tuple[str, ...] = ()

    @property
    def phrases(self) -> tuple[str, ...]:
        """Every one of them."""
        return (*self.rights, *self.silence)


@cache
def lists(kind: str) -> tuple[WordList, ...]:
    """Return the words of one kind, `rights` or `silence`, of every language; read once per process."""
    languages = tomllib.loads(_FILE.read_text(encoding="utf-8")).values()
    return tuple(WordList(tuple(one[kind]), one.get("anywhere", False)) for one in languages)


def found(*words: str) -> Found:
    """Return what an offer in these words holds."""
    text = "\n".join(words)
    return Found(found_in(text, lists("rights")), found_in(text, lists("silence")))


def found_in_proposal(proposal: Proposal) -> Found:
    """Return what a proposal holds in the words that its person reads."""
    told = (proposal.shared_findings, proposal.why_not_investigated or "")
    return found(*told, *(remedy.words for remedy in proposal.remedies))
