"""Rings of keys that wrap the keys of cases, and those of the lane: versions in a file outside the database each.

The newest wraps, all open.
"""

import base64
import binascii
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from engage import clock
from engage.settings import settings

KEY_BYTES = 32


class Ring(StrEnum):
    """Whose keys a ring wraps. The lane's lies in a file of its own, so that it can be kept by other people."""

    CASES = "cases"
    LANE = "lane"


_WHERE = {
    Ring.CASES: "The key ring (ENGAGE_KEY_RING, or key-ring.json in ENGAGE_VAR)",
    Ring.LANE: "The key ring of the lane (ENGAGE_LANE_KEYS, or lane-keys.json in ENGAGE_VAR)",
}


class NoRing(ValueError):
    """The ring is missing, cannot be read or is damaged; the text says which, and the remedy."""


@dataclass(frozen=True, slots=True)
class Version:
    """One key of the ring."""

    number: int
    made_at: datetime
    key: bytes = field(repr=False)


def is_there(ring: Ring = Ring.CASES) -> bool:
    """Whether there is a file of keys, whatever is in it."""
    return _path(ring).exists()


def is_open_to_others(ring: Ring = Ring.CASES) -> bool:
    """Whether other accounts of the machine may read or change the file."""
    return bool(_path(ring).stat().st_mode & 0o077)


def versions(ring: Ring = Ring.CASES) -> list[Version]:
    """Return the keys, the oldest first. Read anew each time, so that a turned ring counts at once.

    Raises:
        NoRing: see there.
    """
    try:
        held = json.loads(_path(ring).read_bytes())["versions"]
        found = [_version(one) for one in held]
    except FileNotFoundError as error:
        raise NoRing(f"{_WHERE[ring]} is missing. Put it back from where the keys are kept.") from error
    except OSError as error:
        raise NoRing(f"{_WHERE[ring]} cannot be read by this account ({error.strerror}).") from error
    except (ValueError, LookupError, TypeError) as error:
        raise NoRing(f"{_WHERE[ring]} is damaged. Put it back from where the keys are kept.") from error
    if not found:
        raise NoRing(f"{_WHERE[ring]} holds no key. Put it back from where the keys are kept.")
    return sorted(found, key=lambda one: one.number)


def make(first: int = 1, ring: Ring = Ring.CASES) -> None:
    """Make the ring unless it is there; of several processes that do at the same time, the first one's file counts."""
    path = _path(ring)
    own = _written_beside(path, [_fresh(first)])
    with suppress(FileExistsError):
        os.link(own, path)
    own.unlink()


def add(ring: Ring = Ring.CASES) -> int:
    """Add a version, which wraps from now on, and return its number.

    Raises:
        NoRing: see there.
    """
    with _alone(ring):
        held = versions(ring)
        number = held[-1].number + 1
        _replace([*held, _fresh(number)], ring)
    return number


def remove(number: int, ring: Ring = Ring.CASES) -> None:
    """Take a version out of the ring; what it wraps opens no more. Safe to run twice.

    Raises:
        NoRing: see there.
    """
    with _alone(ring):
        _replace([one for one in versions(ring) if one.number != number], ring)


def _path(ring: Ring) -> Path:
    return settings().key_ring if ring is Ring.CASES else settings().lane_keys


def _version(held: dict[str, str | int]) -> Version:
    key = base64.b64decode(str(held["key"]), validate=True)
    if len(key) != KEY_BYTES:
        raise binascii.Error("length")
    return Version(int(held["version"]), datetime.fromisoformat(str(held["made_at"])), key)


def _fresh(number: int) -> Version:
    return Version(number, clock.utcnow(), secrets.token_bytes(KEY_BYTES))


@contextmanager
def _alone(ring: Ring) -> Iterator[None]:
    """Let one process at a time change the ring."""
    path = _path(ring)
    with path.with_name(f"{path.name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _replace(held: list[Version], ring: Ring) -> None:
    path = _path(ring)
    _written_beside(path, held).replace(path)


def _written_beside(path: Path, held: list[Version]) -> Path:
    """Write the keys to a file of their own next to the ring, whole and on the disk before it takes its place."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    own = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    content = {
        "versions": [
            {"version": one.number, "made_at": one.made_at.isoformat(), "key": base64.b64encode(one.key).decode()}
            for one in held
        ]
    }
    descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    return own
