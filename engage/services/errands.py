"""Errands: notices that a human carries to the person, by a date, because no machine reaches them."""

import uuid
from datetime import timedelta

from sqlalchemy import func, select

from engage import clock
from engage.domain.events import PersonTold
from engage.domain.guards import LAPSE_ATTEMPTS
from engage.domain.policy import Actor, Permission, require
from engage.extensions import db
from engage.models import Case, ContactAttempt, Errand
from engage.scope import visible_to
from engage.services import calendars, deadlines
from engage.services.timeline import record

DUE_WITHIN = timedelta(hours=48)  # Ours: as long as the shortest promise to acknowledge in words (domain 2.4, level 2).
TRIES_THAT_COUNT = 2  # Source: domain 2.2, acknowledged when delivered or after two attempts.
AGAIN_WITHIN = timedelta(hours=24)  # Ours: who was not at home today is looked for tomorrow.
# Where a site says when it works, an errand counts working time: two days of eight hours, and one. Source: product 4.
WORK_WITHIN, WORK_AGAIN_WITHIN = timedelta(hours=16), timedelta(hours=8)


def owe(case: Case, *, message_id: uuid.UUID, template: str, road: str) -> None:
    """Owe the person a word by mouth. While the same kind of word is still to be said, nothing is added.

    The caller holds the case by its lock, so two at once make one.
    """
    case.could_not_reach = True
    same = select(Errand.id).where(Errand.case_id == case.id, Errand.template == template, Errand.finished_at.is_(None))
    if db.session.scalars(same).first() is not None:
        return
    now = clock.utcnow()
    db.session.add(
        Errand(
            id=uuid.uuid4(),
            case_id=case.id,
            outbox_message_id=message_id,
            template=template,
            road=road,
            due_at=calendars.chore_due(case.site_id, now, working=WORK_WITHIN, otherwise=DUE_WITHIN),
            made_at=now,
        )
    )
    db.session.flush()


def finish(errand_id: uuid.UUID, *, reached: bool, actor: Actor) -> Case:
    """Write down how it went. Whoever was not reached is looked for again, until the attempts are as many as honesty
    asks for; then the errand ends, too. An errand that has ended stays as it is.

    Raises:
        NoResultFound: there is no such errand, or the actor may not know of its case.
        NotAllowed: policy refuses the actor.
    """
    case = db.session.scalars(
        select(Case)
        .join(Errand, Errand.case_id == Case.id)
        .where(Errand.id == errand_id, visible_to(actor))
        .with_for_update(of=Case)
        .execution_options(populate_existing=True)
    ).one()
    require(actor, Permission.TELL_PERSON, case.facts)
    errand = db.session.get_one(Errand, errand_id, populate_existing=True)
    if errand.finished_at is not None:
        return case
    now = clock.utcnow()
    db.session.add(ContactAttempt(case_id=case.id, channel=errand.road, reached=reached, at=now, by_id=actor.id))
    db.session.flush()
    attempts = _attempts_since(errand)
    if reached or attempts >= LAPSE_ATTEMPTS:
        errand.finished_at, errand.finished_by_id, errand.reached = now, actor.id, reached
    else:
        errand.due_at = calendars.chore_due(case.site_id, now, working=WORK_AGAIN_WITHIN, otherwise=AGAIN_WITHIN)
    db.session.flush()
    case.could_not_reach = _is_owed(case.id)
    record(case, PersonTold(errand_id=errand.id, reached=reached), actor=actor)
    if reached or attempts >= TRIES_THAT_COUNT:
        deadlines.meet_by_notice(case, errand.template)
    return case


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
    owed = select(Errand.id).where(Errand.case_id == case_id, Errand.finished_at.is_(None))
    return db.session.scalars(owed).first() is not None
