#!/usr/bin/env python3
"""Check the record of an engage service without engage: `python verify_record.py RECORD CHECKPOINT [LEAVES]`.

Needs Python 3.11 and, for signatures, the package `cryptography`. RECORD is what `flask engage record` wrote,
CHECKPOINT one that you saved on an earlier day, LEAVES the file of leaves that you saved with it. Everything that does
not hold is named, one line each; the exit code is 1 then, and 2 where a file cannot be read.

It shares no code with the service, on purpose: whoever could change the one would have to change the other as well.
"""

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

NOTHING = "0" * 64
UNDER_WAY = timedelta(minutes=15)  # a change may name a moment shortly before it was kept


class Unreadable(ValueError):
    """A file is not what it should be."""


def canonical(values: object) -> str:
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def hash_over(values: list[Any]) -> str:
    return hashlib.sha256(canonical(values).encode()).hexdigest()


def root_of(leaves: list[bytes]) -> str:
    """The root of the tree as RFC 9162, 2.1.1 defines it."""
    if not leaves:
        return hashlib.sha256(b"").hexdigest()
    while len(leaves) > 1:
        pairs = [hashlib.sha256(b"\1" + leaves[at] + leaves[at + 1]).digest() for at in range(0, len(leaves) - 1, 2)]
        leaves = pairs + leaves[len(leaves) - len(leaves) % 2 :]
    return leaves[0].hex()


def leaf_of(head: list[Any]) -> bytes:
    return hashlib.sha256(b"\0" + canonical([head[1], *head[3:]]).encode()).digest()


def is_signed(document: dict[str, Any], key: str) -> bool:
    try:
        signature = bytes.fromhex(document["signature"])
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
        public.verify(signature, canonical(document["checkpoint"]).encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def chain_breaks(rows: list[list[Any]], number_at: int, hashed: Iterable[int]) -> list[int]:
    """The numbers at which a chain does not hold. The last two values of a row are the hash before and its own."""
    broken, previous, number, places = [], NOTHING, 0, list(hashed)
    for row in rows:
        number += 1
        own = hash_over([*(row[place] for place in places), row[-2]])
        if row[number_at] != number or row[-2] != previous or row[-1] != own:
            broken.append(row[number_at])
            number = row[number_at]
        previous = row[-1]
    return broken


class Record:
    """The lines of the file, sorted by what they are."""

    def __init__(self, path: Path) -> None:
        self.lines: dict[str, list[list[Any]]] = {}
        self.of_case: dict[str, dict[str, list[list[Any]]]] = {}
        try:
            for text in path.read_text("utf-8").splitlines():
                line = json.loads(text)
                self.lines.setdefault(line[0], []).append(line)
                if line[0] in ("case", "head"):
                    self.of_case.setdefault(line[1], {}).setdefault(line[0], []).append(line)
                elif line[0] in ("event", "access"):
                    self.of_case.setdefault(line[2], {}).setdefault(line[0], []).append(line)
            if self.lines["record"][0][1] != "engage-record-1":
                raise Unreadable(f"{path} is no record of engage")
            self.checkpoints = [line[1] for line in self.lines.get("checkpoint", [])]
            self.made = {
                one["checkpoint"]["number"]: datetime.fromisoformat(one["checkpoint"]["made_at"])
                for one in self.checkpoints
            }
        except (ValueError, KeyError, IndexError, TypeError) as error:
            raise Unreadable(f"{path} is no record of engage") from error

    def heads_at(self, number: int) -> list[list[Any]]:
        """How far each case had come at a checkpoint, in the order of the leaves."""
        found = []
        for case_id in sorted(self.of_case):
            seen = [head for head in self.of_case[case_id].get("head", []) if head[2] <= number]
            if seen:
                found.append(max(seen, key=lambda head: head[2]))
        return found


def strange_in_case(record: Record, case_id: str) -> Iterator[str]:
    """What does not hold in the chains of one case."""
    lines = record.of_case[case_id]
    events, accesses, heads = (lines.get(name, []) for name in ("event", "access", "head"))
    for number in chain_breaks(events, 3, range(1, 11)):
        yield f"event {number}"
    for number in chain_breaks(accesses, 3, (1, 2, 3, 4, 5, 6, 7, 8)):
        yield f"access {number}"
    if not lines.get("case") or not events or (events[-1][3], events[-1][-1]) != tuple(lines["case"][0][2:4]):
        yield "the end of its record is missing"
    of_event, of_access, held = {row[3]: row[-1] for row in events}, {row[3]: row[-1] for row in accesses}, 0
    for _, _, checkpoint, upto, upto_hash, read, read_hash in heads:
        if checkpoint not in record.made:
            yield f"checkpoint {checkpoint}, which is said to have seen it, was never made"
            break
        if upto and of_event.get(upto) != upto_hash:
            yield f"one of events {held + 1} to {upto} is not as checkpoint {checkpoint} saw it"
            break
        if read and of_access.get(read) != read_hash:
            yield f"one of its accesses up to {read} is not as checkpoint {checkpoint} saw it"
            break
        held = upto
    newest = max(record.made, default=0)
    for row in events:
        covered = next((head[2] for head in heads if row[3] <= head[3]), newest + 1)
        made = record.made.get(covered - 1)
        if made is not None and datetime.fromisoformat(row[8]) < made - UNDER_WAY:
            yield f"event {row[3]} says it is older than checkpoint {covered - 1}, which did not see it"
            break


def strange_in_checkpoints(record: Record) -> Iterator[str]:
    """What does not hold in the line of checkpoints, and in the chain of changes of people and settings."""
    previous = NOTHING
    changes = record.lines.get("change", [])
    for number in chain_breaks(changes, 2, range(1, 8)):
        yield f"audit entry {number}"
    known = {row[-1] for row in changes} | {NOTHING}
    for number, one in enumerate(record.checkpoints, start=1):
        said = one["checkpoint"]
        if (said["number"], said["previous"]) != (number, previous):
            yield f"checkpoint {said['number']}"
        elif not is_signed(one, one["public_key"]):
            yield f"checkpoint {number}: it is not signed with its key"
        if said["changes_hash"] not in known:
            yield f"checkpoint {number}: the entry about people and settings that it saw is missing"
        previous = hashlib.sha256(canonical([canonical(said)]).encode()).hexdigest()


def strange_in_roots(record: Record) -> Iterator[str]:
    """Which checkpoints say another root than what the cases had come to gives; each is signed for by itself."""
    noted: dict[int, list[list[Any]]] = {}
    for lines in record.of_case.values():
        for head in lines.get("head", []):
            noted.setdefault(head[2], []).append(head)
    order, leaves = sorted(record.of_case), dict[str, bytes]()
    for number, said in ((one["checkpoint"]["number"], one["checkpoint"]) for one in record.checkpoints):
        leaves.update((head[1], leaf_of(head)) for head in noted.get(number, []))
        if root_of([leaves[case_id] for case_id in order if case_id in leaves]) != said["root"]:
            yield f"checkpoint {number}: what the cases had come to does not give its root"


def against(record: Record, saved: dict[str, Any], leaves: list[str] | None) -> Iterator[str]:
    """Where the record is not the one that the saved checkpoint speaks of."""
    said = saved["checkpoint"]
    number = said["number"]
    ours = next((one["checkpoint"] for one in record.checkpoints if one["checkpoint"]["number"] == number), None)
    if ours is None:
        yield f"checkpoint {number} is missing: an older copy of the database was put back"
        return
    heads = record.heads_at(number)
    now = [leaf_of(head) for head in heads]
    if ours != said:  # else its root was looked at among all
        yield f"checkpoint {number} is not the one that was saved"
        if root_of(now) != said["root"]:
            yield f"checkpoint {number}: what the cases had come to does not give its root"
    if leaves is None:
        return
    kept = set(leaves)
    for head, leaf in zip(heads, now, strict=True):
        if leaf.hex() not in kept:
            yield f"case {head[1]}: it was rewritten or put in after checkpoint {number}, which saw it otherwise"
    if gone := len(kept - {leaf.hex() for leaf in now}):
        yield f"{gone} cases are not there any more as checkpoint {number} saw them"


def read_saved(path: Path) -> dict[str, Any]:
    """A saved checkpoint whose signature fits."""
    try:
        saved: dict[str, Any] = json.loads(path.read_text("utf-8"))
        fits = saved["checkpoint"]["format"] == "engage-checkpoint-1" and is_signed(saved, saved["public_key"])
    except (ValueError, KeyError, TypeError) as error:
        raise Unreadable(f"{path} is no checkpoint of engage") from error
    if not fits:
        raise Unreadable(f"{path} was changed: its signature does not fit")
    return saved


def read_leaves(path: Path, saved: dict[str, Any]) -> list[str]:
    """The leaves that were saved with a checkpoint, if they give its root."""
    try:
        leaves: list[str] = json.loads(path.read_text("utf-8"))["leaves"]
        fits = root_of([bytes.fromhex(leaf) for leaf in leaves]) == saved["checkpoint"]["root"]
    except (ValueError, KeyError, TypeError) as error:
        raise Unreadable(f"{path} is no file of leaves") from error
    if not fits:
        raise Unreadable(f"{path} belongs to another checkpoint, or was changed")
    return leaves


def main(names: list[str]) -> int:
    """Look at everything and say what does not hold; the exit code."""
    if len(names) not in (2, 3):
        print(__doc__)
        return 2
    try:
        record, saved = Record(Path(names[0])), read_saved(Path(names[1]))
        leaves = read_leaves(Path(names[2]), saved) if len(names) == 3 else None
    except (Unreadable, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    wrong = [
        f"case {case_id}: {words}" for case_id in sorted(record.of_case) for words in strange_in_case(record, case_id)
    ]
    wrong += [*strange_in_checkpoints(record), *strange_in_roots(record), *against(record, saved, leaves)]
    events = sum(len(lines.get("event", [])) for lines in record.of_case.values())
    seen = sum(max((head[3] for head in lines.get("head", [])), default=0) for lines in record.of_case.values())
    print(f"{len(record.of_case)} cases, {events} events, {len(record.checkpoints)} checkpoints; {len(wrong)} broken")
    for words in wrong:
        print(words)
    if saved["public_key"] != record.lines["record"][0][3]:
        print("The service signs with another key now than it did in the checkpoint you saved: ask why.")
    key, number = saved["public_key"], saved["checkpoint"]["number"]
    later = [one for one in record.checkpoints if one["checkpoint"]["number"] > number and one["public_key"] != key]
    if later:
        print(f"{len(later)} later checkpoints are signed with another key than the one you saved: ask why.")
    if events > seen:
        print(f"{events - seen} events are younger than the last checkpoint: of these, receipts alone are proof.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
