"""Where very many concerns come from one place, each waits its turn on its own page. Nothing is kept of it, or lost."""

import secrets
from dataclasses import dataclass

from engage import clock, vault
from engage.web import limits

_PURPOSE = "turn-of-form"


@dataclass(frozen=True, slots=True)
class Turn:
    """When a form may be sent, as the page carries it, and how many seconds that is from now."""

    proof: str
    seconds: int


def of(token: str, proof: str | None) -> Turn | None:
    """Return the turn for which a form has to wait, None when it may be sent now.

    `proof` is what its page carries of an earlier try; it holds for this form alone and nobody else can make one.
    """
    now = int(clock.utcnow().timestamp())
    starts = _instant_in(token, proof or "")
    if starts is None:
        starts = now + limits.seconds_to_wait()
    return Turn(f"{starts}.{_mark(token, starts)}", starts - now) if starts > now else None


def _instant_in(token: str, proof: str) -> int | None:
    text, _, mark = proof.partition(".")
    if not (text.isascii() and text.isdecimal() and len(text) < 12):
        return None
    return int(text) if secrets.compare_digest(mark.encode(), _mark(token, int(text)).encode()) else None


def _mark(token: str, starts: int) -> str:
    return vault.digest(f"{token}.{starts}", _PURPOSE)
