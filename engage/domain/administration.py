"""Who may look after which people and sites. A site's administrator has no power beyond it, and none over themself."""

import uuid
from collections.abc import Collection, Iterable

from engage.domain.policy import Actor, Membership, NotAllowed, Role


def sites_of(actor: Actor) -> frozenset[uuid.UUID] | None:
    """Return the sites the actor administers, or None for all of them."""
    held = {held.site_id for held in actor.memberships if held.role is Role.ADMIN}
    return None if None in held else frozenset(site_id for site_id in held if site_id is not None)


def may_look_after(actor: Actor, site_id: uuid.UUID | None) -> bool:
    """Whether the actor may change the site and grant roles at it; None stands for all sites."""
    own = sites_of(actor)
    return own is None or site_id in own


def may_manage(actor: Actor, user_id: uuid.UUID, memberships: Iterable[Membership]) -> bool:
    """Whether the actor may reset the password of a user, deactivate them and change who they are.

    Only where every role of theirs is at a site of the actor's: else a site's administrator could take over somebody
    of all sites. Nobody manages themself.
    """
    own = sites_of(actor)
    if user_id == actor.id or own == frozenset():
        return False
    return own is None or all(held.site_id in own for held in memberships)


def may_train(actor: Actor, user_id: uuid.UUID, memberships: Iterable[Membership]) -> bool:
    """Whether the actor may write down what a user was trained in: with any role of theirs at a site of the actor's.

    It opens no account, so roles elsewhere do not matter; nobody writes it down for themself.
    """
    own = sites_of(actor)
    if user_id == actor.id or own == frozenset():
        return False
    return own is None or any(held.site_id in own for held in memberships)


def require_sites(actor: Actor, site_ids: Collection[uuid.UUID | None]) -> None:
    """Let the actor change what is at these sites; None stands for all sites.

    Raises:
        NotAllowed: the actor does not administer all of them.
    """
    if sites_of(actor) == frozenset() or not all(may_look_after(actor, site_id) for site_id in site_ids):
        raise NotAllowed("administration")
