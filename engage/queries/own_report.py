"""What whoever holds the code of a report in the restricted lane sees of it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Uuid, bindparam, select
from sqlalchemy.orm import joinedload

from engage import lane_keys
from engage.domain.case import Writer
from engage.domain.lane import Side, Step, possible
from engage.domain.lane_clocks import Clock
from engage.domain.policy import Actor, Party
from engage.extensions import db
from engage.models import (
    LaneAccess,
    LaneClock,
    LaneContact,
    LaneReceipt,
    LaneReferral,
    LaneReport,
    LaneWord,
    Site,
)
from engage.scope import in_lane_of

_HOLDER = (
    select(LaneReceipt.report_id, LaneReceipt.must_change, LaneReport.for_other)
    .join(LaneReport, LaneReport.id == LaneReceipt.report_id)
    .where(LaneReceipt.id == bindparam("receipt_id", type_=Uuid()), LaneReceipt.ended_at.is_(None))
)


@dataclass(frozen=True, slots=True)
class LaneHolder:
    """Whoever holds the living code of a report: the survivor, or somebody who told of them."""

    receipt_id: uuid.UUID
    report_id: uuid.UUID
    must_change: bool
    for_other: bool

    @property
    def actor(self) -> Actor:
        """The person, as policy knows them."""
        return Actor(id=None, party=Party.PERSON, case_id=self.report_id)

    @property
    def about(self) -> uuid.UUID:
        """What the forms of their pages are bound to."""
        return self.report_id


@dataclass(frozen=True, slots=True)
class Said:
    """Something written, opened."""

    writer: Writer
    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Service:
    """A service that was offered, or to which she was brought."""

    name: str
    at: datetime
    is_made: bool
    same_contact: bool


@dataclass(frozen=True, slots=True)
class OwnReport:
    """The report as its holder may read it; of one about somebody else, next to nothing."""

    report: LaneReport
    site: Site
    support_by: datetime | None  # while support is still to be offered
    steps: frozenset[Step] = frozenset()
    said: Sequence[Said] = ()
    services: Sequence[Service] = ()
    seen_on: Sequence[date] = ()
    has_road: bool = False


def holder(receipt_id: uuid.UUID) -> LaneHolder | None:
    """Return who holds the receipt, or None if it has ended or never was."""
    row = db.session.execute(_HOLDER, {"receipt_id": receipt_id}).one_or_none()
    return LaneHolder(receipt_id, row.report_id, row.must_change, row.for_other) if row else None


def page(held: LaneHolder) -> OwnReport:
    """Return what the page of the holder's own report shows.

    Raises:
        NoResultFound: there is no such report, or it was erased.
        Unreadable: what was said does not open with the keys that are here.
        NoRing: the file of keys is not there.
    """
    report = db.session.scalars(
        select(LaneReport)
        .where(LaneReport.erased_at.is_(None), in_lane_of(held.actor))
        .options(joinedload(LaneReport.site))
    ).one()
    clock = db.session.get(LaneClock, (report.id, Clock.SUPPORT))
    support_by = clock.due_at if clock is not None and clock.ended_at is None else None
    if report.for_other:
        return OwnReport(report, report.site, support_by)
    key = lane_keys.key_of(report.id)
    opened = select(LaneAccess.on).where(LaneAccess.report_id == report.id).distinct().order_by(LaneAccess.on)
    return OwnReport(
        report,
        report.site,
        support_by,
        steps=possible(report.position, Side.SURVIVOR),
        said=[one for one in said_in(report.id, key) if one.writer is not Writer.NOTE],
        services=services_of(report.id, key),
        seen_on=db.session.scalars(opened).all(),
        has_road=db.session.get(LaneContact, report.id) is not None,
    )


def said_in(report_id: uuid.UUID, key: bytes) -> list[Said]:
    """Return everything written in the report, notes too, the oldest first."""
    rows = db.session.scalars(
        select(LaneWord).where(LaneWord.report_id == report_id).order_by(LaneWord.written_at, LaneWord.id)
    )
    return [Said(row.writer, row.written_at, str(_open(row, key)["words"])) for row in rows]


def services_of(report_id: uuid.UUID, key: bytes) -> list[Service]:
    """Return the services that were offered or reached, the oldest first."""
    rows = db.session.scalars(
        select(LaneReferral).where(LaneReferral.report_id == report_id).order_by(LaneReferral.at, LaneReferral.id)
    )
    return [Service(str(_open(row, key)["service"]), row.at, row.is_made, row.same_contact) for row in rows]


def _open(row: LaneWord | LaneReferral, key: bytes) -> dict[str, Any]:
    return lane_keys.opened(key, row.sealed, row.id, row.__tablename__)
