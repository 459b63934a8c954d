"""What courts, regulators and other bodies do with the same matter meanwhile. It changes nothing of the case (R34)."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, time

from engage import clock, vault
from engage.domain import policy
from engage.domain.events import ProceedingEnded, ProceedingRecorded
from engage.domain.guards import Refusal, Refused
from engage.domain.outside import PROCEEDINGS
from engage.domain.policy import Actor, Permission
from engage.domain.wall_clock import instant_of
from engage.extensions import db
from engage.models import Case, Proceeding
from engage.services.deadline_rows import zone_of
from engage.services.timeline import digest_of, record


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Who has the same matter, which part of it, since which day of the site's, and under which number."""

    kind: str
    body: str
    covers: str
    began_on: date | None = None
    docket: str | None = None


def record_proceeding(case: Case, seen: Elsewhere, *, actor: Actor) -> Proceeding:
    """Record that another body has the same matter, at whatever stage. No clock stops, no stage moves.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: the kind is none of the list, the body or what it covers is missing, or the day lies ahead.
    """
    policy.require(actor, Permission.RECORD_PROCEEDING, case.facts)
    if seen.kind not in PROCEEDINGS:
        raise Refused(Refusal("not_in_the_list"))
    if not seen.body.strip() or not seen.covers.strip():
        raise Refused(Refusal("proceeding_incomplete"))
    zone, now = zone_of(case), clock.utcnow()
    if seen.began_on is not None and seen.began_on > now.astimezone(zone).date():
        raise Refused(Refusal("day_is_ahead"))
    row = Proceeding(
        id=uuid.uuid4(),
        case_id=case.id,
        kind=seen.kind,
        body=seen.body,
        docket=seen.docket,
        covers=seen.covers,
        began_at=instant_of(datetime.combine(seen.began_on, time(12)), zone) if seen.began_on else None,
        salt=vault.salt(),
        recorded_by_id=actor.id,
        recorded_at=now,
    )
    db.session.add(row)
    db.session.flush()
    content = digest_of(row.salt, row.body, row.docket, row.covers)
    record(case, ProceedingRecorded(proceeding_id=row.id, kind_of_body=row.kind), actor=actor, content=content)
    return row


def end_proceeding(case: Case, proceeding_id: uuid.UUID, outcome: str, *, actor: Actor) -> None:
    """Record what another body decided, or that it is done with the matter. Our case stays as it is.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: there is no such proceeding that still runs, or nothing is said of how it ended.
    """
    policy.require(actor, Permission.RECORD_PROCEEDING, case.facts)
    row = db.session.get(Proceeding, proceeding_id)
    if row is None or row.case_id != case.id or row.ended_at is not None:
        raise Refused(Refusal("nothing_outside"))
    if not outcome.strip():
        raise Refused(Refusal("proceeding_incomplete"))
    row.ended_at, row.outcome = clock.utcnow(), outcome
    content = digest_of(row.salt, outcome)
    record(case, ProceedingEnded(proceeding_id=row.id), actor=actor, content=content)
