"""A restricted case moves into the lane: what was said is sealed there, and of the case its record alone is left."""

import uuid

from sqlalchemy import String, cast, delete, literal, select, update

from engage import clock, data_keys, lane_keys, vault
from engage.domain.case import CaseClass, Writer
from engage.domain.events import CaseMovedToLane
from engage.domain.guards import Refusal, stop_if
from engage.domain.lane import AgeGroup, Happened
from engage.domain.lane_clocks import Clock
from engage.domain.lane_policy import LaneFacts, LanePermission, require_in_lane
from engage.domain.policy import Actor
from engage.extensions import db
from engage.models import (
    Case,
    LaneReceipt,
    LaneReport,
    LaneSubject,
    Message,
    OutboxMessage,
    Receipt,
    Recipient,
    SealedContact,
    SealedIdentity,
    Statement,
)
from engage.notify import lane_rules
from engage.notify.addressing import NEUTRAL_FOR_PERSON
from engage.services import conflicts, holds
from engage.services.lane import clocks, erased_case, subjects, words
from engage.services.lane.intake import Told, new_report, sealed_account
from engage.services.lane.record import record
from engage.services.timeline import record as record_on_case


def why_not_move(case: Case) -> Refusal | None:
    """Only a case that exists for the focal points alone moves: whoever had it before had it in the open."""
    return None if case.class_ is CaseClass.RESTRICTED else Refusal("lane_only_restricted")


def move(case: Case, *, actor: Actor) -> uuid.UUID:
    """Make a report of the case and return its id. The code of the case opens the report from now on.

    Words and messages are sealed in the lane, and what the person had left of themself with them, for the focal points
    alone; an e-mail address becomes the road for neutral word. Then everything of the case but its record is erased,
    files too: the lane has none. The caller holds the case by its lock.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: the case is not restricted, or a legal hold keeps what would be erased of it.
        Unreadable: what the person left does not open with the keys that are here, and would be lost.
    """
    require_in_lane(actor, LanePermission.MOVE_IN, LaneFacts(case.id, case.site_id, case.facts.subjects))
    stop_if(why_not_move(case) or (Refusal("hold_stands") if holds.standing(case.id) is not None else None))
    told, to_worker = _told(case), _road(case)
    report = new_report(told, case.site_id, vault.digest(str(case.id), vault.TOKEN), clock.utcnow())
    report.case_id, report.subjects = case.id, [LaneSubject(user_id=one) for one in sorted(case.facts.subjects)]
    db.session.add(report)
    db.session.flush()
    key_row, key = lane_keys.new_key(report.id)
    account, digest = sealed_account(report.id, key, told)
    db.session.add_all([key_row, account])
    named = conflicts.named_in(case.id)
    db.session.add_all(subjects.new_row(report.id, one.kind, user_id=one.user_id, place=one.name) for one in named)
    event = record(report, Happened.MOVED_IN, actor=actor, content=digest)
    _bring_messages(case, report, key, actor)
    _bring_code(case, report)
    _bring_notices(case, report)
    if to_worker is not None and not told.for_other:
        lane_keys.seal_road(report.id, to_worker)
    for which in (Clock.ALERT, Clock.SUPPORT, Clock.LEAD, *([Clock.CHILD] if told.age is AgeGroup.CHILD else [])):
        clocks.begin(report, which)
    clocks.meet(report, Clock.ALERT)  # a focal point moves it
    record_on_case(case, CaseMovedToLane(), actor=actor)
    case.moved_at = clock.utcnow()
    erased_case.erase(case)
    lane_rules.tell_focal_points(report, event_id=event.id)
    clocks.tell_lead(report)
    return report.id


def _told(case: Case) -> Told:
    stated = db.session.get_one(Statement, case.id)
    parts = (
        stated.what_happened,
        stated.where_it_happened,
        stated.when_it_happened,
        stated.what_would_make_it_right,
    )
    return Told(
        words="\n\n".join(part for part in parts if part),
        age=AgeGroup.CHILD if case.harms_child else None,
        for_other=case.on_behalf,
        locale=case.locale,
        flagged=case.flagged,
        more=_left(case),
    )


def _left(case: Case) -> dict[str, str]:
    """Who the person is and how to reach them, as far as we may read it."""
    found: dict[str, str] = {}
    for row in (db.session.get(SealedIdentity, case.id), db.session.get(SealedContact, case.id)):
        if row is not None and not (isinstance(row, SealedContact) and row.to_worker):
            found |= data_keys.opened(row)
    return found


def _road(case: Case) -> bytes | None:
    """The e-mail address, sealed to the worker's key, where there is one."""
    row = db.session.get(SealedContact, case.id)
    if row is None or not row.has_email:
        return None
    if row.to_worker:
        return data_keys.content(row)
    return vault.seal_to_worker({"email": data_keys.opened(row)["email"]})


def _bring_messages(case: Case, report: LaneReport, key: bytes, actor: Actor) -> None:
    said = select(Message).where(Message.case_id == case.id).order_by(Message.written_at, Message.id)
    for message in db.session.scalars(said).all():
        row, digest = words.sealed_row(
            report.id, key, message.whole or message.words, message.writer, message.author_id
        )
        row.written_at = message.written_at
        db.session.add(row)
        record(report, Happened.WRITTEN, actor=actor, content=digest, writer=message.writer.value)
        report.unread = report.unread or message.writer is Writer.PERSON


def _bring_notices(case: Case, report: LaneReport) -> None:
    """Let an answer to a mail that has left lead to the report: of each notice its id is kept, and when it left."""
    left = (OutboxMessage.case_id == case.id, OutboxMessage.recipient == Recipient.PERSON)
    values = {
        "case_id": None,
        "lane_report_id": report.id,
        "template": NEUTRAL_FOR_PERSON,
        "context": None,
        "replaced_by_id": None,  # what replaced it goes with the case where it never left
        "dedupe_key": literal("moved:") + cast(OutboxMessage.id, String),
    }
    moved = update(OutboxMessage).where(*left, OutboxMessage.sent_at.is_not(None)).values(values)
    db.session.execute(moved, execution_options={"synchronize_session": False})


def _bring_code(case: Case, report: LaneReport) -> None:
    """Let the code of the case open the report. The receipt keeps its id, so a page that is open stays open."""
    living = db.session.scalars(select(Receipt).where(Receipt.case_id == case.id, Receipt.ended_at.is_(None))).all()
    for receipt in living:
        db.session.add(
            LaneReceipt(
                id=receipt.id,
                report_id=report.id,
                code_digest=receipt.code_digest,
                must_change=receipt.must_change,
                made_at=receipt.made_at,
                first_used_at=receipt.first_used_at,
            )
        )
    db.session.execute(delete(Receipt).where(Receipt.case_id == case.id))
