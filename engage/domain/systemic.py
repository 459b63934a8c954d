"""Who deals with what keeps happening at a place. Ours, from product 6: whoever triages and approves at the site."""

import uuid
from collections.abc import Mapping
from types import MappingProxyType

from engage.domain.policy import Actor, Role

DECIDES = frozenset({Role.COORDINATOR, Role.APPROVER})
READS = DECIDES | {Role.OFFICER, Role.LIAISON, Role.RIGHTS_LEAD, Role.AUDITOR}

# Ours: what keeps happening is seen across a site, so a role at it is enough; the cases of it stay with their readers.
MAY: Mapping[str, frozenset[Role]] = MappingProxyType({"read": READS, "decide": DECIDES})


def may(actor: Actor, what: str, site_id: uuid.UUID) -> bool:
    """Whether the actor may read, or decide on, what keeps happening at the site."""
    return any(actor.has(role, site_id) for role in MAY[what])
