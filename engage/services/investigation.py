"""Establishing the facts of a case: begun with a plan, which can be changed while it goes on."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from engage import clock, vault
from engage.domain import policy
from engage.domain.deadlines import Promise
from engage.domain.events import InvestigationPlanned, InvestigationStarted
from engage.domain.guards import Refusal, Refused
from engage.domain.lifecycle import Action, Stage
from engage.domain.policy import Actor
from engage.extensions import db
from engage.models import Case, InvestigationPlan
from engage.services import cases, deadlines
from engage.services.timeline import digest_of, record


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be established, how, who is heard, what would show it, and by when: an aware instant."""

    to_establish: str
    how: str
    heard: str
    evidence: str
    due_at: datetime


def investigate(case: Case, plan: Plan, *, actor: Actor) -> InvestigationPlan:
    """Begin to establish the facts, as the plan says (domain 2.2).

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: something of the plan is missing, its date is past, or a guard says no.
        IllegalTransition: the case is not assessed, or past it.
    """
    policy.require(actor, Action.INVESTIGATE, case.facts)
    _check(plan)
    cases.move(case, Action.INVESTIGATE)
    record(case, InvestigationStarted(), actor=actor)
    row = _write(case, plan, None, actor)
    deadlines.meet(case, Promise.START_INVESTIGATION, actor=actor)
    return row


def plan_anew(case: Case, plan: Plan, *, why: str | None, actor: Actor) -> InvestigationPlan:
    """Write the plan of an investigation that goes on anew; the one before stays to be read.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: nothing is being investigated, something of the plan is missing, its date is past, or nothing is said
            of why it is changed. An investigation from before there were plans needs no such reason.
    """
    policy.require(actor, Action.INVESTIGATE, case.facts)
    if case.stage is not Stage.INVESTIGATING:
        raise Refused(Refusal("no_investigation"))
    _check(plan)
    if _newest(case) and not (why or "").strip():
        raise Refused(Refusal("reason_needed"))
    return _write(case, plan, why, actor)


def _check(plan: Plan) -> None:
    if not all(part.strip() for part in (plan.to_establish, plan.how, plan.heard, plan.evidence)):
        raise Refused(Refusal("plan_incomplete"))
    if plan.due_at <= clock.utcnow():
        raise Refused(Refusal("date_is_past"))


def _newest(case: Case) -> int:
    """Return the number of the newest plan, of an earlier investigation too where the case was opened again; or 0."""
    of_case = select(func.max(InvestigationPlan.number)).where(InvestigationPlan.case_id == case.id)
    return db.session.scalar(of_case) or 0


def _write(case: Case, plan: Plan, why: str | None, actor: Actor) -> InvestigationPlan:
    number = 1 + _newest(case)
    row = InvestigationPlan(
        id=uuid.uuid4(),
        case_id=case.id,
        number=number,
        to_establish=plan.to_establish,
        how=plan.how,
        heard=plan.heard,
        evidence=plan.evidence,
        due_at=plan.due_at,
        why_changed=why,
        salt=vault.salt(),
        written_by_id=actor.id,
        written_at=clock.utcnow(),
    )
    db.session.add(row)
    db.session.flush()
    content = digest_of(row.salt, row.to_establish, row.how, row.heard, row.evidence, row.why_changed)
    record(case, InvestigationPlanned(plan_id=row.id, number=number), actor=actor, content=content)
    return row
