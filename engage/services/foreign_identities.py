"""Accounts that a provider of single sign-on lets in: linked, and given the roles that its claim stands for."""

import logging
import tomllib
import uuid

from sqlalchemy import delete, select

from engage import clock
from engage.domain.policy import Actor, Membership, Role
from engage.domain.single_sign_on import MappedRole, mapped_to, read_mapping
from engage.extensions import db
from engage.models import ForeignIdentity, Site, StaffUser
from engage.notify import account_rules
from engage.queries import accounts as known
from engage.queries import staffing
from engage.services import account_links, accounts, focal_seats, leaving, people
from engage.services.audit import Change, note
from engage.services.focal_seats import TooManyFocalPoints
from engage.services.leaving import LastFocalPoint
from engage.services.new_passwords import new_session_key
from engage.services.sign_in import as_stored
from engage.services.single_sign_on import Identity
from engage.settings import settings

log = logging.getLogger(__name__)


class Unknown(LookupError):
    """Nobody here is meant: an administrator has to make an account first, or it may not be used."""


class SomebodyElse(Unknown):
    """The invitation is one person's, and whom the provider let in has an account of their own."""


def let_in(identity: Identity, *, invited_by: str | None = None) -> uuid.UUID:
    """Return whose account it is, with the roles that the provider says they have now.

    Who is not linked yet is linked by an invitation that they hold, or by an address that the provider has checked and
    that an administrator gave to an account. An invitation gives nobody the account of somebody else: whose checked
    address belongs to another account is that one's owner. Nobody gets an account by signing in.

    Raises:
        Unknown: no account is linked and none can be, or it may not be used.
        SomebodyElse: the invitation is not that of whom the provider let in.
        DeadLink: the invitation opens nothing.
    """
    user = _linked(identity)
    if user is None:
        user = _invited(invited_by, identity) if invited_by else _by_address(identity)
        _link(user, identity)
    if not user.is_active or known.has_ended(user.id, user.ends_at):
        raise Unknown
    _give_roles(user, identity)
    return user.id


def unlink(user_id: uuid.UUID, *, actor: Actor) -> None:
    """Let no provider let the user in any more; whoever it names next can be linked anew. Their sessions end.

    Raises:
        NotAllowed: the user is not the actor's to manage.
    """
    user = people.managed(user_id, actor)
    gone = delete(ForeignIdentity).where(ForeignIdentity.user_id == user_id).returning(ForeignIdentity.issuer)
    issuers = list(db.session.scalars(gone))
    if issuers:
        user.session_key = new_session_key()
        note(Change.IDENTITY_UNLINKED, actor=actor, subject_id=user_id, before={"issuers": sorted(issuers)})


def mapping() -> tuple[MappedRole, ...]:
    """Return what the operator's file says; nothing where there is none.

    Raises:
        OSError: the file cannot be read.
        ValueError: it does not have the shape.
    """
    path = settings().OIDC_ROLES
    return read_mapping(tomllib.loads(path.read_text("utf-8"))) if path is not None else ()


def is_linked(user_id: uuid.UUID) -> bool:
    """Whether the provider in force lets the user in."""
    own = (ForeignIdentity.user_id == user_id, ForeignIdentity.issuer == settings().OIDC_ISSUER)
    return db.session.scalar(select(ForeignIdentity.id).where(*own)) is not None


def _linked(identity: Identity) -> StaffUser | None:
    own = (ForeignIdentity.issuer == identity.issuer, ForeignIdentity.subject == identity.subject)
    user_id = db.session.scalar(select(ForeignIdentity.user_id).where(*own))
    return people.locked(user_id) if user_id is not None else None


def _invited(code: str, identity: Identity) -> StaffUser:
    user = people.locked(account_links.owner_of(code))
    account_links.taken(code)
    if _owner_of_address(identity) not in (None, user.id):
        raise SomebodyElse
    return user


def _by_address(identity: Identity) -> StaffUser:
    found = _owner_of_address(identity)
    if found is None:
        raise Unknown
    return people.locked(found)


def _owner_of_address(identity: Identity) -> uuid.UUID | None:
    if identity.email is None:
        return None
    return db.session.scalar(select(StaffUser.id).where(StaffUser.email == as_stored(identity.email)))


def _link(user: StaffUser, identity: Identity) -> None:
    other = (ForeignIdentity.user_id == user.id, ForeignIdentity.issuer == identity.issuer)
    if not user.is_active or db.session.scalar(select(ForeignIdentity.id).where(*other)) is not None:
        raise Unknown  # an address that changed hands: whoever had it is linked, and this is somebody else
    db.session.add(
        ForeignIdentity(
            id=uuid.uuid4(),
            user_id=user.id,
            issuer=identity.issuer,
            subject=identity.subject,
            linked_at=clock.utcnow(),
        )
    )
    entry = note(Change.IDENTITY_LINKED, actor=user.actor, subject_id=user.id, after={"issuer": identity.issuer})
    account_rules.identity_linked(user, change_id=entry.id)


def _give_roles(user: StaffUser, identity: Identity) -> None:
    """Give the roles the claim stands for, and take those it stands for no longer; others stay as they are."""
    rows = mapping()
    if not rows or settings().OIDC_ROLE_CLAIM is None:
        return
    site_ids = {code: site_id for code, site_id in db.session.execute(select(Site.code, Site.id))}
    given, governed = mapped_to(rows, identity.values, site_ids)
    held = people.memberships_of(user)
    wanted = (held - governed) | given
    wanted -= _no_room(user, held, wanted)
    needed = _needed(user, wanted, lost=held - wanted)
    if needed:
        log.error("a provider takes a role from the last who holds it; it stays: name somebody else")
    accounts.give(user, wanted | needed)


def _no_room(user: StaffUser, held: frozenset[Membership], wanted: frozenset[Membership]) -> frozenset[Membership]:
    """Roles that a provider may not give: of one more focal point than a place may have."""
    try:
        focal_seats.require_room(user.id, held, wanted)
    except TooManyFocalPoints:
        log.error("a provider names one more focal point than a place may have; they are not made one")
        return frozenset(one for one in wanted - held if one.role is Role.FOCAL)
    return frozenset()


def _needed(user: StaffUser, wanted: frozenset[Membership], *, lost: frozenset[Membership]) -> frozenset[Membership]:
    """Roles that a provider may not take: of the last focal point of a site, and of the last administrator of all.

    Each is tried by itself, beside what is given in the same step: one that another holds goes, whatever stays.
    """
    kept = {one for one in lost if one.role is Role.FOCAL}
    for one in sorted(kept, key=lambda held: str(held.site_id)):
        try:
            leaving.require_focal_points(user, wanted | kept - {one})
        except LastFocalPoint:
            continue
        kept.remove(one)
    chief = Membership(Role.ADMIN, None)
    if chief in lost and staffing.administers_alone(user):
        kept.add(chief)
    return frozenset(kept)
