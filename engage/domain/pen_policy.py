"""Who may look into the holding pen of mail and place what lies there. A mail is no case yet: no class, no assignee.

Ours, from product 6: a concern goes to the site's coordinators, else its approvers, so both sort what may be one.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from engage.domain.policy import Actor, NotAllowed, Party, Role

# Who sorts which: what may belong to a restricted case exists for focal points alone, and they see nothing else.
PEN_GRANTS: Mapping[Role, bool] = MappingProxyType({Role.COORDINATOR: False, Role.APPROVER: False, Role.FOCAL: True})


@dataclass(frozen=True, slots=True)
class PenFacts:
    """What policy needs to know of a mail in the pen. Sent to no site, it waits for those of all sites."""

    site_id: uuid.UUID | None
    is_restricted: bool
    subjects: frozenset[uuid.UUID] = field(
        default_factory=frozenset
    )  # of the cases it may belong to, and of the reports these became


def may_in_pen(actor: Actor, mail: PenFacts) -> bool:
    """Whether the actor may read and place the mail."""
    if actor.party is not Party.STAFF or actor.id in mail.subjects:
        return False
    return any(
        PEN_GRANTS.get(held.role) is mail.is_restricted and held.site_id in (None, mail.site_id)
        for held in actor.memberships
    )


def require_in_pen(actor: Actor, mail: PenFacts) -> None:
    """Let the actor pass.

    Raises:
        NotAllowed: policy refuses the actor.
    """
    if not may_in_pen(actor, mail):
        raise NotAllowed("pen")
