"""Going through the records of the restricted lane. They are named by their ids, which mean nothing to anybody."""

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select

from engage import lane_keys
from engage.domain.lane import Happened
from engage.extensions import db
from engage.key_ring import NoRing
from engage.models import LaneAccess, LaneAccount, LaneEvent, LaneHead, LaneReferral, LaneReport, LaneWord
from engage.services.lane import access, record
from engage.services.lane.intake import digest_of_account
from engage.services.timeline import digest_of
from engage.services.verifying_heads import Days
from engage.vault import Unreadable

_Row = LaneAccount | LaneWord | LaneReferral


def strange_in_lane(days: Days) -> Iterator[tuple[uuid.UUID, list[str]]]:
    """Return every report with where its record does not hold, and what is not as it was recorded; often nothing."""
    for report_id, version, head_hash in db.session.execute(
        select(LaneReport.id, LaneReport.version, LaneReport.head_hash).order_by(LaneReport.id)
    ).all():
        events: Sequence[LaneEvent] = _of(LaneEvent, report_id, LaneEvent.number)
        accesses: Sequence[LaneAccess] = _of(LaneAccess, report_id, LaneAccess.number)
        heads: Sequence[LaneHead] = _of(LaneHead, report_id, LaneHead.checkpoint_number)
        is_whole = bool(events) and (events[-1].number, events[-1].hash) == (version, head_hash)
        yield (
            report_id,
            [
                *(f"event {number}" for number in record.breaks_in(events)),
                *([] if is_whole else ["the end of its record is missing"]),
                *(f"access {number}" for number in access.breaks_in(accesses)),
                *days.strange_in(events, accesses, heads),
                *_strange_words(report_id, events),
            ],
        )


def _strange_words(report_id: uuid.UUID, events: Sequence[LaneEvent]) -> Iterator[str]:
    """What is sealed and does not open, is not what was recorded, or is not there although nobody erased it."""
    known, sealed = {event.content_digest for event in events if event.content_digest}, _sealed(report_id)
    if any(event.kind == Happened.ERASED for event in events):
        yield from (["something that was erased is there again"] if sealed else [])
        return
    try:
        key = lane_keys.key_of(report_id) if sealed else b""
        digests = [_digest(row, lane_keys.opened(key, row.sealed, row_id, row.__tablename__)) for row_id, row in sealed]
    except (Unreadable, NoRing):
        yield "what was said does not open with the keys that are here"
        return
    if not known.issuperset(digests):
        yield "what was said is not what was recorded"
    if gone := len(known.difference(digests)):
        yield f"{gone} things that were said were changed or taken away"


def _sealed(report_id: uuid.UUID) -> list[tuple[uuid.UUID, _Row]]:
    accounts = [(report_id, row) for row in _of(LaneAccount, report_id, LaneAccount.report_id)]
    rows = [*_of(LaneWord, report_id, LaneWord.id), *_of(LaneReferral, report_id, LaneReferral.id)]
    return [*accounts, *((row.id, row) for row in rows)]


def _digest(row: _Row, values: dict[str, Any]) -> str:
    if isinstance(row, LaneAccount):
        return digest_of_account(values)
    return digest_of(values["salt"], values["words" if isinstance(row, LaneWord) else "service"])


def _of(model: Any, report_id: uuid.UUID, order: Any) -> Sequence[Any]:
    return db.session.scalars(select(model).where(model.report_id == report_id).order_by(order)).all()
