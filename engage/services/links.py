"""Links between cases that speak of the same. Nothing is merged: each keeps its reference, its person, its answers."""

import uuid

from sqlalchemy import select

from engage import clock
from engage.domain import policy
from engage.domain.events import CaseLinked, CaseUnlinked
from engage.domain.guards import Refusal, Refused
from engage.domain.policy import Actor, Permission
from engage.extensions import db
from engage.models import Case, CaseLink
from engage.scope import visible_to
from engage.services import cases
from engage.services.cases import ChangedMeanwhile
from engage.services.timeline import record

KINDS = ("duplicate", "related")


def link(case: Case, reference: str, kind: str, *, actor: Actor) -> CaseLink:
    """Link the case with another that the actor may work on, too. Both keep a note of it; no person hears of it.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: there is no such case, as far as the actor may know, or the two are linked already.
        ChangedMeanwhile: somebody has the other case in hand at this moment.
    """
    policy.require(actor, Permission.LINK, case.facts)
    wanted = reference.strip().upper()
    other_id = db.session.scalar(select(Case.id).where(Case.reference == wanted, visible_to(actor)))
    if other_id is None or other_id == case.id or kind not in KINDS:
        raise Refused(Refusal("no_such_case"))
    other = _locked(other_id, wanted)
    if not policy.may(actor, Permission.LINK, other.facts):
        raise Refused(Refusal("no_such_case"))
    if _between(case.id, other_id) is not None:
        raise Refused(Refusal("is_linked_already"))
    first, second = sorted((case.id, other_id))
    row = CaseLink(
        id=uuid.uuid4(),
        case_id=first,
        other_id=second,
        kind=kind,
        linked_by_id=actor.id,
        linked_at=clock.utcnow(),
    )
    db.session.add(row)
    record(case, CaseLinked(link_id=row.id, other_id=other.id, link_kind=kind), actor=actor)
    record(other, CaseLinked(link_id=row.id, other_id=case.id, link_kind=kind), actor=actor)
    return row


def unlink(case: Case, link_id: uuid.UUID, *, actor: Actor) -> None:
    """Take the link away again; that there was one stays on the record of both.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: there is no such link, as far as the actor may know.
        ChangedMeanwhile: somebody has the other case in hand at this moment.
    """
    policy.require(actor, Permission.LINK, case.facts)
    row = db.session.get(CaseLink, link_id)
    if row is None or row.unlinked_at is not None or case.id not in (row.case_id, row.other_id):
        raise Refused(Refusal("not_linked"))
    other_id = row.other_id if row.case_id == case.id else row.case_id
    other = _locked(other_id, case.reference)
    if not policy.may(actor, Permission.LINK, other.facts):
        raise Refused(Refusal("not_linked"))
    row.unlinked_at, row.unlinked_by_id = clock.utcnow(), actor.id
    record(case, CaseUnlinked(link_id=row.id, other_id=other.id), actor=actor)
    record(other, CaseUnlinked(link_id=row.id, other_id=case.id), actor=actor)


def _locked(case_id: uuid.UUID, reference: str) -> Case:
    """The other case in hand. It is not waited for: two people who link the same two would wait for each other."""
    other = cases.lock_if_free(case_id)
    if other is None:
        raise ChangedMeanwhile(reference)
    return other


def _between(one: uuid.UUID, other: uuid.UUID) -> CaseLink | None:
    first, second = sorted((one, other))
    return db.session.scalar(
        select(CaseLink).where(CaseLink.case_id == first, CaseLink.other_id == second, CaseLink.unlinked_at.is_(None))
    )
