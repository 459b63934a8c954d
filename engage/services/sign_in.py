"""Signing in: guessing is slowed where it comes from, and nobody is locked out of their own account."""

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from engage import clock, vault
from engage.domain.browsers import Browser
from engage.domain.policy import Role
from engage.extensions import db, insert_into
from engage.models import SignInTry, StaffUser
from engage.queries import accounts
from engage.services import passwords, sessions
from engage.settings import settings

log = logging.getLogger(__name__)

# Ours. Tries that cost no wait, from one place for one account; and from one address for all accounts together, where
# an office may share it. Then the wait doubles. Who has the password may come from a thousand addresses to guess six
# digits, so codes count for the account as a whole, too.
_FREE, _FREE_FOR_ALL, _FREE_CODES = 5, 40, 20
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=1), timedelta(minutes=15)
_KEPT_FOR = timedelta(days=1)
_EVERY_ACCOUNT = "*"


class TooSoon(RuntimeError):
    """There were too many tries from here; the next one is looked at after `wait`."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__("wait before the next try")
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Place:
    """Where a try comes from: a browser that signed in to this account before, or else an address.

    Whoever tries from elsewhere uses up nothing of a known browser, which is why nobody can lock its owner out.
    """

    address: str
    browser: str | None = None


def as_stored(email: str) -> str:
    """Return an address as accounts keep it."""
    return email.strip().casefold()


def take_try(email: str, place: Place, *, of_code: bool = False) -> None:
    """Count a try before the password or the code is looked at, so that many at once count, too.

    Raises:
        TooSoon: the place has to wait; nothing was counted.
    """
    now = clock.utcnow()
    db.session.execute(delete(SignInTry).where(SignInTry.last_at < now - _KEPT_FOR))
    rows = [(_row(digest, now), free) for digest, free in _buckets(email, place, of_code)]
    wait = max(row.not_before - now for row, _ in rows)
    if wait > timedelta():
        log.warning("tries to sign in from one place, or for one account, are slowed")
        raise TooSoon(wait)
    for row, free in rows:
        row.count, row.last_at = row.count + 1, now
        row.not_before = now + _wait_after(row.count, free)


def checked(email: str, password: str) -> uuid.UUID | None:
    """Return whose password this is, or None; unknown, inactive, past their last day and wrong take the same time.

    Slow on purpose: call it outside of a unit of work, which would keep every other writer waiting.
    """
    user = db.session.execute(
        select(StaffUser.id, StaffUser.password_hash, StaffUser.ends_at).where(
            StaffUser.email == as_stored(email), StaffUser.is_active
        )
    ).one_or_none()
    is_right = passwords.is_right(password, user.password_hash if user else None)
    if user is None or not is_right or accounts.has_ended(user.id, user.ends_at):
        log.warning("a sign-in was refused")  # and no more: nothing tells who has an account
        return None
    user_id: uuid.UUID = user.id
    return user_id


def may_use_password(user_id: uuid.UUID) -> bool:
    """Whether the user may sign in with a password, where the operator leaves that to a provider of single sign-on."""
    if settings().OIDC_ISSUER is None or settings().OIDC_PASSWORDS == "everybody":
        return True
    user = db.session.get_one(StaffUser, user_id)
    return settings().OIDC_PASSWORDS == "administrators" and user.actor.holds(Role.ADMIN)


def renew(user_id: uuid.UUID, password: str) -> StaffUser:
    """Return the user whose password was right, and keep it anew where it was kept by weaker settings.

    Raises:
        NoResultFound: the account was deactivated in this moment.
    """
    user = db.session.scalars(select(StaffUser).where(StaffUser.id == user_id, StaffUser.is_active)).one()
    if user.password_hash and passwords.is_outdated(user.password_hash):
        user.password_hash = passwords.hashed(password)
    return user


def begin(user_id: uuid.UUID, place: Place, browser: Browser, *, by_code: bool = False) -> uuid.UUID:
    """Let the user in, who has shown all that is asked of them, and return the id of the session that begins.

    The tries from this place are forgotten.

    Raises:
        NoResultFound: the account was deactivated in this moment.
    """
    user = db.session.scalars(select(StaffUser).where(StaffUser.id == user_id, StaffUser.is_active)).one()
    forgive(user.email, place, of_code=by_code)
    user.last_sign_in_at = clock.utcnow()
    return sessions.begin(user, browser, is_known=place.browser is not None)


def forgive(email: str, place: Place, *, of_code: bool = False) -> None:
    """Forget the tries for one account from this place; of those that count for more only the last."""
    for digest, free in _buckets(email, place, of_code):
        row = _row(digest, clock.utcnow())
        row.count = 0 if free == _FREE else max(row.count - 1, 0)
        row.not_before = clock.utcnow()


def _buckets(email: str, place: Place, of_code: bool) -> Sequence[tuple[str, int]]:
    account = as_stored(email)
    if place.browser is not None:
        return [(vault.digest(f"{account}\0browser\0{place.browser}", vault.LIMITS), _FREE)]
    here = [
        (vault.digest(f"{account}\0address\0{place.address}", vault.LIMITS), _FREE),
        (vault.digest(f"{_EVERY_ACCOUNT}\0address\0{place.address}", vault.LIMITS), _FREE_FOR_ALL),
    ]
    return [*here, (vault.digest(f"{account}\0codes", vault.LIMITS), _FREE_CODES)] if of_code else here


def _row(digest: str, now: datetime) -> SignInTry:
    """The row of a place, made if it is new, and kept from others until the transaction ends."""
    db.session.execute(
        insert_into(SignInTry).values(digest=digest, count=0, not_before=now, last_at=now).on_conflict_do_nothing()
    )
    return db.session.scalars(select(SignInTry).where(SignInTry.digest == digest).with_for_update()).one()


def _wait_after(count: int, free: int) -> timedelta:
    over = count - free
    return min(_FIRST_WAIT * 2 ** min(over, 20), _LONGEST_WAIT) if over >= 0 else timedelta()
