"""What we owe by when: promises open, are met, move at assessment, and end. Rows hold what the rules in domain say.

Every function takes the case in hand (`cases.lock`), reads its rows once and leaves on the case what lists sort by.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime

from engage import clock
from engage.domain import deadlines as rules
from engage.domain.case import Kind
from engage.domain.deadlines import ByDate, Promise, Recomputed, Why, span_from
from engage.domain.events import DeadlineMet
from engage.domain.pauses import Pause, as_if_ended
from engage.domain.policy import SYSTEM, Actor
from engage.domain.promises import KEPT_BY_NOTICE as KEPT_BY_NOTICE
from engage.domain.promises import Moment, promises_opened
from engage.extensions import db
from engage.models import Appeal, Case, Deadline, Proposal, Remedy
from engage.services import sites
from engage.services.deadline_rows import (
    end,
    fired_of,
    is_held,
    is_late,
    level_of,
    new_row,
    next_look,
    pauses_of,
    rows_of,
    running,
    write_next,
    zone_of,
)
from engage.services.timeline import record

# How a case ended that we do not come back to afterwards: the person wished no more of it, or it was none of ours.
# Source: domain 2.2, where only a closed case is monitored, not a withdrawn or an ineligible one.
NOT_CHECKED = frozenset({"withdrawn", "screened_out"})


def rows_at_receipt(case: Case) -> list[Deadline]:
    """Return the promises that run from receipt, for a case that comes in; the caller adds them. Sends no statement.

    Nobody knows the severity yet, so the row that counts before assessment gives the dates (product 4).
    """
    table = sites.rules_for(case).promises
    kind = case.kind
    spans = {promise: table.span(promise, None, kind=kind) for promise in promises_opened(kind, Moment.RECEIPT)}
    rows = [new_row(case, promise, span, case.received_at) for promise, span in spans.items() if span is not None]
    write_next(case, rows)
    return rows


def open_at_conversion(case: Case) -> None:
    """Start what a case owes since its receipt in its new kind and does not run yet; what runs keeps its date.

    A date that would already be past becomes a day from now and is no breach (product 4).
    """
    rows = rows_of(case)
    rows += _renewed(case, rows, opens=True)
    write_next(case, rows)


def recompute_at_routing(case: Case) -> None:
    """Give what runs from receipt the dates of the site the case came to, never later than what the person was told."""
    rows = rows_of(case)
    rows += _renewed(case, rows, opens=False)
    write_next(case, rows)


def recompute_at_assessment(case: Case, *, opens: bool = True) -> None:
    """Give every promise that runs from receipt the date of the level now known, and open those of assessment.

    A new date is a new version; the old row ends. Never later than what the person was told (product 4). Where the
    level changes later, `opens` is false: what is no longer owed since then does not begin again.
    """
    rows, now, table = rows_of(case), clock.utcnow(), sites.rules_for(case).promises
    rows += _renewed(case, rows, opens=opens)
    stops = pauses_of(case)
    for promise in promises_opened(case.kind, Moment.ASSESSMENT):
        span = table.span(promise, level_of(case), ongoing_harm=case.ongoing_harm)
        if span is not None and not _is_settled(rows, promise):
            rows.append(_added(new_row(case, promise, span, now, stops=stops, others=rows)))
    write_next(case, rows)


def open_for_proposal(case: Case, proposal: Proposal) -> datetime:
    """Start the person's time to answer and return its end; a proposal of an earlier round no longer waits.

    Raises:
        LookupError: the site's rules give the person no time to answer.
    """
    rows, now = rows_of(case), clock.utcnow()
    span = sites.rules_for(case).promises.span(Promise.ANSWER, level_of(case), together=case.is_collective)
    if span is None:
        raise LookupError("the site's rules promise no time to answer")
    for row in running(rows, Promise.ANSWER):
        end(case, row, now)
    row = _added(new_row(case, Promise.ANSWER, span, now, stops=pauses_of(case), subject_id=proposal.id, others=rows))
    write_next(case, [*rows, row])
    return row.due_at


def open_for_remedies(case: Case, remedies: Sequence[Remedy]) -> None:
    """Start one promise per remedy that is agreed; its own date counts, which the proposal told."""
    rows, now, stops = rows_of(case), clock.utcnow(), pauses_of(case)
    rows += [
        _added(new_row(case, Promise.IMPLEMENT, ByDate(remedy.due_at), now, stops=stops, subject_id=remedy.id))
        for remedy in remedies
    ]
    write_next(case, rows)


def open_for_appeal(case: Case, appeal: Appeal) -> None:
    """Start our time to name a panel, and the panel's to decide."""
    for promise in promises_opened(Kind.GRIEVANCE, Moment.APPEAL):  # whatever was raised: an appeal is an appeal
        _start(case, promise, appeal.lodged_at, appeal.id)


def open_for_panel(case: Case, appeal: Appeal) -> None:
    """Start our time to name a panel anew from now: nobody is left on the one there was."""
    _start(case, Promise.FORM_PANEL, clock.utcnow(), appeal.id)


def open_again(case: Case, promise: Promise) -> None:
    """Start a promise anew from now: we owe it once more after the person asked for a change or came back."""
    _start(case, promise, clock.utcnow(), case.id)


def open_checks(case: Case) -> None:
    """Start the checks after closure, one row per check; the level and the category say how many and when."""
    if case.close_type in NOT_CHECKED:
        return
    rows, now, table = rows_of(case), clock.utcnow(), sites.rules_for(case).promises
    for promise in promises_opened(case.kind, Moment.CLOSURE):
        for span in table.checks(level_of(case), case.category):
            rows.append(_added(new_row(case, promise, span, now, subject_id=uuid.uuid4())))
    write_next(case, rows)


def meet(case: Case, promise: Promise, *, actor: Actor, subject_id: uuid.UUID | None = None) -> None:
    """Record that a promise was kept, late or not. Safe when it is not open: nothing happens."""
    rows, now = rows_of(case), clock.utcnow()
    for row in running(rows, promise):
        if subject_id in (None, row.subject_id):
            end(case, row, now)
            row.met_at = now
            met = DeadlineMet(deadline_id=row.id, promise=promise.value, late=is_late(row, now))
            record(case, met, actor=actor)
    write_next(case, rows)


def meet_by_notice(case: Case, template: str) -> None:
    """Record that a notice reached the person, where its delivery is what keeps a promise. Safe to call twice."""
    if template in KEPT_BY_NOTICE:
        meet(case, KEPT_BY_NOTICE[template], actor=SYSTEM)


def end_all(case: Case, *promises: Promise) -> None:
    """End what is no longer owed: all that runs, or the promises named. A breach that happened stays on its row."""
    rows, now = rows_of(case), clock.utcnow()
    for row in running(rows, *promises):
        end(case, row, now)
    write_next(case, rows)


def first_open(case: Case, promise: Promise) -> Deadline | None:
    """Return the earliest open deadline of a promise, or None."""
    return min(running(rows_of(case), promise), key=lambda row: row.due_at, default=None)


def refresh(case: Case) -> None:
    """Write on the case what lists sort by, after something else than a promise changed: its stage, say."""
    write_next(case, rows_of(case))


def _added(row: Deadline) -> Deadline:
    db.session.add(row)
    return row


def _start(case: Case, promise: Promise, starts_at: datetime, subject_id: uuid.UUID) -> None:
    """Open a promise of the level's span unless it runs for that subject."""
    rows = rows_of(case)
    span = sites.rules_for(case).promises.span(promise, level_of(case), kind=case.kind)
    if span is not None and not any(row.subject_id == subject_id for row in running(rows, promise)):
        row = new_row(case, promise, span, starts_at, stops=pauses_of(case), subject_id=subject_id, others=rows)
        rows.append(_added(row))
    write_next(case, rows)


def _is_settled(rows: Sequence[Deadline], promise: Promise) -> bool:
    """Whether the promise runs or was kept."""
    return any(row.promise is promise and (row.ended_at is None or row.met_at is not None) for row in rows)


def _renewed(case: Case, rows: Sequence[Deadline], *, opens: bool) -> list[Deadline]:
    """Give what runs from receipt its date under the level and the rules in force, and return the new rows.

    A row whose date stays is looked at by the ladder of the level that is known now. `opens` says whether promises
    that neither run nor were kept begin.
    """
    now, stops, fired, fresh = clock.utcnow(), pauses_of(case), fired_of(running(rows)), list[Deadline]()
    for promise in promises_opened(case.kind, Moment.RECEIPT):
        row = next(iter(running(rows, promise)), None)
        if row is None and (not opens or _is_settled(rows, promise)):
            continue
        new = _recomputed(case, promise, rows, stops, now)
        if new is not None:
            fresh.append(_added(new_row(case, promise, new.span, new.starts_at, stops=stops, others=rows)))
            if row is not None:
                end(case, row, now)
        elif row is not None:
            row.look_at = next_look(case, row, fired=fired[row.id], now=now)
    return fresh


def _recomputed(
    case: Case, promise: Promise, rows: Sequence[Deadline], stops: tuple[Pause, ...], now: datetime
) -> Recomputed | None:
    """The clock that the level and the rules in force give, or None where the date that was told stays.

    What is owed anew counts from when it was, also after it was put off. A date that somebody told is taken back only
    by a graver level.
    """
    row = next(iter(running(rows, promise)), None)
    table, counting = sites.rules_for(case).promises, stops if promise.can_pause else ()
    is_told = row is not None and isinstance(span_from(row.span), ByDate)
    if row is not None and is_told and (level_of(case) or table.before_assessment) <= row.level:
        return None
    new = rules.recompute_at_assessment(
        received_at=case.received_at if row is None else _begun(case, rows, row),
        span=table.span(promise, level_of(case), kind=case.kind),
        told_due=_told(case, row, counting, now) if row is not None else None,
        zone=zone_of(case),
        pauses=counting,
        now=now,
        grace=table.grace,
    )
    return None if new is None or new.why is Why.TOLD else new


def _begun(case: Case, rows: Sequence[Deadline], row: Deadline) -> datetime:
    """Since when the promise is owed: its newest version that was counted and not told says so."""
    same = (one for one in rows if (one.promise, one.subject_id) == (row.promise, row.subject_id))
    counted = [one for one in same if not isinstance(span_from(one.span), ByDate)]
    newest = max(counted, key=lambda one: one.version, default=None)
    return newest.starts_at if newest else case.received_at


def _told(case: Case, row: Deadline, stops: tuple[Pause, ...], now: datetime) -> datetime | None:
    """The date the person knows; of one that is held, what it would be if the pause ended now."""
    if not is_held(row):
        return row.due_at
    return rules.due_at(row.starts_at, span_from(row.span), zone_of(case), as_if_ended(stops, now))
