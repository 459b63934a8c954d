"""Holding the record against the checkpoints: those we keep, and one that somebody saved where we cannot reach it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, Self

from engage import vault
from engage.domain import merkle
from engage.models import Checkpoint
from engage.services.chain import GENESIS, canonical, hash_over, said_in
from engage.services.checkpoints import FORMAT, heads_at, roots_of

# Ours: between the moment an event names and its commit lies a transaction, which our servers end after ten minutes.
_UNDER_WAY = timedelta(minutes=15)
_TREES = {"root": False, "restricted_root": True}  # by their names in a checkpoint, and whether restricted cases are in


class Numbered(Protocol):
    """A row of a chain, of a case or of a report."""

    number: Any
    hash: Any


class Dated(Numbered, Protocol):
    """An event of a chain."""

    at: Any


class Seen(Protocol):
    """How far the chains had come at a checkpoint."""

    checkpoint_number: Any
    events: Any
    events_hash: Any
    accesses: Any
    accesses_hash: Any


class NoCheckpoint(ValueError):
    """The file is no checkpoint of ours, or was changed: its signature does not fit. The text is a code."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A checkpoint as somebody saved it, with the leaves of its tree where they kept those, too."""

    said: dict[str, Any]
    leaves: frozenset[str] | None = None

    @classmethod
    def read(cls, document: str, leaves: str | None = None) -> Self:
        """Return what is in the file that we published, and in the one with the leaves.

        Raises:
            NoCheckpoint: `unreadable`, `wrong_signature`, or `wrong_leaves` where they do not give its root.
        """
        try:
            found = json.loads(document)
            said, key, signature = dict(found["checkpoint"]), str(found["public_key"]), str(found["signature"])
            numbered = (said["format"], int(said["number"]), str(said["root"]))
            kept = [str(leaf) for leaf in json.loads(leaves)["leaves"]] if leaves is not None else None
            root = merkle.root_of(map(bytes.fromhex, kept)) if kept is not None else numbered[2]
        except (ValueError, KeyError, TypeError) as error:
            raise NoCheckpoint("unreadable") from error
        if numbered[0] != FORMAT or not vault.is_signed(canonical(said), signature, key):
            raise NoCheckpoint("wrong_signature")
        if root != numbered[2]:
            raise NoCheckpoint("wrong_leaves")
        return cls(said, frozenset(kept) if kept is not None else None)


@dataclass(frozen=True, slots=True)
class Days:
    """The checkpoints that we keep, in their order, and what the heads that we keep give for each."""

    all: Sequence[Checkpoint]
    made: dict[int, datetime]
    roots: dict[str, dict[int, str]]

    @classmethod
    def of(cls, rows: Sequence[Checkpoint]) -> Self:
        """Return them with the instants at which they were made, and with the roots of both trees."""
        made = {row.number: row.made_at for row in rows}
        return cls(rows, made, {name: roots_of(list(made), restricted=kind) for name, kind in _TREES.items()})

    def broken(self) -> list[str]:
        """Return which of them do not hold: not signed by us, not after the one before, or not what the heads give."""
        wrong, previous = [], GENESIS
        for number, row in enumerate(self.all, start=1):
            said = said_in(row.text)
            as_said = (row.number, *(said.get(name) for name in ("number", "on", "made_at", "previous")))
            if as_said != (number, number, row.on.isoformat(), row.made_at.isoformat(), previous):
                wrong.append(f"checkpoint {row.number}")
            elif not vault.is_signed(row.text, row.signature, row.public_key):
                wrong.append(f"checkpoint {row.number}: it is not signed with its key")
            wrong += self.wrong_roots(row.number, said)
            previous = hash_over(row.text)
        return [*wrong, *self._signed_by_others()]

    def wrong_roots(self, number: int, said: Mapping[str, Any]) -> list[str]:
        """Return which of the two roots that a checkpoint names the heads do not give."""
        return [
            f"checkpoint {number}: what the cases had come to does not give its {name}"
            for name, roots in self.roots.items()
            if said.get(name) != roots[number]
        ]

    def _signed_by_others(self) -> Iterator[str]:
        """A row cannot vouch for its own key: whoever owns the database could have put in another one with it."""
        ours = vault.signing_keys()
        for key in sorted({row.public_key for row in self.all} - ours):
            numbers = [row.number for row in self.all if row.public_key == key]
            yield (
                f"{len(numbers)} checkpoints, {numbers[0]} to {numbers[-1]}, are signed with a key that is neither the "
                f"present one nor in ENGAGE_FORMER_SIGNING_KEYS: {key}"
            )

    def strange_in(self, events: Sequence[Dated], accesses: Sequence[Numbered], heads: Sequence[Seen]) -> Iterator[str]:
        """Return where the chains of a case are not what a checkpoint saw, and what says to be older than it is."""
        of_event, of_access = {row.number: row.hash for row in events}, {row.number: row.hash for row in accesses}
        held = 0  # events up to here are as they were seen
        for head in heads:
            on = f"checkpoint {head.checkpoint_number}"
            if head.checkpoint_number not in self.made:
                yield f"{on}, which is said to have seen it, was never made"
                break
            if head.events and of_event.get(head.events) != head.events_hash:
                yield f"one of events {held + 1} to {head.events} is not as {on} saw it"
                break
            if head.accesses and of_access.get(head.accesses) != head.accesses_hash:
                yield f"one of its accesses up to {head.accesses} is not as {on} saw it"
                break
            held = head.events
        yield from self._back_dated(events, heads)

    def changes_missing(self, hashes: set[str]) -> list[str]:
        """Return which checkpoints saw an entry about people or settings that is not there any more."""
        return [
            f"checkpoint {row.number}: the entry about people and settings that it saw is missing"
            for row in self.all
            if said_in(row.text).get("changes_hash") not in hashes | {None, GENESIS}
        ]

    def _back_dated(self, events: Sequence[Dated], heads: Sequence[Seen]) -> Iterator[str]:
        """An event that no checkpoint before covers cannot have happened before that checkpoint was made."""
        seen = [(0, None), *((head.events, head.checkpoint_number) for head in heads)]
        for row in events:
            covered_by = next((number for upto, number in seen if row.number <= upto), None)
            before = (covered_by or len(self.all) + 1) - 1
            if (made := self.made.get(before)) is not None and row.at < made - _UNDER_WAY:
                yield f"event {row.number} says it is older than checkpoint {before}, which did not see it"
                return


def against(saved: Saved, days: Days) -> list[str]:
    """Return where our record is not the one that a saved checkpoint speaks of, the worst first."""
    number = int(saved.said["number"])
    if number not in days.made:
        return [f"checkpoint {number} is missing: an older copy of the database was put back"]
    ours = next(row for row in days.all if row.number == number)
    wrong = [] if said_in(ours.text) == saved.said else [f"checkpoint {number} is not the one that was saved"]
    if wrong:  # else it was looked at among all
        wrong += days.wrong_roots(number, saved.said)
    if saved.leaves is None:
        return wrong
    now = {head.leaf.hex(): head.case_id for head in heads_at(number, restricted=False)}
    wrong += [
        f"case {case_id}: it was rewritten or put in after checkpoint {number}, which saw it otherwise"
        for leaf, case_id in now.items()
        if leaf not in saved.leaves
    ]
    gone = len(saved.leaves - now.keys())
    return [*wrong, *([f"{gone} cases are not there any more as checkpoint {number} saw them"] if gone else [])]
