"""Checkpoints: once a day the whole record becomes two roots, signed, so that nobody rewrites it afterwards unseen."""

import heapq
import json
import logging
import uuid
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, starmap

from sqlalchemy import Select, and_, func, insert, literal, or_, select
from sqlalchemy.exc import IntegrityError

from engage import clock, vault
from engage.domain import merkle
from engage.domain.case import CaseClass
from engage.extensions import db
from engage.models import Access, AuditEvent, Case, CaseHead, Checkpoint, LaneAccess, LaneHead, LaneReport
from engage.notify import record_rules
from engage.services.chain import GENESIS, canonical, hash_over
from engage.unit_of_work import unit_of_work

log = logging.getLogger(__name__)
FORMAT = "engage-checkpoint-1"
_BATCH = 2000  # Ours: heads that are held in memory together.


@dataclass(frozen=True, slots=True)
class Head:
    """How far the two chains of a case had come, or those of a report of the restricted lane."""

    case_id: uuid.UUID
    checkpoint_number: int
    events: int
    events_hash: str
    accesses: int
    accesses_hash: str

    @property
    def leaf(self) -> bytes:
        """The hash under which the tree holds it; nobody finds the case from it, since nobody guesses hashes."""
        values = [str(self.case_id), self.events, self.events_hash, self.accesses, self.accesses_hash]
        return merkle.leaf_of(canonical(values))


def make() -> int:
    """Make the checkpoint of this day in UTC and tell the auditors; return how many were made, none or one.

    Safe to run twice and at once: there is one of a day. Restricted cases are in a tree of their own, and a case that
    became one stays in the other as it was seen last, so that nobody learns of it by comparing. What is in a
    transaction at this moment is in the next one.
    """
    try:
        with unit_of_work():
            return _make(clock.utcnow())
    except IntegrityError:
        return 0  # somebody else made it in this moment


def text_of(checkpoint: Checkpoint) -> dict[str, object]:
    """Return what is published of a checkpoint, in the shape in which people save it."""
    said: dict[str, object] = json.loads(checkpoint.text)
    return {"checkpoint": said, "public_key": checkpoint.public_key, "signature": checkpoint.signature}


def heads_at(number: int, *, restricted: bool) -> Iterator[Head]:
    """Return the heads of one of the trees as they stood at a checkpoint, in the order of its leaves.

    Reports of the restricted lane are in the restricted tree, and nobody can tell them from cases there.
    """
    of_cases = _case_heads_at(number, restricted=restricted)
    return heapq.merge(of_cases, _lane_heads_at(number), key=lambda head: head.case_id) if restricted else of_cases


def _case_heads_at(number: int, *, restricted: bool) -> Iterator[Head]:
    newest = (
        select(CaseHead.case_id, func.max(CaseHead.checkpoint_number).label("newest"))
        .where(CaseHead.is_restricted.is_(restricted), CaseHead.checkpoint_number <= number)
        .group_by(CaseHead.case_id)
        .subquery()
    )
    wanted = (
        _columns()
        .join(newest, and_(CaseHead.case_id == newest.c.case_id, CaseHead.checkpoint_number == newest.c.newest))
        .order_by(CaseHead.case_id)
        .execution_options(yield_per=_BATCH)
    )
    for case_id, noted_at, events, events_hash, accesses, accesses_hash in db.session.execute(wanted):
        yield Head(case_id, noted_at, events, events_hash, accesses, accesses_hash)


def _lane_heads_at(number: int) -> Iterator[Head]:
    newest = (
        select(LaneHead.report_id, func.max(LaneHead.checkpoint_number).label("newest"))
        .where(LaneHead.checkpoint_number <= number)
        .group_by(LaneHead.report_id)
        .subquery()
    )
    wanted = (
        select(LaneHead)
        .join(newest, and_(LaneHead.report_id == newest.c.report_id, LaneHead.checkpoint_number == newest.c.newest))
        .order_by(LaneHead.report_id)
        .execution_options(yield_per=_BATCH)
    )
    for row in db.session.scalars(wanted):
        seen = (row.events, row.events_hash, row.accesses, row.accesses_hash)
        yield Head(row.report_id, row.checkpoint_number, *seen)


def roots_of(numbers: Sequence[int], *, restricted: bool) -> dict[int, str]:
    """Return the root of one of the trees at each of these checkpoints, by one walk over all heads.

    A head is the leaf of its case from the checkpoint that noted it up to the next that did. Keeps a few hashes for
    each checkpoint, however many cases there are.
    """
    ordered, trees = sorted(numbers), {number: merkle.Tree() for number in numbers}
    for _, of_case in groupby(_all_heads(restricted=restricted), key=lambda head: head.case_id):
        heads = list(of_case)
        ends = [*(head.checkpoint_number for head in heads[1:]), None]
        for head, end in zip(heads, ends, strict=True):
            leaf, first = head.leaf, bisect_left(ordered, head.checkpoint_number)
            for number in ordered[first : None if end is None else bisect_left(ordered, end)]:
                trees[number].add(leaf)
    return {number: tree.root() for number, tree in trees.items()}


def _all_heads(*, restricted: bool) -> Iterator[Head]:
    """The heads of all checkpoints in one of the trees, by case and then in the order in which they were noted."""
    of_cases = (
        _columns()
        .where(CaseHead.is_restricted.is_(restricted))
        .order_by(CaseHead.case_id, CaseHead.checkpoint_number)
        .execution_options(yield_per=_BATCH)
    )
    of_reports = (
        select(
            LaneHead.report_id,
            LaneHead.checkpoint_number,
            LaneHead.events,
            LaneHead.events_hash,
            LaneHead.accesses,
            LaneHead.accesses_hash,
        )
        .order_by(LaneHead.report_id, LaneHead.checkpoint_number)
        .execution_options(yield_per=_BATCH)
    )
    walks = [db.session.execute(wanted) for wanted in ([of_cases, of_reports] if restricted else [of_cases])]
    return heapq.merge(
        *(starmap(Head, walk) for walk in walks), key=lambda head: (head.case_id, head.checkpoint_number)
    )


def leaves_at(number: int) -> list[str]:
    """Return the leaves of the tree of ordinary cases at a checkpoint, in hexadecimal, for an auditor to keep."""
    return [head.leaf.hex() for head in heads_at(number, restricted=False)]


def _columns() -> Select[uuid.UUID, int, int, str, int, str]:
    return select(
        CaseHead.case_id,
        CaseHead.checkpoint_number,
        CaseHead.events,
        CaseHead.events_hash,
        CaseHead.accesses,
        CaseHead.accesses_hash,
    )


def _make(now: datetime) -> int:
    last = db.session.scalars(select(Checkpoint).order_by(Checkpoint.number.desc()).limit(1)).one_or_none()
    if last is not None and last.made_at > now:
        log.error("checkpoint %d is of a moment that is yet to come, so none is made: see incidents.md", last.number)
    if last is not None and last.on >= now.date():
        return 0
    number = last.number + 1 if last else 1
    _keep_heads(number)
    _keep_lane_heads(number)
    said = {
        "format": FORMAT,
        "number": number,
        "on": now.date().isoformat(),
        "made_at": now.isoformat(),
        "root": merkle.root_of(head.leaf for head in heads_at(number, restricted=False)),
        "restricted_root": merkle.root_of(head.leaf for head in heads_at(number, restricted=True)),
        "changes_hash": _last_change(),
        "previous": hash_over(last.text) if last else GENESIS,
    }
    text = canonical(said)
    row = Checkpoint(
        number=number,
        on=now.date(),
        made_at=now,
        text=text,
        public_key=vault.public_key(),
        signature=vault.sign(text),
    )
    db.session.add(row)
    db.session.flush()
    record_rules.checkpoint_made(row, document=canonical(text_of(row)))
    return 1


def _keep_heads(number: int) -> None:
    """Note the heads that moved since they were noted last: one statement, so all of them are of one moment."""
    read = select(Access.case_id, func.max(Access.number).label("number")).group_by(Access.case_id).subquery()
    noted = (
        select(CaseHead.case_id, func.max(CaseHead.checkpoint_number).label("newest"))
        .group_by(CaseHead.case_id)
        .subquery()
    )
    is_restricted = Case.class_ == CaseClass.RESTRICTED
    accesses, accesses_hash = func.coalesce(Access.number, 0), func.coalesce(Access.hash, GENESIS)
    moved = (
        select(Case.id, literal(number), is_restricted, Case.version, Case.head_hash, accesses, accesses_hash)
        .join(read, read.c.case_id == Case.id, isouter=True)
        .join(Access, and_(Access.case_id == Case.id, Access.number == read.c.number), isouter=True)
        .join(noted, noted.c.case_id == Case.id, isouter=True)
        .join(
            CaseHead,
            and_(CaseHead.case_id == Case.id, CaseHead.checkpoint_number == noted.c.newest),
            isouter=True,
        )
        .where(
            or_(
                CaseHead.case_id.is_(None),
                CaseHead.events != Case.version,
                CaseHead.accesses != accesses,
                CaseHead.is_restricted != is_restricted,
            )
        )
    )
    names = ["case_id", "checkpoint_number", "is_restricted", "events", "events_hash", "accesses", "accesses_hash"]
    db.session.execute(insert(CaseHead).from_select(names, moved))


def _keep_lane_heads(number: int) -> None:
    """Note the heads of the restricted lane that moved, by one statement, as `_keep_heads` does those of cases."""
    read = select(LaneAccess.report_id, func.max(LaneAccess.number).label("number")).group_by(LaneAccess.report_id)
    last = read.subquery()
    noted = (
        select(LaneHead.report_id, func.max(LaneHead.checkpoint_number).label("newest"))
        .group_by(LaneHead.report_id)
        .subquery()
    )
    accesses, accesses_hash = func.coalesce(LaneAccess.number, 0), func.coalesce(LaneAccess.hash, GENESIS)
    moved = (
        select(LaneReport.id, literal(number), LaneReport.version, LaneReport.head_hash, accesses, accesses_hash)
        .join(last, last.c.report_id == LaneReport.id, isouter=True)
        .join(
            LaneAccess,
            and_(LaneAccess.report_id == LaneReport.id, LaneAccess.number == last.c.number),
            isouter=True,
        )
        .join(noted, noted.c.report_id == LaneReport.id, isouter=True)
        .join(
            LaneHead,
            and_(LaneHead.report_id == LaneReport.id, LaneHead.checkpoint_number == noted.c.newest),
            isouter=True,
        )
        .where(or_(LaneHead.report_id.is_(None), LaneHead.events != LaneReport.version, LaneHead.accesses != accesses))
    )
    names = ["report_id", "checkpoint_number", "events", "events_hash", "accesses", "accesses_hash"]
    db.session.execute(insert(LaneHead).from_select(names, moved))


def _last_change() -> str:
    return db.session.scalar(select(AuditEvent.hash).order_by(AuditEvent.number.desc()).limit(1)) or GENESIS
