"""Meetings as they were held: rounds of talks about a proposal, and telling a group how its concern goes out."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, time

from engage import clock, vault
from engage.domain import policy
from engage.domain.case import Writer
from engage.domain.deadlines import Promise
from engage.domain.event import Event
from engage.domain.events import MeetingHeld, ReportedBack
from engage.domain.guards import Refusal, Refused
from engage.domain.lifecycle import Stage
from engage.domain.policy import Actor, Permission
from engage.domain.wall_clock import instant_of
from engage.extensions import db
from engage.models import Case, Meeting, Message
from engage.models.aftercare import REPORT_BACK, TALKS
from engage.services import arrangements, conversation, deadlines, sites
from engage.services.deadline_rows import new_row, pauses_of, rows_of, write_next, zone_of
from engage.services.timeline import record


@dataclass(frozen=True, slots=True)
class Met:
    """When, where, in which language and with whom a meeting was held, and what was said. The day is the site's."""

    on: date
    place: str
    language: str
    who: str
    words: str

    @property
    def told(self) -> str:
        """The meeting as it is read in the conversation: its facts in the first line, what was said below."""
        return f"{self.on.isoformat()} · {self.place} · {self.language} · {self.who}\n\n{self.words}"


def hold_talks(case: Case, met: Met, *, actor: Actor, without: str | None = None) -> Meeting:
    """Record a meeting of this round of talks. A round ends by the person's answer, not by a meeting.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: nothing is being talked about, something of the meeting is missing, its day lies ahead or before the
            concern came in, or something the person needs for it was not arranged and no reason is given.
    """
    policy.require(actor, Permission.NOTE, case.facts)
    if case.stage is not Stage.PROPOSED:
        raise Refused(Refusal("no_talks"))
    arrangements.refuse_meeting(case, without)
    row = _add(case, met, TALKS, Writer.NOTE, actor)
    _record(case, row, MeetingHeld(meeting_id=row.id, round=row.round), actor)
    return row


def report_back(case: Case, met: Met, *, actor: Actor) -> Meeting:
    """Record that a group was told where its people are, in words that the person reads too (domain R46).

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: the concern is not that of a group, there is nothing to tell yet, something of the meeting is missing,
            its day lies ahead, or before the concern came in.
    """
    policy.require(actor, Permission.TELL_PERSON, case.facts)
    if not case.is_collective:
        raise Refused(Refusal("not_a_group"))
    if case.stage not in (Stage.PROPOSED, Stage.IMPLEMENTING, Stage.CLOSED):
        raise Refused(Refusal("nothing_to_report_back"))
    row = _add(case, met, REPORT_BACK, Writer.STAFF, actor)
    _record(case, row, ReportedBack(meeting_id=row.id, message_id=row.message_id), actor)
    deadlines.meet(case, Promise.IMPLEMENT, actor=actor, subject_id=case.id)
    return row


def owe_report_back(case: Case) -> None:
    """Start the time in which a group is told, among what was agreed; it is as long as a group has to answer.

    That length is ours: a group that needs so long to meet over our words needs it to hear them too.
    """
    rows, span = rows_of(case), sites.rules_for(case).promises.answer_together
    now, stops = clock.utcnow(), pauses_of(case)
    row = new_row(case, Promise.IMPLEMENT, span, now, stops=stops, subject_id=case.id, others=rows)
    db.session.add(row)
    write_next(case, [*rows, row])


def _add(case: Case, met: Met, purpose: str, writer: Writer, actor: Actor) -> Meeting:
    if not all(part.strip() for part in (met.place, met.language, met.who, met.words)):
        raise Refused(Refusal("meeting_incomplete"))
    zone, now = zone_of(case), clock.utcnow()
    if met.on > now.astimezone(zone).date():
        raise Refused(Refusal("day_is_ahead"))
    if met.on < case.received_at.astimezone(zone).date():
        raise Refused(Refusal("day_before_receipt"))
    message = conversation.add(case, met.told, writer=writer, actor=actor, tells=False)
    row = Meeting(
        id=uuid.uuid4(),
        case_id=case.id,
        purpose=purpose,
        round=case.round,
        held_at=instant_of(datetime.combine(met.on, time(12)), zone),
        place=met.place,
        language=met.language,
        who=met.who,
        salt=vault.salt(),
        message_id=message.id,
        recorded_by_id=actor.id,
        recorded_at=now,
    )
    db.session.add(row)
    db.session.flush()
    return row


def _record(case: Case, row: Meeting, event: Event, actor: Actor) -> None:
    # Its words say where it was, in which language and with whom, too.
    told = db.session.get_one(Message, row.message_id)
    record(case, event, actor=actor, content=conversation.digest_of_message(told))
