"""What we owe by when: promises open, are met, move at assessment, and end. Rows hold what the rules in domain say."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from engage import clock
from engage.domain import deadlines as rules
from engage.domain import escalation, pauses
from engage.domain.deadlines import ByDate, Clock, Days, Hours, Promise, Span
from engage.domain.events import DeadlineMet
from engage.domain.lifecycle import Stage
from engage.domain.policy import Actor
from engage.domain.promises import Moment, promises_opened
from engage.domain.severity import Level
from engage.extensions import db
from engage.models import Appeal, Case, Deadline, Pause, Proposal, ReachedRung, Remedy, Site
from engage.services import sites
from engage.services.timeline import record

# A deadline whose date a pause without an end holds is looked at and shown at this instant: far, and sortable.
HELD = datetime(9000, 1, 1, tzinfo=UTC)


def open_at_receipt(case: Case) -> None:
    """Start the promises that run from receipt; those the case has already are left alone.

    Nobody knows the severity yet, so the row that counts before assessment gives the dates (product 4). A case that
    becomes a grievance gets here again and starts the grievance promises at its original receipt.
    """
    held = {row.promise for row in _all(case)}
    for promise in promises_opened(case.kind, Moment.RECEIPT):
        span = sites.rules_for(case).promises.span(promise, _level(case), together=case.is_collective)
        if promise not in held and span is not None:
            _open(case, promise, span, case.received_at)
    refresh(case)


def recompute_at_assessment(case: Case) -> None:
    """Give every promise that still runs from receipt the date of the level now known, and open those of assessment.

    A new date is a new version; the old row ends. Never later than what the person was told (product 4).
    """
    catalogue, now, stops = sites.rules_for(case), clock.utcnow(), _pauses(case)
    for row in _open_rows(case):
        if row.promise not in promises_opened(case.kind, Moment.RECEIPT):
            continue
        new = rules.recompute_at_assessment(
            received_at=case.received_at,
            span=catalogue.promises.span(row.promise, _level(case), together=case.is_collective),
            told_due=row.due_at,
            zone=_zone(case),
            pauses=stops if row.promise.can_pause else (),
            now=now,
            grace=catalogue.promises.grace,
        )
        if new is not None and (new.due_at or HELD) != row.due_at:
            row.ended_at = now
            _open(case, row.promise, new.span, new.starts_at, row.subject_id, version=row.version + 1)
    for promise in promises_opened(case.kind, Moment.ASSESSMENT):
        span = catalogue.promises.span(promise, _level(case), ongoing_harm=case.ongoing_harm)
        if span is not None and not _open_rows(case, promise) and not _was_met(case, promise):
            _open(case, promise, span, now)
    refresh(case)


def open_for_proposal(case: Case, proposal: Proposal) -> datetime:
    """Start the person's time to answer and return its end; a proposal of an earlier round no longer waits."""
    end_all(case, Promise.ANSWER)
    span = sites.rules_for(case).promises.span(Promise.ANSWER, _level(case), together=case.is_collective)
    if span is None:
        raise LookupError("the site's rules promise no time to answer")
    return _open(case, Promise.ANSWER, span, clock.utcnow(), proposal.id).due_at


def open_for_remedies(case: Case, remedies: Sequence[Remedy]) -> None:
    """Start one promise per remedy that is agreed; its own date counts, which the proposal told."""
    for remedy in remedies:
        _open(case, Promise.IMPLEMENT, ByDate(remedy.due_at), clock.utcnow(), remedy.id)


def open_for_appeal(case: Case, appeal: Appeal) -> None:
    """Start the panel's time to decide."""
    span = sites.rules_for(case).promises.span(Promise.DECIDE_APPEAL, _level(case))
    if span is not None:
        _open(case, Promise.DECIDE_APPEAL, span, appeal.lodged_at, appeal.id)


def open_checks(case: Case) -> None:
    """Start the checks after closure, one row per check; the level says how many and when."""
    now = clock.utcnow()
    for promise in promises_opened(case.kind, Moment.CLOSURE):
        for span in sites.rules_for(case).promises.spans(promise, _level(case)):
            _open(case, promise, span, now, uuid.uuid4())


def open_again(case: Case, promise: Promise) -> None:
    """Start a promise anew from now: we owe it once more after the person asked for a change or came back."""
    span = sites.rules_for(case).promises.span(promise, _level(case), together=case.is_collective)
    if span is not None and not _open_rows(case, promise):
        _open(case, promise, span, clock.utcnow())


def meet(case: Case, promise: Promise, *, actor: Actor, subject_id: uuid.UUID | None = None) -> None:
    """Record that a promise was kept, late or not. Safe when it is not open: nothing happens."""
    now = clock.utcnow()
    for row in _open_rows(case, promise, subject_id):
        row.met_at = row.ended_at = now
        row.look_at = None
        record(case, DeadlineMet(deadline_id=row.id, promise=promise.value, late=now > row.due_at), actor=actor)
    refresh(case)


def end_all(case: Case, *promises: Promise) -> None:
    """End what is no longer owed: all that runs, or the promises named. A breach that happened stays on its row."""
    now = clock.utcnow()
    for row in _open_rows(case):
        if not promises or row.promise in promises:
            row.ended_at, row.look_at = now, None
    refresh(case)


def first_open(case: Case, promise: Promise) -> Deadline | None:
    """Return the earliest open deadline of a promise, or None."""
    return min(_open_rows(case, promise), key=lambda row: row.due_at, default=None)


def refresh(case: Case) -> None:
    """Write on the case what lists sort by: the earliest thing we owe, and whether the person has the turn."""
    db.session.flush()
    owed = [row for row in _open_rows(case) if row.promise.owed_by_us]
    first = min(owed, key=lambda row: (row.due_at, row.promise.value), default=None)
    case.next_due_at = first.due_at if first else None
    case.next_promise = first.promise.value if first else None
    case.their_turn = case.stage is Stage.PROPOSED and bool(_open_rows(case, Promise.ANSWER))


def clock_of(case: Case, row: Deadline) -> Clock:
    """Return the deadline as the rules read it, for explaining its date."""
    return Clock(row.promise, row.starts_at, span_from(row.span), _zone(case), _pauses(case))


def next_look(case: Case, row: Deadline) -> datetime | None:
    """Return when the sweep has something to do for the deadline next, or None when nothing is left."""
    fired = db.session.scalars(select(ReachedRung.code).where(ReachedRung.deadline_id == row.id)).all()
    step = escalation.next_rung(
        sites.rules_for(case).ladder,
        promise=row.promise,
        starts_at=row.starts_at,
        due_at=None if row.due_at == HELD else row.due_at,
        level=Level(case.level) if case.level else None,
        fired=fired,
        now=clock.utcnow(),
    )
    return step.at if step else None


def span_text(span: Span) -> str:
    """Return a span as its row keeps it."""
    match span:
        case Hours(count):
            return f"hours:{count}"
        case Days(count):
            return f"days:{count}"
        case ByDate(at):
            return f"date:{at.isoformat()}"


def span_from(text: str) -> Span:
    """Return the span that a row keeps."""
    unit, _, value = text.partition(":")
    if unit == "date":
        return ByDate(datetime.fromisoformat(value))
    return Hours(int(value)) if unit == "hours" else Days(int(value))


def _open(
    case: Case,
    promise: Promise,
    span: Span,
    starts_at: datetime,
    subject_id: uuid.UUID | None = None,
    *,
    version: int = 1,
) -> Deadline:
    stops = _pauses(case) if promise.can_pause else ()
    due = rules.due_at(starts_at, span, _zone(case), stops)
    row = Deadline(
        id=uuid.uuid4(),
        case_id=case.id,
        promise=promise,
        subject_id=subject_id or case.id,
        version=version if version > 1 else _next_version(case, promise, subject_id or case.id),
        level=_level(case) or sites.rules_for(case).promises.before_assessment,
        span=span_text(span),
        starts_at=starts_at,
        due_at=due or HELD,
        total_pause=timedelta(),
    )
    row.look_at = next_look(case, row)
    db.session.add(row)
    db.session.flush()
    refresh(case)
    return row


def _next_version(case: Case, promise: Promise, subject_id: uuid.UUID) -> int:
    return 1 + max(
        (row.version for row in _all(case) if row.promise is promise and row.subject_id == subject_id), default=0
    )


def _all(case: Case) -> Sequence[Deadline]:
    return db.session.scalars(select(Deadline).where(Deadline.case_id == case.id)).all()


def _open_rows(case: Case, promise: Promise | None = None, subject_id: uuid.UUID | None = None) -> list[Deadline]:
    return [
        row
        for row in _all(case)
        if row.ended_at is None and promise in (None, row.promise) and subject_id in (None, row.subject_id)
    ]


def _was_met(case: Case, promise: Promise) -> bool:
    return any(row.promise is promise and row.met_at is not None for row in _all(case))


def _pauses(case: Case) -> tuple[pauses.Pause, ...]:
    rows = db.session.scalars(select(Pause).where(Pause.case_id == case.id)).all()
    stops = [pauses.Pause(row.starts_at, row.ends_at, row.reason_code) for row in rows]
    return pauses.limited(stops, sites.rules_for(case).pause_limits) if stops else ()


def _level(case: Case) -> Level | None:
    return Level(case.level) if case.level else None


def _zone(case: Case) -> ZoneInfo:
    site = db.session.get(Site, case.site_id)
    return ZoneInfo(site.time_zone if site else "UTC")
