"""Chains of rows that are only ever added to: each row's hash covers what it says and the hash of the row before."""

import hashlib
import json
from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar

GENESIS = "0" * 64


class Link(Protocol):
    """A row of a chain."""

    number: int
    previous_hash: str
    hash: str


Row = TypeVar("Row", bound=Link)


def canonical(values: object) -> str:
    """Return JSON that is the same for the same values on every machine: sorted keys, no spaces, ASCII."""
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def said_in(text: str) -> dict[str, Any]:
    """Return what a row of the record says; nothing where somebody wrote over it, which its hash or signature tells."""
    try:
        found: dict[str, Any] = dict(json.loads(text))
    except (ValueError, TypeError):
        return {}
    return found


def hash_over(*values: object) -> str:
    """Return the hash of values in this order."""
    return hashlib.sha256(canonical(list(values)).encode()).hexdigest()


def breaks(rows: Iterable[Row], hash_of: Callable[[Row], str]) -> list[int]:
    """Return the numbers at which a chain does not hold; the rows come in order of their number, from the first."""
    broken: list[int] = []
    previous, number = GENESIS, 0
    for row in rows:
        number += 1
        if row.number != number or row.previous_hash != previous or row.hash != hash_of(row):
            broken.append(row.number)
            number = row.number
        previous = row.hash
    return broken
