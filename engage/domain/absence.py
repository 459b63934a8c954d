"""Who may stand in for whom. Ours: the issue asks for a fitting role; what fits is read from the table of policy."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from engage.domain.guards import Refusal
from engage.domain.policy import GRANTS, Actor, Membership, Permission, Reach, Role

# The roles that work cases. A seat on a panel is nobody else's, and the other roles hold no case that could wait.
WORKS = frozenset(GRANTS[Permission.NOTE]) - {Role.PANEL}
# What they alone may know (product 6) no other role covers: the restricted lane, and the names of confidential people.
ALONE = frozenset({Role.FOCAL, Role.CUSTODIAN})
MOST_DAYS = 366  # Ours: who is away for longer has left.
MOST_STEPS = 5  # Ours: a replacement who is away has one, too; a longer row of them is nobody's plan.


def covers(one: Role, other: Role) -> bool:
    """Whether whoever holds the first role may do all that the second may, and at least as far."""
    if one is other or {one, other} & ALONE:
        return one is other
    return all(grants.get(one) in (Reach.SITE, grants[other]) for grants in GRANTS.values() if other in grants)


def fits(replacement: Actor, absent: Actor) -> bool:
    """Whether the replacement holds a fitting role at every place where the absent one works cases."""
    return all(_held_by(replacement, held) for held in absent.memberships if held.role in WORKS)


def _held_by(actor: Actor, wanted: Membership) -> bool:
    return any(one.site_id in (None, wanted.site_id) and covers(one.role, wanted.role) for one in actor.memberships)


def follow(user_id: uuid.UUID, replacements: Mapping[uuid.UUID, uuid.UUID]) -> uuid.UUID | None:
    """Return who stands in for the user at the end of the row of those who are away, or None: nobody, or in a ring."""
    here = user_id
    for _ in range(MOST_STEPS):
        if here not in replacements:
            return here if here != user_id else None
        here = replacements[here]
    return None


def may_set(actor: Actor, absent: Actor) -> bool:
    """Whether the actor may say that somebody is away: of themselves, and where they assign the other's cases.

    Of a focal point or a custodian only another one may: nobody else has a hand in what they alone may know.
    """
    if actor.id == absent.id:
        return True
    works = [held for held in absent.memberships if held.role in WORKS]
    if any(held.role in ALONE for held in works):
        works = [held for held in works if held.role in ALONE]
        return all(_held_by(actor, held) for held in works)
    assigns = GRANTS[Permission.ASSIGN].keys()
    return any(
        one.role in assigns and one.site_id in (None, held.site_id) for one in actor.memberships for held in works
    )


def why_not_absent(starts_at: datetime, ends_at: datetime, now: datetime) -> Refusal | None:
    """An absence ends after it begins, not in the past, and within a year."""
    if ends_at <= starts_at:
        return Refusal("ends_before_it_begins")
    if ends_at <= now:
        return Refusal("date_is_past")
    return Refusal("date_too_far", {"days": MOST_DAYS}) if ends_at > now + timedelta(days=MOST_DAYS + 1) else None
