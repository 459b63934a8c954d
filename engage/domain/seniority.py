"""Who stands above whom where something is to be done a second time."""

from engage.domain.policy import Actor, CaseFacts, Membership, Permission, Role, may


def is_above(actor: Actor, other: Actor, case: CaseFacts) -> bool:
    """Whether the actor may do a second time what the other did first: one level up, and never the same person.

    Approvers of the site stand above those who work its cases, approvers of all sites above them; focal points, and
    those at the top, have nobody above them and stand in for one another. Source: domain 2.3; the levels are ours.
    """
    if not may(actor, Permission.EXTEND_AGAIN, case) or actor.id == other.id:
        return False
    top = {Membership(Role.APPROVER, None), Membership(Role.FOCAL, None), Membership(Role.FOCAL, case.site_id)}
    return bool(actor.memberships & top) or not other.has(Role.APPROVER, case.site_id)
