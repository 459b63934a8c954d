"""The number of the internal incident that a case belongs to (domain R20). A code and nothing else: no content."""

import re

from engage.domain import policy
from engage.domain.events import IncidentLinked
from engage.domain.guards import Refusal, Refused
from engage.domain.policy import Actor, Permission
from engage.models import Case
from engage.services.timeline import record

# Ours: letters, digits and what stands between them in numbers of incidents; a sentence does not fit.
_NUMBER = re.compile(r"(?=.*[0-9])[A-Z0-9][A-Z0-9./_-]{0,39}")


def link(case: Case, incident: str | None, *, actor: Actor) -> None:
    """Note the number of the incident, or that there is none after all. The same once more changes nothing.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: it is no number of an incident.
    """
    policy.require(actor, Permission.LINK, case.facts)
    number = (incident or "").strip().upper() or None
    if number is not None and not _NUMBER.fullmatch(number):
        raise Refused(Refusal("no_incident_number"))
    if number == case.incident:
        return
    case.incident = number
    record(case, IncidentLinked(incident=number), actor=actor)
