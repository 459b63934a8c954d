"""The acts of stories in which facts are established and something is offered."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from engage import clock
from engage.domain import guards
from engage.domain.money import Money
from engage.services import investigation, proposals
from engage.services.demo.risk import looked_at
from engage.services.demo.scenes import Scene
from engage.services.demo.steps import act, by
from engage.services.findings import Line, Offer
from engage.services.investigation import Plan

# Of a story that says nothing of its own about how its facts were looked into.
_USUAL = {
    "to_establish": "What happened, where and when; whether it came from us; whom else it touches.",
    "how": "Go there with the person. Read our own records of those days. Measure where something can be measured.",
    "heard": "The person, two or three neighbours whom the person names, and those of us who were there.",
    "evidence": "Photos with their day, measurements, the log of the shift, what people saw.",
    "days": 14,
}
# What we had to do with it, by what was found, where the story says nothing of its own.
_OUR_PART = {"partly_substantiated": "contributed", "not_substantiated": "none", "inconclusive": "directly_linked"}


def _plan_of(how: dict[str, Any] | None) -> Plan:
    """Return the plan of an investigation as a story has it."""
    said = {**_USUAL, **(how or {})}
    due_at = clock.utcnow() + timedelta(days=said["days"])
    return Plan(said["to_establish"], said["how"], said["heard"], said["evidence"], due_at)


def _offer_of(how: dict[str, Any]) -> Offer:
    """Return a proposal as a story has it. A remedy is its type, its words, its days, and a sum where it has one."""
    return Offer(
        shared_findings=how["found"],
        internal_findings=how.get("internal"),
        finding=how["finding"],
        close_type=how["close"],
        root_cause=how["cause"],
        further_causes=how.get("more_causes", ()),
        involvement=how.get("part", _OUR_PART.get(how["finding"], "caused")),
        lines=[_line(*remedy) for remedy in how.get("remedies", ())],
    )


def _line(code: str, words: str, days: int, *paid: Any) -> Line:
    money = Money(Decimal(paid[0]), paid[1]) if paid else None
    return Line(code, words, clock.utcnow() + timedelta(days=days), money=money)


@act
def consult(scene: Scene, words: str) -> None:
    case, actor = by(scene)
    proposals.consult(case, words, actor=actor)


@act
def not_reached(scene: Scene, words: str) -> None:
    case, actor = by(scene)
    proposals.consult(case, words, held=False, actor=actor)


@act
def investigate(scene: Scene, how: dict[str, Any] | None) -> None:
    case, actor = by(scene)
    looked_at(case, actor)
    investigation.investigate(case, _plan_of(how), actor=actor)


@act
def propose(scene: Scene, how: dict[str, Any]) -> None:
    case, actor = by(scene)
    looked_at(case, actor)
    proposal = proposals.propose(case, _offer_of(how), actor=actor)
    scene.remedies = [remedy.id for remedy in proposal.remedies]


@act
def approve(scene: Scene, role: str) -> None:
    case, actor = by(scene, role)
    proposals.approve_proposal(case, guards.RIGHTS, actor=actor)


@act
def return_proposal(scene: Scene, words: str) -> None:
    case, actor = by(scene, "approver")
    proposals.return_proposal(case, words, actor=actor)
