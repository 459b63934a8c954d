"""Sessions of staff: what Flask-Login keeps, and the browsers that signed in before."""

import secrets
import uuid
from ipaddress import IPv6Address, ip_address

from flask import Response, current_app, request, session
from flask_login import login_user, logout_user

from engage import vault
from engage.extensions import login
from engage.queries import accounts
from engage.queries.accounts import Account
from engage.services.sign_in import Place, as_stored

_COOKIE = "engage-browser"
_KEPT_SECONDS = 180 * 24 * 3600  # Ours: somebody who comes back after a long leave is still known.
_PURPOSE = "known-browser"


class SignedIn:
    """What Flask-Login asks of a user. The rows know nothing of it."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, account: Account) -> None:
        self.account = account
        self.actor = account.actor

    def get_id(self) -> str:
        """The user and the key of the session: a new key ends every older session."""
        return f"{self.account.id}:{self.account.session_key}"


@login.user_loader
def load(kept: str) -> SignedIn | None:
    """Return the user of a session, or None if it has ended."""
    user_id, _, key = kept.partition(":")
    account = accounts.by_session(uuid.UUID(user_id), key)
    return SignedIn(account) if account is not None else None


def enter(user_id: uuid.UUID, session_key: str) -> None:
    """Begin a session. Nothing of an earlier one in this browser is taken over but its language."""
    account = accounts.by_session(user_id, session_key)
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language
    if account is not None:
        login_user(SignedIn(account))
        session.permanent = True


def leave() -> None:
    """End the session in this browser; nothing is left in its cookie."""
    logout_user()
    session.clear()


def place_of(email: str) -> Place:
    """Return where this try comes from, for the account that was typed."""
    browser, _, proof = request.cookies.get(_COOKIE, "").partition(".")
    is_known = secrets.compare_digest(proof.encode(), _proof(email, browser).encode())
    return Place(_address(), browser if is_known else None)


def remember_browser(response: Response, email: str) -> Response:
    """Let this browser be known as one that signed in to the account."""
    browser = secrets.token_hex(16)
    response.set_cookie(
        _COOKIE,
        f"{browser}.{_proof(email, browser)}",
        max_age=_KEPT_SECONDS,
        path="/account",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


def _proof(email: str, browser: str) -> str:
    return vault.digest(f"{as_stored(email)}\0{browser}", _PURPOSE)


def _address() -> str:
    """The address of the sender; of a long one the half that a network hands out, of which each has billions."""
    text = request.remote_addr or ""
    try:
        address = ip_address(text)
    except ValueError:
        return text
    return str(int(address) >> 64) if isinstance(address, IPv6Address) else text
