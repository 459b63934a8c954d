"""Beside cases and tasks: remedies to carry out, word to bring, seats on panels, and standing in for who is away."""

import logging
import uuid
from collections.abc import Sequence

from sqlalchemy import ColumnElement, ScalarSelect, Select, select

from engage import clock
from engage.domain import absence, policy
from engage.domain.events import ErrandGiven, RemedyPassedOn, SeatVacated
from engage.domain.policy import SYSTEM, Permission, Role
from engage.extensions import db
from engage.models import Absence, Appeal, Case, Errand, PanelSeat, Proposal, Remedy, StaffUser
from engage.notify import account_rules, work_rules
from engage.notify.audience import deciding_on
from engage.queries.absence import candidates
from engage.scope import first_to_tell
from engage.services import cases, deadlines, handed
from engage.services.audit import Change, note
from engage.services.handed import Handed, Thing
from engage.services.timeline import record

log = logging.getLogger(__name__)


def hand_on_remedies(user: StaffUser) -> list[Handed]:
    """Give what the user was to carry out to whoever answers for its case, where they may not know of it any more."""
    mine = remedies_of(Remedy.owner_id == user.id).order_by(Remedy.case_id, Remedy.id)
    found = [_remedy(user, row.id, row.case_id) for row in db.session.execute(mine).all()]
    return [one for one in found if one is not None]


def remedies_of(whose: ColumnElement[bool]) -> Select[uuid.UUID, uuid.UUID, uuid.UUID | None]:
    """Select what is still to be carried out of what a case agreed on last, by id, case and owner."""
    return (
        select(Remedy.id, Remedy.case_id, Remedy.owner_id)
        .join(Case, Case.id == Remedy.case_id)
        .join(Proposal, Proposal.id == Remedy.proposal_id)
        .where(whose, Remedy.finished_at.is_(None), Case.closed_at.is_(None), Proposal.number == _newest())
    )


def hand_on_errands(user: StaffUser) -> list[Handed]:
    """Ask whoever answers for the case to bring the word that the user was to bring, where they may do so no more."""
    mine = select(Errand.id, Errand.case_id).where(Errand.carrier_id == user.id, Errand.finished_at.is_(None))
    found = [_errand(user, *row) for row in db.session.execute(mine.order_by(Errand.case_id, Errand.id)).all()]
    return [one for one in found if one is not None]


def vacate_seats(user: StaffUser) -> list[Handed]:
    """Take the user off every panel that has not decided, where they may sit on none; those who seat are told.

    Where nobody is left on one our time to name a panel begins anew.
    """
    sits = (
        select(Appeal.case_id)
        .join(PanelSeat, PanelSeat.appeal_id == Appeal.id)
        .where(PanelSeat.user_id == user.id, Appeal.decided_at.is_(None))
    )
    rows = [_vacate(user, case_id) for case_id in db.session.scalars(sits.order_by(Appeal.case_id)).all()]
    return [one for one in rows if one is not None]


def replace_stand_in(user: StaffUser) -> list[Handed]:
    """Let somebody else stand in where the user does not fit any more; where nobody does, the one who is away is told.

    What goes to somebody who is away then reaches them alone, and climbs the ladder as anything does that nobody sees.
    """
    now = clock.utcnow()
    mine = select(Absence).where(Absence.replacement_id == user.id, Absence.ends_at > now)
    rows = db.session.scalars(mine.order_by(Absence.id).with_for_update()).all()
    people = {row.user_id: db.session.get_one(StaffUser, row.user_id) for row in rows}
    return [_stand_in(row, people[row.user_id]) for row in rows if not _stands_well(user, people[row.user_id])]


def answers_for(case: Case, what: Permission) -> uuid.UUID | None:
    """Return who may know so much of the case and answers for it, the first of them, or None."""
    turns = [user_id for user_id in (case.assignee_id, *first_to_tell(case)) if user_id is not None]
    people = {user.id: user for user in db.session.scalars(select(StaffUser).where(StaffUser.id.in_(turns)))}
    return next((one for one in turns if policy.may(people[one].actor, what, case.facts)), None)


def _newest() -> ScalarSelect[int]:
    return (
        select(Proposal.number)
        .where(Proposal.case_id == Case.id)
        .order_by(Proposal.number.desc())
        .limit(1)
        .correlate(Case)
        .scalar_subquery()
    )


def _remedy(user: StaffUser, remedy_id: uuid.UUID, case_id: uuid.UUID) -> Handed | None:
    case = cases.lock_own(case_id)
    row = db.session.get_one(Remedy, remedy_id)
    if policy.may(user.actor, Permission.VIEW, case.facts):
        return None
    owner_id = answers_for(case, Permission.VIEW)
    if owner_id is None:
        log.error("nobody could be given remedy %s of somebody who left: name a coordinator", row.id)
        return None
    row.owner_id = owner_id
    record(case, RemedyPassedOn(remedy_id=row.id, owner_id=owner_id), actor=SYSTEM)
    return handed.of_case(Thing.REMEDY, case, [owner_id])


def _errand(user: StaffUser, errand_id: uuid.UUID, case_id: uuid.UUID) -> Handed | None:
    case = cases.lock_own(case_id)
    row = db.session.get_one(Errand, errand_id, populate_existing=True)
    is_theirs = row.finished_at is None and row.carrier_id == user.id  # not while we waited for the case
    if not is_theirs or policy.may(user.actor, Permission.TELL_PERSON, case.facts):
        return None
    carrier_id = answers_for(case, Permission.TELL_PERSON)
    if carrier_id is None:
        log.error("nobody could be given errand %s of somebody who left: name a coordinator", row.id)
        return None
    row.carrier_id = carrier_id
    record(case, ErrandGiven(errand_id=row.id, carrier_id=carrier_id), actor=SYSTEM)
    return handed.of_case(Thing.ERRAND, case, [carrier_id])


def _vacate(user: StaffUser, case_id: uuid.UUID) -> Handed | None:
    case = cases.lock_own(case_id)
    appeal = cases.open_appeal(case)
    seats = appeal.seats if appeal is not None else []
    seat = next((one for one in seats if one.user_id == user.id), None)
    if appeal is None or seat is None or policy.may(user.actor, Permission.DELIBERATE, case.facts):
        return None
    seats.remove(seat)
    db.session.delete(seat)
    db.session.flush()
    record(case, SeatVacated(appeal_id=appeal.id), actor=SYSTEM)
    if not seats:
        deadlines.open_for_panel(case, appeal)
    return handed.of_case(Thing.SEAT, case, deciding_on(case, Role.COORDINATOR, Role.APPROVER))


def _stands_well(user: StaffUser, absent: StaffUser) -> bool:
    return user.is_active and absence.fits(user.actor, absent.actor)


def _stand_in(row: Absence, absent: StaffUser) -> Handed:
    before, free = row.replacement_id, _free(row, absent)
    if free is not None:
        row.replacement_id = free
        work_rules.tell_of_absence(row)
    else:
        _end(row)
    after = {"replacement": str(free) if free else None}
    entry = note(
        Change.STAND_IN_CHANGED, actor=None, subject_id=absent.id, before={"replacement": str(before)}, after=after
    )
    if free is None:
        account_rules.nobody_stands_in(absent, change_id=entry.id)
    return Handed(Thing.STAND_IN, frozenset({free or absent.id}))


def _free(row: Absence, absent: StaffUser) -> uuid.UUID | None:
    """Who fits and is not away meanwhile, the first of them by name."""
    away: Sequence[uuid.UUID] = db.session.scalars(
        select(Absence.user_id).where(Absence.starts_at < row.ends_at, Absence.ends_at > row.starts_at)
    ).all()
    fitting = (user_id for user_id, _ in candidates(absent.actor))
    return next((one for one in fitting if one not in away and one != row.replacement_id), None)


def _end(row: Absence) -> None:
    if row.starts_at < (now := clock.utcnow()):
        row.ends_at = now
    else:
        db.session.delete(row)
