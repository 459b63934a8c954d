"""Passkeys: added, used, removed. A device signs a question of ours, for our address and nobody else's.

Source: WebAuthn Level 2, 7.1 and 7.2; the library checks type, challenge, origin, address, presence, verification and
signature. Whether a device is whose maker says it is we do not ask: it would tell us more than we need.
"""

import json
import logging
import uuid
from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from sqlalchemy import delete, func, select
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialCreationOptions,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRequestOptions,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from engage import clock
from engage.domain import second_factor as rules
from engage.domain.guards import Refusal, Refused
from engage.domain.second_factor import PasskeyUse
from engage.extensions import db
from engage.models import Passkey, PasskeyChallenge, SecondFactor, StaffUser
from engage.notify import account_rules
from engage.services.audit import Change, note
from engage.services.new_passwords import new_session_key
from engage.services.people import locked
from engage.settings import settings

log = logging.getLogger(__name__)
_SERVICE = "engage"
_MILLISECONDS = int(rules.ANSWER_WITHIN.total_seconds() * 1000)


class WrongPasskey(ValueError):
    """What the device answered proves nothing: not asked for, from elsewhere, or signed by another key."""


def are_possible() -> bool:
    """Whether browsers give passkeys to our address: one with a name, over https or on this machine."""
    address = urlsplit(settings().public_url)
    try:
        ip_address(address.hostname or "")
    except ValueError:
        return address.scheme == "https" or address.hostname == "localhost"
    return False


def ask(use: PasskeyUse, user_id: uuid.UUID | None = None) -> tuple[uuid.UUID, str]:
    """Return the id of a new question and what the browser hands to a device, as JSON. It is answered once and soon."""
    now = clock.utcnow()
    db.session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.expires_at <= now))
    own = of(user_id) if user_id else []
    wanted = [one for one in own if use is PasskeyUse.ADD or one.refused_at is None]
    known = [PublicKeyCredentialDescriptor(id=one.credential_id) for one in wanted]
    options = _options_to_add(user_id, known) if use is PasskeyUse.ADD else _options_to_use(known)
    row = PasskeyChallenge(
        id=uuid.uuid4(),
        challenge=options.challenge,
        use=use,
        user_id=user_id,
        expires_at=now + rules.ANSWER_WITHIN,
    )
    db.session.add(row)
    return row.id, options_to_json(options)


def take(question_id: uuid.UUID | None, use: PasskeyUse, user_id: uuid.UUID | None = None) -> bytes | None:
    """Return the question, used up, or None: there is none, it was answered, it is too old, or asked for another use.

    A unit of work of its own, so that it is used up whatever comes of the answer: sent again, the same answer finds
    nothing.
    """
    gone = delete(PasskeyChallenge).where(PasskeyChallenge.id == question_id)
    row = db.session.execute(
        gone.returning(
            PasskeyChallenge.challenge, PasskeyChallenge.use, PasskeyChallenge.user_id, PasskeyChallenge.expires_at
        )
    ).one_or_none()
    if row is None or row.use is not use or row.user_id != user_id or row.expires_at <= clock.utcnow():
        return None
    return bytes(row.challenge)


def add(user_id: uuid.UUID, question: bytes, answer: str, name: str) -> str:
    """Let a device of the user sign in from now on; return the new session key, since older sessions end.

    Raises:
        WrongPasskey: the answer belongs to another question or another address.
        Refused: the user has as many as anybody may, or the device is somebody's already.
    """
    user = locked(user_id)
    try:
        found = verify_registration_response(
            credential=answer,
            expected_challenge=question,
            expected_rp_id=_rp_id(),
            expected_origin=_origin(),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise WrongPasskey from error
    if db.session.scalar(select(Passkey.id).where(Passkey.credential_id == found.credential_id)) is not None:
        raise Refused(Refusal("passkey_known"))
    if (
        db.session.scalar(select(func.count(Passkey.id)).where(Passkey.user_id == user_id)) or 0
    ) >= rules.MOST_PASSKEYS:
        raise Refused(Refusal("too_many_passkeys", {"most": rules.MOST_PASSKEYS}))
    row = Passkey(
        id=uuid.uuid4(),
        user_id=user_id,
        credential_id=found.credential_id,
        public_key=found.credential_public_key,
        sign_count=found.sign_count,
        name=name,
        made_at=clock.utcnow(),
    )
    db.session.add(row)
    entry = note(Change.PASSKEY_ADDED, actor=user.actor, subject_id=user.id, after={"passkey": str(row.id)})
    account_rules.passkey_added(user, change_id=entry.id)
    user.session_key = new_session_key()
    return user.session_key


def passes(question: bytes, answer: str, user_id: uuid.UUID | None = None) -> uuid.UUID | None:
    """Return whose passkey signed the question, or None: nobody's, or not that of the user who was asked for.

    A passkey whose counter went back is refused from now on, and its owner is told: commit whatever is returned.
    """
    row = _row_of(answer)
    if row is None or row.refused_at is not None or user_id not in (None, row.user_id):
        return None
    user = db.session.scalars(select(StaffUser).where(StaffUser.id == row.user_id, StaffUser.is_active)).one_or_none()
    counted = _count_of(row, question, answer)
    if user is None or counted is None:
        return None
    if rules.counter_went_back(row.sign_count, counted):
        _refuse(row, user)
        return None
    row.sign_count, row.used_at = counted, clock.utcnow()
    return row.user_id


def remove(user_id: uuid.UUID, passkey_id: uuid.UUID) -> None:
    """Let a passkey of the user open nothing any more. They are told.

    Raises:
        NoResultFound: it is gone, or somebody else's.
        Refused: a role of theirs demands a second factor, and this is the last.
    """
    user = locked(user_id)
    row = db.session.scalars(select(Passkey).where(Passkey.id == passkey_id, Passkey.user_id == user_id)).one()
    others = [one for one in of(user_id) if one.id != passkey_id and one.refused_at is None]
    if rules.is_demanded_of(user.actor) and not others and db.session.get(SecondFactor, user_id) is None:
        raise Refused(Refusal("last_second_factor"))
    db.session.delete(row)
    entry = note(Change.PASSKEY_REMOVED, actor=user.actor, subject_id=user.id, before={"passkey": str(passkey_id)})
    account_rules.passkey_removed(user, change_id=entry.id)


def of(user_id: uuid.UUID) -> Sequence[Passkey]:
    """Return the passkeys of the user, the oldest first, those that are refused among them."""
    mine = select(Passkey).where(Passkey.user_id == user_id)
    return db.session.scalars(mine.order_by(Passkey.made_at, Passkey.id)).all()


def _options_to_use(known: list[PublicKeyCredentialDescriptor]) -> PublicKeyCredentialRequestOptions:
    return generate_authentication_options(
        rp_id=_rp_id(),
        timeout=_MILLISECONDS,
        allow_credentials=known,
        user_verification=UserVerificationRequirement.REQUIRED,
    )


def _options_to_add(
    user_id: uuid.UUID | None, known: list[PublicKeyCredentialDescriptor]
) -> PublicKeyCredentialCreationOptions:
    user = db.session.get_one(StaffUser, user_id)
    return generate_registration_options(
        rp_id=_rp_id(),
        rp_name=_SERVICE,
        user_id=user.id.bytes,
        user_name=user.email,
        user_display_name=user.name,
        timeout=_MILLISECONDS,
        exclude_credentials=known,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )


def _count_of(row: Passkey, question: bytes, answer: str) -> int | None:
    """How often the device says that it signed, or None where the signature is not this key's over this question.

    The counter is compared by the caller: only who has the key may have it refused.
    """
    try:
        found = verify_authentication_response(
            credential=answer,
            expected_challenge=question,
            expected_rp_id=_rp_id(),
            expected_origin=_origin(),
            credential_public_key=row.public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return None
    return found.new_sign_count


def _row_of(answer: str) -> Passkey | None:
    """The passkey that the answer names, in hand, so that two uses of it count one after the other."""
    try:
        credential_id = base64url_to_bytes(json.loads(answer)["rawId"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return db.session.scalar(select(Passkey).where(Passkey.credential_id == credential_id).with_for_update())


def _refuse(row: Passkey, user: StaffUser) -> None:
    log.warning("a passkey counted backwards and is refused: there may be a copy of it")
    row.refused_at = clock.utcnow()
    entry = note(Change.PASSKEY_REFUSED, actor=None, subject_id=user.id, after={"passkey": str(row.id)})
    account_rules.passkey_refused(user, change_id=entry.id)


def _rp_id() -> str:
    return urlsplit(settings().public_url).hostname or ""


def _origin() -> str:
    address = urlsplit(settings().public_url)
    return f"{address.scheme}://{address.netloc}"
