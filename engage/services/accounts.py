"""Accounts of staff: added, changed, given roles, deactivated. Every change leaves an entry in the audit record."""

import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from engage import clock
from engage.domain import administration
from engage.domain.policy import Actor, Membership, NotAllowed, Role
from engage.extensions import db
from engage.models import StaffMembership, StaffUser
from engage.notify import account_rules
from engage.services import account_links, focal_seats, former_addresses, leaving, new_passwords, passwords, training
from engage.services.audit import Change, note
from engage.services.handed import Handed, counted
from engage.services.new_passwords import WeakPassword, new_session_key
from engage.services.people import codes_of, locked, managed, memberships_of
from engage.services.sign_in import as_stored


class EmailTaken(ValueError):
    """There is an account with this address."""


class WrongPassword(ValueError):
    """The present password is another."""


@dataclass(frozen=True, slots=True)
class Details:
    """Who somebody is."""

    email: str
    name: str
    locale: str = "en"


def create_admin(email: str, password: str | None = None) -> str | None:
    """Make an administrator of all sites; return the password if one had to be made. For the command line.

    Raises:
        EmailTaken: there is an account with this address.
        WeakPassword: the password given will not do.
    """
    if password is not None:
        new_passwords.refuse_weak(password, email=as_stored(email))
    made = None if password is not None else passwords.generated()
    details = Details(email, email.partition("@")[0])
    user = _add(details, password or str(made), must_change=made is not None, actor=None)
    _give(user, frozenset({Membership(Role.ADMIN, None)}), actor=None)
    return made


def add_user(details: Details, roles: Collection[Membership], *, actor: Actor) -> tuple[uuid.UUID, str]:
    """Add a user with a random password that they must change; return it once, it is stored nowhere.

    Raises:
        NotAllowed: a role is outside of the actor's sites, or there is none.
        EmailTaken: there is an account with this address.
        TooManyFocalPoints: somewhere there are enough focal points.
    """
    password = passwords.generated()
    return add(details, roles, password=password, actor=actor).id, password


def add(details: Details, roles: Collection[Membership], *, password: str | None, actor: Actor) -> StaffUser:
    """Add a user with a password that they must change, or with none while they have not chosen it.

    Raises:
        NotAllowed: a role is outside of the actor's sites, or there is none.
        EmailTaken: there is an account with this address.
    """
    administration.require_sites(actor, [held.site_id for held in roles])
    if not roles and administration.sites_of(actor) is not None:
        raise NotAllowed("a user without a role belongs to all sites")
    user = _add(details, password, must_change=password is not None, actor=actor)
    _give(user, frozenset(roles), actor=actor)
    return user


def describe(user_id: uuid.UUID, details: Details, *, actor: Actor) -> None:
    """Change the name, the address or the language of a user.

    Another address is told to the one before and to the new one, and sessions end: by it somebody else could get in.

    Raises:
        NotAllowed: the user is not the actor's to manage.
        EmailTaken: there is another account with this address.
    """
    user = managed(user_id, actor)
    email = as_stored(details.email)
    if user.email != email and _is_taken(email):
        raise EmailTaken(email)
    new = {"email": email, "name": details.name, "locale": details.locale}
    changed = sorted(name for name, value in new.items() if getattr(user, name) != value)
    if changed:
        language = {"locale": user.locale} if "locale" in changed else {}
        former = user.email
        with _as_only(email):
            for name in changed:
                setattr(user, name, new[name])
        told = {"changed": changed, **({"locale": user.locale} if language else {})}
        entry = note(Change.USER_CHANGED, actor=actor, subject_id=user.id, before=language, after=told)
        if "email" in changed:
            account_links.end(user.id)  # one on its way to the old address
            user.session_key = new_session_key()
            account_rules.address_changed(user, former_addresses.keep(user, former), change_id=entry.id)
            account_rules.focal_point_changed(user, memberships_of(user), change_id=entry.id)


def set_roles(user_id: uuid.UUID, roles: Collection[Membership], *, actor: Actor) -> list[Handed]:
    """Let the user hold exactly these roles at the actor's sites; roles at other sites stay as they are.

    Where that lets them do more, their sessions end. What they may hold no longer is somebody else's then: returned.

    Raises:
        NotAllowed: a role is outside of the actor's sites, or the user is the actor.
        LastFocalPoint: a site would have nobody who sees its restricted cases.
        TooManyFocalPoints: somewhere there are enough focal points.
    """
    user = locked(user_id)
    if user.id == actor.id:
        raise NotAllowed("own roles")
    administration.require_sites(actor, [held.site_id for held in roles])
    elsewhere = {held for held in memberships_of(user) if not administration.may_look_after(actor, held.site_id)}
    wanted = frozenset(elsewhere | set(roles))
    leaving.require_focal_points(user, wanted)
    return _give(user, wanted, actor=actor)


def give(user: StaffUser, wanted: frozenset[Membership]) -> list[Handed]:
    """Let a user in hand hold exactly these roles, as the service itself found them elsewhere; see set_roles."""
    return _give(user, wanted, actor=None)


def deactivate(user_id: uuid.UUID, *, actor: Actor) -> list[Handed]:
    """Let the user in no longer, and end the sessions they have. Nothing of what they did is touched.

    The open cases they worked on are unassigned again, and whoever is told of new cases is told of them. Their open
    tasks, remedies and seats, and what they were to change, are somebody else's then: returned.

    Raises:
        NotAllowed: the user is not the actor's to manage.
        LastFocalPoint: a site would have nobody who sees its restricted cases.
    """
    user = managed(user_id, actor)
    leaving.require_focal_points(user, ())
    return let_go(user, actor=actor)


def let_go(user: StaffUser, *, actor: Actor | None) -> list[Handed]:
    """Deactivate a user whom the caller may let go; no actor means that their time was up."""
    if not user.is_active:
        return []
    user.is_active, user.session_key = False, new_session_key()
    account_links.end(user.id)
    db.session.flush()  # who is told of their cases is read from the database
    found = leaving.hand_over(user)
    was, is_ = {"is_active": True}, {"is_active": False, **counted(found)}
    note(Change.USER_DEACTIVATED, actor=actor, subject_id=user.id, before=was, after=is_)
    return found


def reactivate(user_id: uuid.UUID, *, actor: Actor) -> None:
    """Let the user in again, with the roles they had, and without an end that is past.

    The other focal points of the place are told where the user is one.

    Raises:
        NotAllowed: the user is not the actor's to manage.
        TooManyFocalPoints: somewhere there are enough focal points by now.
    """
    user = managed(user_id, actor)
    if not user.is_active:
        focal_seats.require_room(user.id, (), memberships_of(user))
        was = {"is_active": False, "ends_at": user.ends_at.isoformat() if user.ends_at else None}
        user.is_active, user.ends_at = True, None
        is_ = {"is_active": True, "ends_at": None}
        entry = note(Change.USER_REACTIVATED, actor=actor, subject_id=user.id, before=was, after=is_)
        account_rules.focal_point_changed(user, memberships_of(user), change_id=entry.id)
        training.review_one(user)


def reset_password(user_id: uuid.UUID, *, actor: Actor) -> str:
    """Give the user a random password that they must change; return it once. Their sessions end.

    They are told by mail, and so are the other focal points of the place where the user is one.

    Raises:
        NotAllowed: the user is not the actor's to manage.
    """
    user = managed(user_id, actor)
    password = passwords.generated()
    new_passwords.keep(user, password, must_change=True)
    entry = note(Change.PASSWORD_RESET, actor=actor, subject_id=user.id)
    account_rules.password_given(user, change_id=entry.id)
    account_rules.focal_point_changed(user, memberships_of(user), change_id=entry.id)
    return password


def change_password(user_id: uuid.UUID, present: str, new: str) -> str:
    """Change one's own password and return the new session key; every older session ends.

    Raises:
        WrongPassword: the present one is another.
        WeakPassword: the new one will not do.
    """
    user = locked(user_id)
    if not passwords.is_right(present, user.password_hash):
        raise WrongPassword
    new_passwords.refuse_weak(new, email=user.email, name=user.name)
    if passwords.is_right(new, user.password_hash):
        raise WeakPassword("the_old_one")
    new_passwords.keep(user, new, must_change=False)
    note(Change.PASSWORD_CHANGED, actor=user.actor, subject_id=user.id)
    return user.session_key


def end_sessions(user_id: uuid.UUID) -> None:
    """End every session of the user, in whatever browser: a copied cookie opens nothing after signing out."""
    locked(user_id).session_key = new_session_key()


def _add(details: Details, password: str | None, *, must_change: bool, actor: Actor | None) -> StaffUser:
    email = as_stored(details.email)
    if _is_taken(email):
        raise EmailTaken(email)
    user = StaffUser(id=uuid.uuid4(), email=email, name=details.name, locale=details.locale, memberships=[])
    user.created_at = clock.utcnow()
    user.session_key, user.must_change_password = new_session_key(), must_change
    if password is not None:
        user.password_hash = passwords.hashed(password)
    with _as_only(email):
        db.session.add(user)
    note(Change.USER_ADDED, actor=actor, subject_id=user.id, after={"locale": user.locale})
    return user


def _give(user: StaffUser, wanted: frozenset[Membership], *, actor: Actor | None) -> list[Handed]:
    before = memberships_of(user)
    if before == wanted:
        return []
    focal_seats.require_room(user.id, before, wanted)
    user.memberships = [row for row in user.memberships if Membership(row.role, row.site_id) in wanted] + [
        StaffMembership(role=held.role, site_id=held.site_id) for held in wanted - before
    ]
    if wanted - before:
        user.session_key = new_session_key()  # who may do more proves anew who they are, by what the new role demands
    db.session.flush()
    found = leaving.hand_over(user) if before - wanted else []
    entry = note(
        Change.ROLES_CHANGED,
        actor=actor,
        subject_id=user.id,
        before={"roles": codes_of(before)},
        after={"roles": codes_of(wanted), **counted(found)},
    )
    account_rules.focal_point_changed(user, wanted - before, change_id=entry.id)
    training.review_one(user)
    return found


def _is_taken(email: str) -> bool:
    return db.session.scalar(select(StaffUser.id).where(StaffUser.email == email)) is not None


@contextmanager
def _as_only(email: str) -> Iterator[None]:
    """Send what was done to the database; where somebody else took the address in the same moment, it is taken."""
    try:
        with db.session.begin_nested():
            yield
    except IntegrityError as error:
        raise EmailTaken(email) from error
