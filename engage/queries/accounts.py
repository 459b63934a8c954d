"""Accounts as pages need them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, Uuid, bindparam, exists, select

from engage import clock
from engage.domain.browsers import LONGEST_SESSION
from engage.domain.policy import Actor, Membership
from engage.extensions import db
from engage.models import Passkey, SecondFactor, Site, StaffMembership, StaffSession, StaffUser
from engage.models.base import Instant
from engage.queries import staffing


@dataclass(frozen=True, slots=True)
class Account:
    """Who is signed in: values, so that a page may use them after a transaction has ended."""

    id: uuid.UUID
    email: str
    name: str
    locale: str
    must_change_password: bool
    has_app: bool  # that shows codes
    has_passkey: bool
    has_refused_passkey: bool  # of which there seems to be a copy: it opens nothing, and the password not more by it
    session_key: str
    session_id: uuid.UUID | None  # none while the second half of signing in is missing
    actor: Actor
    places: tuple[tuple[uuid.UUID, str], ...]  # sites where they hold a role, by name; those of all sites left out
    time_zone: str  # of their sites; UTC for whoever works in several, or at all sites

    @property
    def has_second_factor(self) -> bool:
        """Whether the password alone does not do, also where what they have besides counts no more."""
        return self.has_app or self.has_passkey or self.has_refused_passkey

    @property
    def has_lost_second_factor(self) -> bool:
        """Whether nothing but a refused passkey is left, which an administrator has to take away."""
        return self.has_refused_passkey and not (self.has_app or self.has_passkey)

    @property
    def is_everywhere(self) -> bool:
        """Whether a role is held at all sites."""
        return any(held.site_id is None for held in self.actor.memberships)


@dataclass(frozen=True, slots=True)
class Session:
    """One browser in which somebody is signed in, by two coarse names."""

    id: uuid.UUID
    browser: str
    system: str
    began_at: datetime


# Built once: the second is asked at every page of staff.
_BY_KEY = (
    select(
        StaffUser.email,
        StaffUser.name,
        StaffUser.locale,
        StaffUser.must_change_password,
        StaffUser.ends_at,
        SecondFactor.user_id.label("app_of"),
        exists().where(Passkey.user_id == StaffUser.id, Passkey.refused_at.is_(None)).label("has_passkey"),
        exists().where(Passkey.user_id == StaffUser.id, Passkey.refused_at.is_not(None)).label("has_refused"),
        StaffMembership.role,
        StaffMembership.site_id,
        Site.name.label("site_name"),
        Site.time_zone,
    )
    .outerjoin(StaffMembership, (StaffMembership.user_id == StaffUser.id) & StaffMembership.counts)
    .outerjoin(Site, Site.id == StaffMembership.site_id)
    .outerjoin(SecondFactor, SecondFactor.user_id == StaffUser.id)
    .where(
        StaffUser.id == bindparam("user_id", type_=Uuid()),
        StaffUser.session_key == bindparam("session_key", type_=String()),
        StaffUser.is_active,
    )
    .order_by(Site.name)
)
_BY_SESSION = _BY_KEY.join(
    StaffSession, (StaffSession.user_id == StaffUser.id) & (StaffSession.key == StaffUser.session_key)
).where(
    StaffSession.id == bindparam("session_id", type_=Uuid()),
    StaffSession.began_at > bindparam("since", type_=Instant()),
)


def has_ended(user_id: uuid.UUID, ends_at: datetime | None) -> bool:
    """Whether an active user's time here is up, so that they are let in no more; deactivating them may take a while.

    Whoever is needed goes on, see `engage.services.moving.end_due`.
    """
    if ends_at is None or ends_at > clock.utcnow():
        return False
    return not staffing.is_needed(db.session.get_one(StaffUser, user_id))


def id_of(email: str) -> uuid.UUID | None:
    """Return whose address this is."""
    return db.session.scalar(select(StaffUser.id).where(StaffUser.email == email.strip().casefold()))


def by_session(user_id: uuid.UUID, session_key: str, session_id: uuid.UUID) -> Account | None:
    """Return the active user whose session this is, or None: gone, deactivated, or the session has ended."""
    own = {"session_id": session_id, "since": clock.utcnow() - LONGEST_SESSION}
    found = db.session.execute(_BY_SESSION, _of(user_id, session_key) | own).all()
    return _account(user_id, session_key, session_id, found)


def by_key(user_id: uuid.UUID, session_key: str) -> Account | None:
    """Return the active user who has this key, or None; no session of theirs has to have begun."""
    return _account(user_id, session_key, None, db.session.execute(_BY_KEY, _of(user_id, session_key)).all())


def by_id(user_id: uuid.UUID) -> Account | None:
    """Return the active user, or None; no session of theirs has to have begun."""
    key = db.session.scalar(select(StaffUser.session_key).where(StaffUser.id == user_id))
    return by_key(user_id, key) if key is not None else None


def passkey_of(account: Account, passkey_id: uuid.UUID) -> Passkey:
    """Return a passkey of who is signed in.

    Raises:
        NoResultFound: it is gone, or somebody else's.
    """
    own = (Passkey.id == passkey_id, Passkey.user_id == account.id)
    return db.session.scalars(select(Passkey).where(*own)).one()


def row_of(account: Account) -> StaffUser:
    """Return the row of who is signed in, with the roles that rest among theirs."""
    return db.session.get_one(StaffUser, account.id)


def sessions_of(account: Account) -> Sequence[Session]:
    """Return the sessions of the user that have not ended, the newest first."""
    rows = db.session.execute(
        select(StaffSession.id, StaffSession.browser, StaffSession.system, StaffSession.began_at)
        .where(StaffSession.user_id == account.id, StaffSession.key == account.session_key)
        .where(StaffSession.began_at > clock.utcnow() - LONGEST_SESSION)
        .order_by(StaffSession.began_at.desc(), StaffSession.id)
    )
    return [Session(*row) for row in rows]


def _of(user_id: uuid.UUID, session_key: str) -> dict[str, object]:
    return {"user_id": user_id, "session_key": session_key}


def _account(user_id: uuid.UUID, key: str, session_id: uuid.UUID | None, rows: Sequence[Any]) -> Account | None:
    if not rows or has_ended(user_id, rows[0].ends_at):
        return None
    held = frozenset(Membership(row.role, row.site_id) for row in rows if row.role is not None)
    places = dict.fromkeys((row.site_id, row.site_name) for row in rows if row.site_id is not None)
    zones = {row.time_zone or "UTC" for row in rows if row.role is not None}
    first = rows[0]
    return Account(
        id=user_id,
        email=first.email,
        name=first.name,
        locale=first.locale,
        must_change_password=first.must_change_password,
        has_app=first.app_of is not None,
        has_passkey=first.has_passkey,
        has_refused_passkey=first.has_refused,
        session_key=key,
        session_id=session_id,
        actor=Actor(id=user_id, memberships=held),
        places=tuple(places),
        time_zone=zones.pop() if len(zones) == 1 else "UTC",
    )
