"""Who may do what in the lane: place × no conflict of interest, for focal points alone. Source: domain 5.4.

Beside `engage.domain.policy`, because a report is no case: none of its roles, reaches and classes apply here.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from engage.domain.policy import Actor, NotAllowed, Party, Role

FOCAL_POINTS = 3  # Source: domain 5.4, "<= 3 per site": the fewer know, the fewer can tell.


class LanePermission(StrEnum):
    """What may be done with a report."""

    VIEW = "view"
    WRITE = "write"
    TAKE_STEP = "take_step"
    NOTE = "note"  # among focal points
    NAME_SUBJECT = "name_subject"
    CONSIDER_CHILD = "consider_child"
    ROUTE = "route"  # from the group intake to its site
    MOVE_IN = "move_in"  # a restricted case into the lane


L = LanePermission
_FOCAL = frozenset({Role.FOCAL})
LANE_GRANTS: Mapping[LanePermission, frozenset[Role]] = MappingProxyType({what: _FOCAL for what in LanePermission})
OWN = frozenset({L.VIEW, L.WRITE, L.TAKE_STEP})  # of whoever holds its code


@dataclass(frozen=True, slots=True)
class LaneFacts:
    """What policy needs to know of a report."""

    id: uuid.UUID
    site_id: uuid.UUID
    subjects: frozenset[uuid.UUID] = field(default_factory=frozenset)


def may_in_lane(actor: Actor, what: LanePermission, report: LaneFacts) -> bool:
    """Whether the actor may do this with the report, whatever its state."""
    if actor.party is Party.PERSON:
        return actor.case_id == report.id and what in OWN
    if actor.party is Party.SYSTEM or actor.id in report.subjects:
        return False
    return any(actor.has(role, report.site_id) for role in LANE_GRANTS[what])


def require_in_lane(actor: Actor, what: LanePermission, report: LaneFacts) -> None:
    """Let the actor pass.

    Raises:
        NotAllowed: policy refuses the actor.
    """
    if not may_in_lane(actor, what, report):
        raise NotAllowed(what)
