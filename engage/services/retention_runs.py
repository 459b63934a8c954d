"""Runs of the retention schedule: prepared, looked at, approved by a second person, carried out, and put on record.

What is shown is counts, and of the restricted lane nothing. Each run leaves evidence: how many by which rule, and a
digest of the references, so that nobody can say later that something else was erased.
"""

import logging
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from engage import clock
from engage.domain.administration import require_sites
from engage.domain.guards import Refusal, Refused
from engage.domain.policy import SYSTEM, Actor
from engage.domain.retention import Scope
from engage.extensions import db
from engage.models import Case, RetentionItem, RetentionRun
from engage.services import audit, cases, erasing, retention_due, retention_schedule
from engage.services.audit import Change
from engage.services.chain import hash_over
from engage.services.retention_due import Item
from engage.unit_of_work import unit_of_work

log = logging.getLogger(__name__)
MOST = 5000  # Ours: one run stays something that somebody can look at; what is left over is for the next one.
Counts = Mapping[str, int]


def preview(now: datetime | None = None) -> Counts:
    """Return how much is due now by which rule, the restricted lane left out. Changes nothing."""
    return _counted(islice(retention_due.items(now or clock.utcnow()), MOST))


def prepare(actor: Actor | None) -> RetentionRun:
    """Write down what is due now, for somebody else to approve. No actor: the service prepares it by itself.

    Raises:
        NotAllowed: the actor does not administer all sites.
        Refused: a run is prepared already, or is not finished.
    """
    if actor is not None:
        require_sites(actor, [None])
    if _unfinished() is not None:
        raise Refused(Refusal("run_waits"))
    now = clock.utcnow()
    run = RetentionRun(id=uuid.uuid4(), prepared_at=now, prepared_by_id=actor.id if actor else None)
    try:
        with db.session.begin_nested():
            db.session.add(run)
    except IntegrityError as error:  # somebody else prepared one in this moment
        raise Refused(Refusal("run_waits")) from error
    found = list(islice(retention_due.items(now), MOST))
    db.session.add_all(
        RetentionItem(
            run_id=run.id, case_id=one.case_id, scope=one.scope, rule=one.rule, is_restricted=one.is_restricted
        )
        for one in found
    )
    audit.note(Change.RETENTION_PREPARED, actor=actor, subject_id=run.id, after=_counted(found))
    return run


def approve(run_id: uuid.UUID, *, actor: Actor) -> None:
    """Let a prepared run go ahead. It is carried out the next night, and each case is looked at once more then.

    Raises:
        NotAllowed: the actor does not administer all sites.
        Refused: it does not wait, or the actor prepared it.
    """
    run = _waiting(run_id, actor)
    if run.prepared_by_id == actor.id:
        raise Refused(Refusal("own_run"))
    run.approved_at, run.approved_by_id = clock.utcnow(), actor.id
    audit.note(Change.RETENTION_APPROVED, actor=actor, subject_id=run.id)


def decline(run_id: uuid.UUID, *, actor: Actor) -> None:
    """End a prepared run; nothing of it is erased. Whoever prepared it may do that, too.

    Raises:
        NotAllowed: the actor does not administer all sites.
        Refused: it does not wait.
    """
    run = _waiting(run_id, actor)
    run.declined_at = run.finished_at = clock.utcnow()
    run.declined_by_id = actor.id
    audit.note(Change.RETENTION_DECLINED, actor=actor, subject_id=run.id)


def tend(auto_days: int | None) -> int:
    """Carry out what is approved, and return how many things were erased. Safe to run twice and to be cut off.

    Where the operator set a number of days, a run is prepared when something is due, and goes ahead after so many. What
    is restricted calls for no run, which would tell that there is something: it goes by itself after as many days.
    """
    count = 0
    if auto_days is not None:
        with unit_of_work():
            _go_ahead(timedelta(days=auto_days))
        count = _sweep_restricted(timedelta(days=auto_days))
    run_id = db.session.scalar(
        select(RetentionRun.id).where(RetentionRun.approved_at.is_not(None), RetentionRun.finished_at.is_(None))
    )
    return count + (_carry_out(run_id) if run_id is not None else 0)


def _go_ahead(after: timedelta) -> None:
    run, now = _unfinished(), clock.utcnow()
    if run is None:
        if any(not one.is_restricted for one in retention_due.items(now)):
            prepare(None)
    elif run.approved_at is None and run.prepared_at + after <= now:
        run.approved_at = now
        audit.note(Change.RETENTION_APPROVED, actor=None, subject_id=run.id, after={"days": after.days})


def _sweep_restricted(after: timedelta) -> int:
    """Erase what is restricted and due for so long, and leave its evidence with each case: event and tombstone.

    Nothing of it is in a run or in the record of changes, which administrators read.
    """
    count = 0
    for one in [one for one in retention_due.items(clock.utcnow() - after) if one.is_restricted]:
        try:
            with unit_of_work():
                case = cases.lock_own(one.case_id)
                count += one.scope in _due_of(case) and erasing.erase(case, one.scope, one.rule, actor=SYSTEM)
        except Exception:  # one bad row must not stop the rest; it is tried again by the next night
            log.exception("a case that is due could not be erased: %s", one.case_id)
    erasing.settle()
    return count


def _carry_out(run_id: uuid.UUID) -> int:
    count = 0
    wanted = select(RetentionItem.case_id).where(RetentionItem.run_id == run_id, RetentionItem.was_erased.is_(None))
    for case_id in db.session.scalars(wanted.distinct()).all():
        try:
            with unit_of_work():
                count += _erase(run_id, case_id)
        except Exception:  # one bad row must not stop the rest; it is tried again by the next night
            log.exception("a case that is due could not be erased: %s", case_id)
    with unit_of_work():
        _finish(run_id)
    erasing.settle()
    return count


def _erase(run_id: uuid.UUID, case_id: uuid.UUID) -> int:
    """Erase what the run has of one case, as far as it is due still: it may be held or open again since."""
    case = cases.lock_own(case_id)
    due = _due_of(case)
    mine = select(RetentionItem).where(RetentionItem.run_id == run_id, RetentionItem.case_id == case_id)
    count = 0
    for item in db.session.scalars(mine).all():
        item.was_erased = item.scope in due and erasing.erase(case, item.scope, item.rule, actor=SYSTEM)
        count += item.was_erased
    return count


def _due_of(case: Case) -> set[Scope]:
    now = clock.utcnow()
    return {one.rule.scope for one in retention_schedule.due_of(case) if one.is_due(now)}


def _finish(run_id: uuid.UUID) -> None:
    """End the run once every case was looked at, and leave the evidence of it."""
    items = db.session.scalars(select(RetentionItem).where(RetentionItem.run_id == run_id)).all()
    if any(one.was_erased is None for one in items):
        return
    db.session.get_one(RetentionRun, run_id).finished_at = clock.utcnow()
    erased = [one for one in items if one.was_erased]
    names = select(Case.reference).where(Case.id.in_([one.case_id for one in erased])).order_by(Case.reference)
    digest = hash_over(str(run_id), *db.session.scalars(names))
    after = {**Counter(one.rule for one in erased if not one.is_restricted), "digest": digest}
    audit.note(Change.RETENTION_FINISHED, actor=None, subject_id=run_id, after=after)


def _counted(found: Iterable[Item]) -> Counts:
    return Counter(one.rule for one in found if not one.is_restricted)


def _unfinished() -> RetentionRun | None:
    return db.session.scalar(select(RetentionRun).where(RetentionRun.finished_at.is_(None)))


def _waiting(run_id: uuid.UUID, actor: Actor) -> RetentionRun:
    require_sites(actor, [None])
    run = db.session.get(RetentionRun, run_id, with_for_update=True, populate_existing=True)
    if run is None or run.approved_at is not None or run.finished_at is not None:
        raise Refused(Refusal("no_run_waits"))
    return run
