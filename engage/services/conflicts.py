"""Conflicts of interest: whom or what a case is about, who is kept out of it by that, and what they tried all the same.

Whoever is kept out stands in case_subject, which scope and policy read: for them there is no such case. The rows are
worked out here, from what was named and from who reports to whom, and nowhere else.
"""

import logging
import uuid
from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import SQLAlchemyError

from engage import clock
from engage.domain import policy
from engage.domain.case import Writer
from engage.domain.conflicts import INVESTIGATES, SubjectKind, as_compared, kept_out
from engage.domain.events import (
    ConflictRefused,
    SubjectNamed,
    SubjectRemoved,
    TakenOff,
)
from engage.domain.guards import Refusal, Refused
from engage.domain.policy import SYSTEM, Actor, Permission
from engage.extensions import db
from engage.models import Case, CaseEvent, CaseSubject, Involvement, StaffUser
from engage.scope import first_to_tell
from engage.services import cases, conversation, deadlines, readings
from engage.services.chain import canonical
from engage.services.people import employed
from engage.services.timeline import record
from engage.unit_of_work import unit_of_work

log = logging.getLogger(__name__)
ABOUT_THEM = "about_them"


def name_person(case: Case, user_id: uuid.UUID, *, actor: Actor) -> None:
    """Record that the case is about one of our people: they and their line are out of it at once.

    Anybody may name themselves, which is how one steps back from a case.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: there is no such person, they are named already, or nobody would be left to take the case.
    """
    if db.session.get(StaffUser, user_id) is None:
        raise Refused(Refusal("no_such_subject"))
    _name(case, SubjectKind.PERSON, actor, user_id=user_id)


def name_place(case: Case, kind: SubjectKind, name: str, *, actor: Actor) -> None:
    """Record that the case is about a department or a contractor: everybody there and their line are out of it.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: no name is given, it is named already, or nobody would be left to take the case.
    """
    if kind is SubjectKind.PERSON or not name.strip():
        raise Refused(Refusal("no_such_subject"))
    _name(case, kind, actor, name=" ".join(name.split()))


def _name(
    case: Case, kind: SubjectKind, actor: Actor, *, user_id: uuid.UUID | None = None, name: str | None = None
) -> None:
    policy.require(actor, Permission.NAME_SUBJECT, case.facts)
    if any(_is_same(row, user_id, kind, name) for row in named_in(case.id)):
        raise Refused(Refusal("is_subject_already"))
    row = Involvement(
        id=uuid.uuid4(),
        case_id=case.id,
        kind=kind,
        user_id=user_id,
        name=name,
        named_by_id=actor.id,
        named_at=clock.utcnow(),
    )
    db.session.add(row)
    record(case, SubjectNamed(involvement_id=row.id, kind_of_subject=kind.value), actor=actor)
    _keep_out(case)
    if not first_to_tell(case):
        raise Refused(Refusal("nobody_left"))


def leaves_somebody(case: Case, kind: SubjectKind, name: str) -> bool:
    """Whether somebody could still take the case if it were about this place, too."""
    before = case.facts.subjects
    _write(case, _wanted(case, (kind, name)))
    is_left = bool(first_to_tell(case))
    _write(case, before)
    return is_left


def was_named(case_id: uuid.UUID, kind: SubjectKind, name: str) -> bool:
    """Whether the case is about this place, or was until somebody gave a reason why it is not."""
    names = select(Involvement.name).where(Involvement.case_id == case_id, Involvement.kind == kind)
    return as_compared(name) in {as_compared(one or "") for one in db.session.scalars(names)}


def _is_same(row: Involvement, user_id: uuid.UUID | None, kind: SubjectKind, name: str | None) -> bool:
    if row.kind is SubjectKind.PERSON or name is None:
        return row.user_id is not None and row.user_id == user_id
    return row.kind is kind and as_compared(row.name or "") == as_compared(name)


def remove(case: Case, involvement_id: uuid.UUID, why: str, *, actor: Actor) -> None:
    """Record that the case is not about them after all, with the reason. Nobody removes themselves or their line.

    Raises:
        NotAllowed: policy refuses the actor, as it does everybody who is kept out.
        Refused: it is named no longer, or no reason is given.
    """
    policy.require(actor, Permission.REMOVE_SUBJECT, case.facts)
    row = next((one for one in named_in(case.id) if one.id == involvement_id), None)
    if row is None or not why.strip():
        raise Refused(Refusal("no_such_subject" if row is None else "reason_needed"))
    row.removed_at, row.removed_by_id = clock.utcnow(), actor.id
    note = conversation.add(case, why, writer=Writer.NOTE, actor=actor, tells=False)
    event = SubjectRemoved(involvement_id=row.id, kind_of_subject=row.kind.value)
    record(case, event, actor=actor, content=conversation.digest_of_message(note))
    _keep_out(case)


def named_in(case_id: uuid.UUID) -> list[Involvement]:
    """Return whom and what a case is about now, in the order in which they were named."""
    return list(
        db.session.scalars(
            select(Involvement)
            .where(Involvement.case_id == case_id, Involvement.removed_at.is_(None))
            .order_by(Involvement.named_at, Involvement.id)
        )
    )


def people_moved() -> None:
    """Work out anew who is kept out of every case that is about somebody, after people changed places in the line.

    A case that would be left to nobody keeps whoever was kept out before, and the log says so: never to nobody. So
    does one that was erased, since the name of a place went with its words.
    """
    about = select(Involvement.case_id).where(Involvement.removed_at.is_(None)).distinct()
    for case_id in db.session.scalars(about.order_by(Involvement.case_id)).all():
        case = cases.lock_own(case_id)
        before = case.facts.subjects
        wanted = _wanted(case) | (before if case.erased_at is not None else frozenset())
        if wanted == before:
            continue
        _write(case, wanted)
        if first_to_tell(case):
            _take_off(case, wanted - before)
        else:
            log.error("case %s would be left to nobody by who reports to whom now; see check-config", case.id)
            _write(case, before)


def _keep_out(case: Case) -> None:
    db.session.flush()
    before, wanted = case.facts.subjects, _wanted(case)
    _write(case, wanted)
    _take_off(case, wanted - before)


def _wanted(case: Case, *also: tuple[SubjectKind, str]) -> frozenset[uuid.UUID]:
    rows = named_in(case.id)
    return kept_out(
        employed(),
        users=[row.user_id for row in rows if row.user_id is not None],
        names=[*((row.kind, row.name) for row in rows if row.name is not None), *also],
    )


def _write(case: Case, wanted: Collection[uuid.UUID]) -> None:
    db.session.execute(delete(CaseSubject).where(CaseSubject.case_id == case.id))
    if wanted:
        rows = [{"case_id": case.id, "user_id": user_id} for user_id in sorted(wanted)]
        db.session.execute(insert(CaseSubject), rows)
    db.session.expire(case, ["subjects"])


def _take_off(case: Case, users: Collection[uuid.UUID]) -> None:
    """Take away at once what somebody who is kept out had in hand: the case, a seat on its panel, a waiting draft."""
    if (gone := case.assignee_id) is not None and gone in users:
        case.assignee_id = None
        record(case, TakenOff(user_id=gone, part="assignee"), actor=SYSTEM)
    appeal = cases.open_appeal(case)
    seats = appeal.seats if appeal is not None else []
    for seat in [one for one in seats if one.user_id in users]:
        seats.remove(seat)
        db.session.delete(seat)
        record(case, TakenOff(user_id=seat.user_id, part="panel"), actor=SYSTEM)
        if appeal is not None and not seats:
            deadlines.open_for_panel(case, appeal)
    cases.take_back_requests(case, users)
    db.session.flush()


def refuse_kept_out(case: Case, users: Collection[uuid.UUID], *, what: str) -> None:
    """Let users be given a part in the case if nobody of them is kept out of it.

    Raises:
        Refused: somebody is; the refusal says as "user" who and as "what" which part, for the record of attempts.
    """
    for user_id in users:
        if user_id in case.facts.subjects:
            raise Refused(Refusal(ABOUT_THEM, {"user": str(user_id), "what": what}))


def worked_on(case: Case) -> frozenset[uuid.UUID]:
    """Return who investigated the case or wrote a proposal in it, and whoever works it: none of them approves (R03)."""
    acted = db.session.scalars(
        select(CaseEvent.actor_id).where(CaseEvent.case_id == case.id, CaseEvent.kind.in_(INVESTIGATES))
    )
    return frozenset(user for user in (*acted, case.assignee_id) if user is not None)


def note_attempt(reference: str, what: str, *, actor: Actor, user_id: uuid.UUID | None = None) -> None:
    """Put on the record that somebody kept out of the case tried it, or that `actor` tried to bring `user_id` in.

    Opens its own short unit of work, so call it outside of any other. Once per user, attempt, actor and day. Nothing
    is noted of a case that is not there, or of somebody who is not kept out of it. A failure is logged and never
    raised: the refusal stands all the same.
    """
    try:
        _note_attempt(reference, what, actor, user_id or actor.id)
    except (SQLAlchemyError, RuntimeError) as error:
        log.error("an attempt on a case by %s was not recorded: %s", actor.id, type(error).__name__)


def _note_attempt(reference: str, what: str, actor: Actor, user_id: uuid.UUID | None) -> None:
    found = db.session.scalar(
        select(Case.id)
        .join(CaseSubject, CaseSubject.case_id == Case.id)
        .where(Case.reference == reference, CaseSubject.user_id == user_id)
    )
    if found is None or user_id is None or actor.id is None:
        return
    event = ConflictRefused(user_id=user_id, what=what, by_id=actor.id)
    today = select(CaseEvent.id).where(
        CaseEvent.case_id == found,
        CaseEvent.kind == event.kind,
        CaseEvent.payload == canonical(event.payload()),
        CaseEvent.at > clock.utcnow() - timedelta(days=1),
    )
    if db.session.scalar(today.limit(1)) is None:
        with unit_of_work():
            case = cases.lock_own(found)
            record(case, event, actor=SYSTEM)
            readings.note_conflict(case, user_id)
