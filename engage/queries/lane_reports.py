"""The restricted lane as focal points see it. Nobody else is ever given a row of it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, func, or_, select
from sqlalchemy.orm import joinedload

from engage import lane_keys
from engage.domain.lane import Course, Side, Step, possible
from engage.domain.policy import Actor
from engage.extensions import db
from engage.models import (
    Case,
    LaneAccount,
    LaneClock,
    LaneConsent,
    LaneContact,
    LaneEvent,
    LaneReport,
    LaneSubject,
    StaffUser,
)
from engage.queries.own_report import Said, Service, said_in, services_of
from engage.scope import in_lane_of


@dataclass(frozen=True, slots=True)
class Listed:
    """A report in the list: nothing of what was said."""

    report: LaneReport
    site: str
    due_at: datetime | None  # the earliest clock of ours that runs


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A report as a focal point works it."""

    report: LaneReport
    site: str
    reference: str | None  # of the case that it was, by which mail is attached to it
    at_intake: bool  # it came in without a site
    time_zone: str
    help_services: Sequence[Any]
    account: Mapping[str, Any]
    said: Sequence[Said]
    services: Sequence[Service]
    consents: Sequence[LaneConsent]
    clocks: Sequence[LaneClock]
    events: Sequence[LaneEvent]
    subjects: Sequence[str]
    staff: Sequence[tuple[str, str]]  # whom the report could be about
    has_road: bool

    @property
    def steps(self) -> frozenset[Step]:
        """What a focal point may do from here."""
        return possible(self.report.position, Side.FOCAL, for_other=self.report.for_other)

    @property
    def owes_child(self) -> bool:
        """Whether nobody has written down yet what is best for the child."""
        return any(row.clock == "child" and row.ended_at is None for row in self.clocks)


def reports(actor: Actor) -> list[Listed]:
    """Return the reports the actor may see: what is due first, then what goes on, then what ended."""
    due = (
        select(LaneClock.report_id, func.min(LaneClock.due_at).label("due_at"))
        .where(LaneClock.ended_at.is_(None))
        .group_by(LaneClock.report_id)
        .subquery()
    )
    rows = db.session.execute(
        select(LaneReport, due.c.due_at)
        .join(due, due.c.report_id == LaneReport.id, isouter=True)
        .where(LaneReport.erased_at.is_(None), in_lane_of(actor))
        .options(joinedload(LaneReport.site))
        .order_by(LaneReport.course != Course.OPEN, due.c.due_at.is_(None), due.c.due_at, LaneReport.received_at)
    ).all()
    return [Listed(report, report.site.name, due_at) for report, due_at in rows]


def how_many_wait(actor: Actor) -> ScalarSelect[int]:
    """Select how many reports owe something now or hold words that nobody has read: the number in the navigation."""
    owes = select(LaneClock.report_id).where(LaneClock.ended_at.is_(None))
    wanted = select(func.count(LaneReport.id)).where(
        LaneReport.erased_at.is_(None), in_lane_of(actor), or_(LaneReport.unread, LaneReport.id.in_(owes))
    )
    return wanted.scalar_subquery()


def page(report_id: uuid.UUID, actor: Actor) -> ReportPage:
    """Return a report for its page.

    Raises:
        NoResultFound: there is none, it was erased, or it is not the actor's to know.
        Unreadable: what was said does not open with the keys that are here.
        NoRing: the file of keys is not there.
    """
    report, reference = db.session.execute(
        select(LaneReport, Case.reference)
        .outerjoin(Case, Case.id == LaneReport.case_id)
        .where(LaneReport.id == report_id, LaneReport.erased_at.is_(None), in_lane_of(actor))
        .options(joinedload(LaneReport.site))
    ).one()
    key, account = lane_keys.key_of(report_id), db.session.get_one(LaneAccount, report_id)
    named = select(StaffUser.name).join(LaneSubject, LaneSubject.user_id == StaffUser.id)
    people = db.session.execute(
        select(StaffUser.id, StaffUser.name).where(StaffUser.is_active).order_by(StaffUser.name, StaffUser.id)
    )
    return ReportPage(
        report=report,
        site=report.site.name,
        reference=reference,
        at_intake=report.site.is_group_intake,
        time_zone=report.site.time_zone,
        help_services=report.site.help_services,
        account=lane_keys.opened(key, account.sealed, report_id, LaneAccount.__tablename__),
        said=said_in(report_id, key),
        services=services_of(report_id, key),
        consents=_of(LaneConsent, report_id, LaneConsent.at),
        clocks=_of(LaneClock, report_id, LaneClock.due_at),
        events=_of(LaneEvent, report_id, LaneEvent.number),
        subjects=db.session.scalars(named.where(LaneSubject.report_id == report_id).order_by(StaffUser.name)).all(),
        staff=[(str(user_id), name) for user_id, name in people],
        has_road=db.session.get(LaneContact, report_id) is not None,
    )


def moved_from(reference: str, actor: Actor) -> uuid.UUID | None:
    """Return the report that a case became, for those who may see it; None where it is a case still, or unknown."""
    return db.session.scalar(
        select(LaneReport.id)
        .join(Case, Case.id == LaneReport.case_id)
        .where(Case.reference == reference, LaneReport.erased_at.is_(None), in_lane_of(actor))
    )


def _of(model: Any, report_id: uuid.UUID, order: Any) -> Sequence[Any]:
    return db.session.scalars(select(model).where(model.report_id == report_id).order_by(order)).all()
