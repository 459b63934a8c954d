"""Errands: notices that a human carries to the person, by a date, because no machine reaches them."""

import uuid
from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import Select, and_, func, select

from engage import clock
from engage.domain import policy
from engage.domain.errands import BOARD, ErrandResult, is_done, results_of
from engage.domain.events import ErrandGiven, PersonTold
from engage.domain.guards import LAPSE_ATTEMPTS, Refusal, Refused
from engage.domain.policy import GRANTS, Actor, Permission, require
from engage.extensions import db
from engage.models import Case, ContactAttempt, Errand, StaffUser
from engage.scope import people_with
from engage.services import calendars, cases, deadlines
from engage.services.timeline import record

DUE_WITHIN = timedelta(hours=48)  # Ours: as long as the shortest promise to acknowledge in words (domain 2.4, level 2).
TRIES_THAT_COUNT = 2  # Source: domain 2.2, acknowledged when delivered or after two attempts.
AGAIN_WITHIN = timedelta(hours=24)  # Ours: who was not at home today is looked for tomorrow.
# Where a site says when it works, an errand counts working time: two days of eight hours, and one. Source: product 4.
WORK_WITHIN, WORK_AGAIN_WITHIN = timedelta(hours=16), timedelta(hours=8)
_HEARD = (ErrandResult.REACHED, ErrandResult.SAID, ErrandResult.REFUSED)


def owe(case: Case, *, message_id: uuid.UUID | None, template: str, road: str) -> None:
    """Owe the person a word by mouth. While the same kind of word is still to be said, nothing is added; a slip on the
    board says that there is news, and says it once for all. A notice that was carried once, was tried again and did not
    arrive once more has its errand back.

    The caller holds the case by its lock, so two at once make one.
    """
    case.could_not_reach = case.could_not_reach or road != BOARD
    kind = Errand.road == BOARD if road == BOARD else and_(Errand.template == template, Errand.road != BOARD)
    same = select(Errand.id).where(Errand.case_id == case.id, kind, Errand.finished_at.is_(None))
    if db.session.scalars(same).first() is not None:
        return
    now = clock.utcnow()
    due_at = calendars.chore_due(case.site_id, now, working=WORK_WITHIN, otherwise=DUE_WITHIN)
    of_notice = (Errand.outbox_message_id == message_id, Errand.outbox_message_id.is_not(None))
    before = db.session.scalars(select(Errand).where(*of_notice)).one_or_none()
    errand = before or Errand(id=uuid.uuid4(), case_id=case.id, outbox_message_id=message_id, template=template)
    errand.road, errand.made_at, errand.due_at, errand.look_at, errand.rung = road, now, due_at, due_at, 0
    errand.finished_at = errand.finished_by_id = errand.reached = errand.result = errand.carrier_id = None
    db.session.add(errand)
    db.session.flush()


def carriers(case: Case) -> Sequence[StaffUser]:
    """Return who could carry an errand of the case: whoever may tell its person, by name."""
    ids = {user_id for role in GRANTS[Permission.TELL_PERSON] for user_id in people_with(role, case)}
    users = db.session.scalars(select(StaffUser).where(StaffUser.id.in_(ids)).order_by(StaffUser.name, StaffUser.id))
    return [user for user in users if policy.may(user.actor, Permission.TELL_PERSON, case.facts)]


def give(errand_id: uuid.UUID, carrier_id: uuid.UUID, *, actor: Actor) -> Case:
    """Ask somebody to carry an errand; they are told, unless they took it themselves. Giving it again is none.

    Raises:
        NoResultFound: there is no such errand, or the actor may not know of its case.
        NotAllowed: policy refuses the actor.
        Refused: they could not carry it.
    """
    case, errand = _held(errand_id, actor)
    if errand.finished_at is not None or errand.carrier_id == carrier_id:
        return case
    if carrier_id not in {user.id for user in carriers(case)}:
        raise Refused(Refusal("cannot_carry"))
    errand.carrier_id = carrier_id
    record(case, ErrandGiven(errand_id=errand.id, carrier_id=carrier_id), actor=actor)
    return case


def finish(errand_id: uuid.UUID, result: ErrandResult, *, actor: Actor) -> Case:
    """Write down how it went. Whoever was not reached is looked for again, until the attempts are as many as honesty
    asks for; then the errand ends, too. An errand that has ended stays as it is.

    Raises:
        NoResultFound: there is no such errand, or the actor may not know of its case.
        NotAllowed: policy refuses the actor.
        Refused: an errand of this road cannot end so.
    """
    case, errand = _held(errand_id, actor)
    if errand.finished_at is not None:
        return case
    if result not in results_of(errand.road):
        raise Refused(Refusal("not_of_this_road"))
    now, reached = clock.utcnow(), result in _HEARD
    db.session.add(ContactAttempt(case_id=case.id, channel=errand.road, reached=reached, at=now, by_id=actor.id))
    db.session.flush()
    attempts, errand.result = _attempts_since(errand), result
    if is_done(result) or attempts >= LAPSE_ATTEMPTS:
        errand.finished_at, errand.finished_by_id, errand.reached = now, actor.id, reached
        errand.look_at = None
    else:
        errand.due_at = calendars.chore_due(case.site_id, now, working=WORK_AGAIN_WITHIN, otherwise=AGAIN_WITHIN)
        errand.look_at, errand.rung = errand.due_at, 0
    db.session.flush()
    case.could_not_reach = _is_owed(case.id)
    record(case, PersonTold(errand_id=errand.id, reached=reached), actor=actor)
    if is_done(result) or attempts >= TRIES_THAT_COUNT:
        deadlines.meet_by_notice(case, errand.template)
    return case


def end_at_burning(case: Case) -> None:
    """End what was to be said to somebody who took back every way to them: it stands on the page that their code opens,
    and nobody could go. A slip on the board needs no way to them. The caller holds the case by its lock."""
    by_mouth = (Errand.case_id == case.id, Errand.road != BOARD, Errand.finished_at.is_(None))
    found = db.session.scalars(select(Errand).where(*by_mouth)).all()
    _end(case, found)
    for errand in found:
        deadlines.meet_by_notice(case, errand.template)


def standing_for(message_ids: Collection[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Return those of the notices for which an errand stands that is not done: somebody is to say what they say."""
    stand = Errand.outbox_message_id.in_(message_ids), Errand.finished_at.is_(None)
    found = db.session.scalars(select(Errand.outbox_message_id).where(*stand)).all() if message_ids else ()
    return frozenset(one for one in found if one is not None)


def end_of_notice(case: Case, message_id: uuid.UUID) -> None:
    """End the errand of a notice that was sent again and left, unless somebody was asked to carry it or has tried.

    The caller holds the case by its lock.
    """
    _end(case, db.session.scalars(_untouched(message_id).execution_options(populate_existing=True)).all())


def _held(errand_id: uuid.UUID, actor: Actor) -> tuple[Case, Errand]:
    of_errand = select(Errand.case_id).where(Errand.id == errand_id).scalar_subquery()
    case = cases.lock_where(Case.id == of_errand, actor)
    require(actor, Permission.TELL_PERSON, case.facts)
    return case, db.session.get_one(Errand, errand_id, populate_existing=True)


def _untouched(message_id: uuid.UUID) -> Select[Errand]:
    nobody = (Errand.finished_at.is_(None), Errand.carrier_id.is_(None), Errand.result.is_(None))
    return select(Errand).where(Errand.outbox_message_id == message_id, *nobody)


def _end(case: Case, ended: Sequence[Errand]) -> None:
    """End errands that nobody has to carry any more: so nobody finished them, and nothing came of them."""
    for errand in ended:
        errand.finished_at, errand.look_at = clock.utcnow(), None
    db.session.flush()
    case.could_not_reach = case.could_not_reach and _is_owed(case.id)


def _attempts_since(errand: Errand) -> int:
    return int(
        db.session.scalar(
            select(func.count(ContactAttempt.id)).where(
                ContactAttempt.case_id == errand.case_id,
                ContactAttempt.channel == errand.road,
                ContactAttempt.at >= errand.made_at,
            )
        )
        or 0
    )


def _is_owed(case_id: uuid.UUID) -> bool:
    owed = select(Errand.id).where(Errand.case_id == case_id, Errand.road != BOARD, Errand.finished_at.is_(None))
    return db.session.scalars(owed).first() is not None
