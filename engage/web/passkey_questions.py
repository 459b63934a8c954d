"""Questions to a device: kept in the session by their id alone, asked of the use cases, answered once."""

import uuid

from flask import session

from engage.domain.second_factor import PasskeyUse
from engage.services import passkeys
from engage.unit_of_work import unit_of_work

_KEPT = "passkey_question"
LONGEST = 8000  # Ours: an answer is some hundred characters, one with a certificate some thousand.


def asked(use: PasskeyUse, user_id: uuid.UUID | None) -> str:
    """Return what the browser hands to a device. The question itself lies in the database; the cookie names it."""
    with unit_of_work():
        question_id, options = passkeys.ask(use, user_id)
    session[_KEPT] = str(question_id)
    return options


def taken(use: PasskeyUse, user_id: uuid.UUID | None) -> bytes | None:
    """Return the question that this browser was asked, used up, or None."""
    kept = session.pop(_KEPT, None)
    if kept is None:
        return None
    with unit_of_work():
        return passkeys.take(uuid.UUID(kept), use, user_id)


def answered_by(answer: str, use: PasskeyUse, user_id: uuid.UUID | None = None) -> uuid.UUID | None:
    """Return whose passkey gave the answer, or None."""
    question = taken(use, user_id)
    if question is None:
        return None
    with unit_of_work():
        return passkeys.passes(question, answer, user_id)


def is_answer(typed: str) -> bool:
    """Whether this came from a device and not from somebody who typed a code."""
    return typed.startswith("{")
