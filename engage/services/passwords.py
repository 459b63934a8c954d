"""Passwords: how they are kept, made and judged."""

import secrets
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from engage.domain import guessable

# Source: OWASP Password Storage Cheat Sheet 2025, second of its equal settings: 19 MiB, 2 passes, 1 lane. The first one
# of RFC 9106 takes 2 GiB, and eight sign-ins at once must not starve the pages.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

# Source: NIST SP 800-63B-4, 3.1.1.2: at least 15 characters where a password is all there is; longer ones are taken
# whole. The most is ours: it keeps hashing short.
SHORTEST, LONGEST = 15, 200
_LEAST_DIFFERENT = 6  # Ours: "aaaaaaaaaaaaaaa" is long and no password.
COMMON = Path(__file__).parents[1] / "passwords" / "common.txt"  # made by `make build`
_LETTERS = "abcdefghjkmnpqrstvwxyz23456789"  # nothing that is misread when it is copied by hand


def generated() -> str:
    """Return a random password that can be read out: 20 letters in groups, 98 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))


def hashed(password: str) -> str:
    """Return what is stored of a password."""
    return _HASHER.hash(_normal(password))


def is_right(password: str, stored: str | None) -> bool:
    """Whether this is the password; it takes as long where there is none to compare with."""
    try:
        _HASHER.verify(stored or _NOBODYS, _normal(password)[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def is_outdated(stored: str) -> bool:
    """Whether what is stored was made with weaker settings than today's."""
    return _HASHER.check_needs_rehash(stored)


def why_weak(password: str, *, known: Iterable[str]) -> str | None:
    """Return the code of what is wrong with a new password, or None.

    Codes are too_short, too_long, too_simple, too_common, is_the_name. `known` are words that others try first: the
    owner's name and address, the sites, the service.

    Raises:
        FileNotFoundError: the list of common passwords was not built; nothing passes without it.
    """
    bare = _normal(password)
    if len(bare) < SHORTEST:
        return "too_short"
    if len(bare) > LONGEST:
        return "too_long"
    if len(set(bare)) < _LEAST_DIFFERENT:
        return "too_simple"
    if guessable.is_common(bare, _common()):
        return "too_common"
    return "is_the_name" if guessable.is_about(bare, known, SHORTEST) else None


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    return frozenset(COMMON.read_text("utf-8").split())


def _normal(password: str) -> str:
    """The same password typed on another keyboard gives the same bytes."""
    return unicodedata.normalize("NFKC", password)


_NOBODYS = hashed(generated())
