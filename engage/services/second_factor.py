"""The second factor of staff: set up, used, turned off, and reset for who lost it."""

import logging
import secrets
import uuid
from hmac import compare_digest

import pyotp
from sqlalchemy import delete, func, select

from engage import clock, vault
from engage.domain import receipts
from engage.domain import second_factor as rules
from engage.domain.policy import Actor, NotAllowed
from engage.extensions import db
from engage.models import Passkey, RecoveryCode, SecondFactor, StaffUser
from engage.notify import account_rules
from engage.services.audit import Change, note
from engage.services.new_passwords import new_session_key
from engage.services.people import locked, managed, memberships_of

log = logging.getLogger(__name__)

_SERVICE = "engage"  # what the app writes beside the code


class WrongCode(ValueError):
    """What was typed is no code that counts now."""


def new_secret() -> str:
    """Return a secret for an app, as apps take it: 160 bits in base 32."""
    return pyotp.random_base32()


def address_of(secret: str, email: str) -> str:
    """Return what an app reads from the picture. It holds the secret: it is drawn and never followed."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=_SERVICE)


def code_at(secret: str, step: int) -> str:
    """Return the code that an app with this secret shows at a step of time."""
    return pyotp.TOTP(secret, interval=rules.STEP_SECONDS, digits=rules.DIGITS).generate_otp(step)


def is_set_up(user_id: uuid.UUID) -> bool:
    """Whether the user signs in with more than a password: the code of an app, or a passkey.

    One that is refused counts, too: whoever has the password and a copy of the device would need the password alone.
    Until an administrator takes it away, or another is there, nothing opens.
    """
    passkey = select(Passkey.id).where(Passkey.user_id == user_id)
    return has_app(user_id) or db.session.scalar(passkey.limit(1)) is not None


def has_app(user_id: uuid.UUID) -> bool:
    """Whether an app on the user's phone shows codes."""
    return db.session.get(SecondFactor, user_id) is not None


def set_up(user_id: uuid.UUID, secret: str, typed: str) -> tuple[str, list[str]]:
    """Let an app that shows the right code be the user's from now on, in place of an earlier one.

    Return the new session key, since older sessions end, and recovery codes, which are stored nowhere.

    Raises:
        WrongCode: the app does not have this secret, or its clock is wrong.
    """
    user = locked(user_id)
    step = _step_of(secret, typed, last=0)
    if step is None:
        raise WrongCode
    keep(user, secret, last_step=step)
    note(Change.SECOND_FACTOR_SET_UP, actor=user.actor, subject_id=user.id)
    user.session_key = new_session_key()
    return user.session_key, _new_codes(user)


def secret_of(row: SecondFactor) -> str:
    """Return the secret, opened."""
    return vault.opened(row.sealed, vault.SECOND_FACTOR)["secret"]


def keep(user: StaffUser, secret: str, *, last_step: int = 0) -> None:
    """Keep the secret, sealed; of an earlier one nothing is left."""
    _forget(user.id)
    sealed = vault.seal({"secret": secret}, vault.SECOND_FACTOR)
    row = SecondFactor(user_id=user.id, sealed=sealed, last_step=last_step, set_up_at=clock.utcnow())
    db.session.add(row)
    db.session.flush()


def passes(user_id: uuid.UUID, typed: str) -> bool:
    """Whether this is a code of the user's app or one of their recovery codes; if so it is used up."""
    own = select(SecondFactor).where(SecondFactor.user_id == user_id)
    row = db.session.scalars(own.with_for_update()).one_or_none()
    if row is None:
        return False
    step = _step_of(secret_of(row), typed, last=row.last_step)
    if step is None:
        is_recovery_code = _takes_recovery_code(user_id, typed)
        if not is_recovery_code:
            log.warning("a code of a second factor was refused to %s", user_id)
        return is_recovery_code
    row.last_step = step
    return True


def codes_left(user_id: uuid.UUID) -> int:
    """Return how many recovery codes the user has."""
    return db.session.scalar(select(func.count(RecoveryCode.id)).where(RecoveryCode.user_id == user_id)) or 0


def make_codes(user_id: uuid.UUID) -> list[str]:
    """Return new recovery codes in place of the earlier ones; they are stored nowhere.

    Raises:
        NotAllowed: there is no app that they could stand in for.
    """
    user = locked(user_id)
    if not has_app(user_id):
        raise NotAllowed("recovery codes")
    note(Change.RECOVERY_CODES_MADE, actor=user.actor, subject_id=user.id)
    return _new_codes(user)


def turn_off(user_id: uuid.UUID) -> str:
    """Let the user sign in by password alone; return the new session key, since older sessions end.

    Raises:
        NotAllowed: a role of theirs demands a second factor.
    """
    user = locked(user_id)
    if rules.is_demanded_of(user.actor):
        raise NotAllowed("a role demands a second factor")
    if _forget(user.id):
        user.session_key = new_session_key()
        note(Change.SECOND_FACTOR_OFF, actor=user.actor, subject_id=user.id)
    return user.session_key


def reset(user_id: uuid.UUID, *, actor: Actor | None) -> bool:
    """Take away a lost second factor, passkeys too, and end its owner's sessions; return whether there was any.

    They are told by mail, and so are the other focal points of the place where the user is one. No actor means a
    command on the server.

    Raises:
        NotAllowed: the user is not the actor's to manage.
    """
    user = locked(user_id) if actor is None else managed(user_id, actor)
    passkeys = delete(Passkey).where(Passkey.user_id == user.id).returning(Passkey.id)
    lost = len(db.session.execute(passkeys).all())
    if not _forget(user.id) and not lost:
        return False
    user.session_key = new_session_key()
    entry = note(Change.SECOND_FACTOR_RESET, actor=actor, subject_id=user.id, before={"passkeys": lost})
    account_rules.second_factor_reset(user, change_id=entry.id)
    account_rules.focal_point_changed(user, memberships_of(user), change_id=entry.id)
    return True


def _step_of(secret: str, typed: str, *, last: int) -> int | None:
    """The step of time whose code was typed, if it counts now."""
    digits = rules.as_digits(typed)
    if digits is None:
        return None
    found = [step for step in rules.steps_open(clock.utcnow(), last) if compare_digest(code_at(secret, step), digits)]
    return found[0] if found else None


def _new_codes(user: StaffUser) -> list[str]:
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    key = vault.key_for(vault.RECOVERY)
    codes = [receipts.code_from(secrets.token_bytes(16), key) for _ in range(rules.RECOVERY_CODES)]
    db.session.add_all(RecoveryCode(user_id=user.id, digest=_digest(user.id, code)) for code in codes)
    return [receipts.grouped(code) for code in codes]


def _takes_recovery_code(user_id: uuid.UUID, typed: str) -> bool:
    code = receipts.normalised(typed)
    if code is None:
        return False
    used = delete(RecoveryCode).where(RecoveryCode.user_id == user_id, RecoveryCode.digest == _digest(user_id, code))
    return db.session.execute(used.returning(RecoveryCode.id)).first() is not None


def _digest(user_id: uuid.UUID, code: str) -> str:
    return vault.digest(f"{user_id}\0{code}", vault.RECOVERY)


def _forget(user_id: uuid.UUID) -> bool:
    """Whether there was anything to forget."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    gone = delete(SecondFactor).where(SecondFactor.user_id == user_id).returning(SecondFactor.user_id)
    return db.session.execute(gone).first() is not None
