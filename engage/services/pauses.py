"""Stopping the clock of a case for a time, with words for the person, and letting it run again."""

import logging
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from engage import clock
from engage.domain import guards, policy
from engage.domain import pausing as rules
from engage.domain.case import Writer
from engage.domain.catalogue import US, PauseReason
from engage.domain.events import ClockPaused, PersonReminded
from engage.domain.guards import Refusal, Refused
from engage.domain.policy import SYSTEM, Actor, Permission
from engage.extensions import db
from engage.models import Case, Pause
from engage.services import cases, conversation, pausing, sites
from engage.services.deadline_rows import rows_of, running, stops_of
from engage.services.timeline import record
from engage.unit_of_work import unit_of_work

log = logging.getLogger(__name__)
MOST = 5000  # Ours: a sweep ends well inside its task's time limit; the next one takes what is left over.
ROUNDED = timedelta(days=1)  # The end of the last day that is allowed may lie hours behind the most.


@dataclass(frozen=True, slots=True)
class Stop:
    """A pause as it is asked for: from now where it has no beginning. Instants are aware.

    `asked_by` is who wishes it and how we know, needed where it is not for us to stop the clock (domain R49).
    """

    reason_code: str
    words: str
    ends_at: datetime
    starts_at: datetime | None = None
    asked_by: str | None = None


def pause(case: Case, stop: Stop, *, actor: Actor) -> Pause:
    """Stop the clock of everything owed but the acknowledgement; the person reads why and until when.

    Where we wait for the person, the words are a question to them, and their answer ends the pause.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: the case is closed, nothing is owed that can wait and is not late, the reason is unknown, words or the
            one who asked are missing, or the dates are past, in the wrong order, taken already or longer than the
            reason allows.
    """
    policy.require(actor, Permission.PAUSE, case.facts)
    guards.stop_if(rules.why_not_stop(case.stage))
    now, before = clock.utcnow(), stops_of(case)
    if not any(row.promise.can_pause and row.due_at > now for row in running(rows_of(case))):
        raise Refused(Refusal("nothing_to_pause"))
    reason = sites.rules_for(case).pause_reason(stop.reason_code)
    if reason is None:
        raise Refused(Refusal("not_in_the_list"))
    if not stop.words.strip():
        raise Refused(Refusal("reason_needed"))
    starts_at = stop.starts_at or now
    ends_at = stop.ends_at
    latest = rules.longest_end(reason, starts_at, before)
    if latest is not None and latest < ends_at < latest + ROUNDED and latest > starts_at:
        ends_at = latest
    guards.stop_if(rules.why_not_pause(reason, starts_at, ends_at, others=before, now=now))
    _note_who_asked(case, reason, stop.asked_by, actor)
    message = conversation.add(
        case, stop.words, writer=Writer.STAFF, actor=actor, asks=reason.set_by == US, tells=False
    )
    row = Pause(
        id=uuid.uuid4(),
        case_id=case.id,
        reason_code=reason.code,
        starts_at=starts_at,
        ends_at=ends_at,
        message_id=message.id,
        set_at=now,
        look_at=rules.next_look(starts_at, ends_at, reminds=reason.set_by == US, told=0),
        reminders=0,
    )
    db.session.add(row)
    event = ClockPaused(
        pause_id=row.id, reason=reason.code, message_id=message.id, starts_at=starts_at, ends_at=ends_at
    )
    record(case, event, actor=actor, content=conversation.digest_of_message(message))
    pausing.follow(case, before)
    return row


def end_pause(case: Case, pause_id: uuid.UUID, *, actor: Actor, asked_by: str | None = None) -> None:
    """Let the clock run again before the pause has reached its end. The dates become earlier, and the person is told.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: there is no such pause any more, or it is not for us to end it and nobody is named who wished it.
    """
    policy.require(actor, Permission.PAUSE, case.facts)
    row = next((one for one in pausing.not_over(case) if one.id == pause_id), None)
    if row is None:
        raise Refused(Refusal("no_pause"))
    _note_who_asked(case, sites.rules_for(case).pause_reason(row.reason_code), asked_by, actor)
    pausing.resume(case, row, pausing.ENDED, actor=actor)


def end_due(now: datetime | None = None, *, limit: int = MOST) -> int:
    """Note every pause that has reached its end, tell its person, and return how many there were.

    Where we wait for the person, they are reminded on the way; reminders count too. The dates count with the end
    already. Opens a short unit of work per case; safe to run twice, late, and at the same
    time: a case that somebody else has in hand is left to the next sweep, and a case that fails stops no other.
    """
    now = now or clock.utcnow()
    due = select(Pause.case_id).where(Pause.over_at.is_(None), Pause.look_at <= now).order_by(Pause.look_at)
    count = 0
    for case_id in dict.fromkeys(db.session.scalars(due.limit(limit))):
        try:
            with unit_of_work():
                case = cases.lock_if_free(case_id)
                count += _look_at(case, now) if case is not None else 0
        except Exception:  # one bad row must not stop the rest; it is tried again by the next sweep
            log.exception("the pauses of case %s could not be ended", case_id)
    return count


def _look_at(case: Case, now: datetime) -> int:
    """End what has reached its end, and remind of the rest what has its time; of two reminders at once, the later."""
    done = 0
    for row in pausing.not_over(case):
        if row.ends_at is None or row.look_at is None or row.look_at > now:
            continue
        reminds = _waits_for_person(case, row)
        if row.ends_at <= now:
            pausing.resume(case, row, pausing.UNANSWERED if reminds else pausing.OVER, actor=SYSTEM)
            done += 1
            continue
        came = sum(1 for at in rules.reminders_of(row.starts_at, row.ends_at) if at <= now) if reminds else 0
        if came > row.reminders:
            row.reminders = came
            record(case, PersonReminded(pause_id=row.id, number=came, ends_at=row.ends_at), actor=SYSTEM)
            done += 1
        row.look_at = rules.next_look(row.starts_at, row.ends_at, reminds=reminds, told=row.reminders)
    return done


def _waits_for_person(case: Case, row: Pause) -> bool:
    reason = sites.rules_for(case).pause_reason(row.reason_code)
    return reason is not None and reason.set_by == US


def _note_who_asked(case: Case, reason: PauseReason | None, asked_by: str | None, actor: Actor) -> None:
    """Keep as a note on whose wish it is, where it is not ours.

    Raises:
        Refused: nobody is named.
    """
    if reason is None or reason.set_by == US:
        return
    if asked_by is None or not asked_by.strip():
        raise Refused(Refusal("who_asked_needed"))
    conversation.add(case, asked_by, writer=Writer.NOTE, actor=actor)
