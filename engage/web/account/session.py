"""Sessions of staff: what Flask-Login keeps, and the browsers that signed in before."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv6Address, ip_address

from flask import Response, current_app, request, session
from flask_login import current_user, login_user, logout_user

from engage import clock, vault
from engage.domain.browsers import Browser, browser_of
from engage.domain.second_factor import CODE_WITHIN
from engage.domain.single_sign_on import AWAY_FOR
from engage.extensions import login
from engage.queries import accounts
from engage.queries.accounts import Account
from engage.services import second_factor
from engage.services.sign_in import Place, as_stored
from engage.services.single_sign_on import Asked
from engage.settings import settings
from engage.web import gate, security, step_up

_COOKIE, _COOKIE_PATH = "engage-browser", "/account"
_KEPT_SECONDS = 180 * 24 * 3600  # Ours: somebody who comes back after a long leave is still known.
_PURPOSE = "known-browser"
_HALF, _SETTING_UP, _AWAY, _INVITED = "half", "setting_up", "away", "invited"


class SignedIn:
    """What Flask-Login asks of a user. The rows know nothing of it."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, account: Account) -> None:
        self.account = account
        self.actor = account.actor

    def get_id(self) -> str:
        """The user, the key that ends all of their sessions when it changes, and the session itself."""
        return f"{self.account.id}:{self.account.session_key}:{self.account.session_id}"


@login.user_loader
def load(kept: str) -> SignedIn | None:
    """Return the user of a session, or None if it has ended."""
    user_id, key, session_id = [*kept.split(":"), ""][:3]
    if not session_id:  # begun before sessions had rows
        return None
    account = accounts.by_session(uuid.UUID(user_id), key, uuid.UUID(session_id))
    return SignedIn(account) if account is not None else None


@dataclass(frozen=True, slots=True)
class Half:
    """Whose password was right, while the code is missing, and the page that was asked for. It opens nothing."""

    account: Account
    next: str | None


@dataclass(frozen=True, slots=True)
class Away:
    """What this browser was sent to a provider with, to be held against what it comes back with."""

    asked: Asked
    wanted: str | None
    proves: bool
    invited_by: str
    left_at: datetime


def enter(
    user_id: uuid.UUID,
    session_key: str,
    session_id: uuid.UUID,
    proved_at: datetime | None = None,
    *,
    by_provider: bool | None = None,
) -> None:
    """Begin a session of somebody who proved who they are then, or just now.

    Nothing of an earlier session in this browser is taken over but its language; and whether a provider asked for a
    second factor, where the session of the same person goes on under a new key.
    """
    account = accounts.by_session(user_id, session_key, session_id)
    goes_on = current_user.is_authenticated and gate.me().id == user_id
    asked_there = gate.provider_asked() if by_provider is None and goes_on else by_provider
    _begin_anew()
    if account is not None:
        login_user(SignedIn(account))
        session.permanent = True
        step_up.note_proof(proved_at or clock.utcnow())
        gate.note_provider(asked=bool(asked_there))


def enter_half(user_id: uuid.UUID, session_key: str, wanted: str | None) -> None:
    """Keep in this browser, for some minutes, whose password was right; Flask-Login does not know of it."""
    _begin_anew()
    session[_HALF] = [f"{user_id}:{session_key}", int((clock.utcnow() + CODE_WITHIN).timestamp()), wanted]


def half_entered() -> Half | None:
    """Return whose password was right a few minutes ago, or None: nobody's, it was too long ago, or it ended."""
    kept, until, wanted = session.get(_HALF, ("", 0, None))
    if not kept or datetime.fromtimestamp(until, UTC) <= clock.utcnow():
        return None
    user_id, _, key = kept.partition(":")
    account = accounts.by_key(uuid.UUID(user_id), key)
    return Half(account, wanted) if account is not None else None


def keep_invitation(code: str) -> None:
    """Keep in this browser, sealed and for some minutes, the invitation of somebody who goes to a provider next."""
    values = {"code": code, "kept_at": clock.utcnow().isoformat()}
    session[_INVITED] = vault.seal(values, vault.SINGLE_SIGN_ON).decode()


def take_invitation() -> str | None:
    """Return the invitation that was kept a moment ago, once; it does not wait for whoever signs in here next."""
    kept = session.pop(_INVITED, None)
    if kept is None:
        return None
    values = vault.opened(kept.encode(), vault.SINGLE_SIGN_ON)
    is_recent = clock.utcnow() < datetime.fromisoformat(values["kept_at"]) + AWAY_FOR
    return values["code"] if is_recent else None


def go_away(asked: Asked, *, wanted: str | None, proves: bool, invited_by: str | None) -> None:
    """Keep in this browser, sealed and for some minutes, what a provider was asked. Who is signed in stays so."""
    more = {"wanted": wanted or "", "proves": "y" if proves else "", "invited_by": invited_by or ""}
    values = {**asked.plain(), **more, "left_at": clock.utcnow().isoformat()}
    session[_AWAY] = vault.seal(values, vault.SINGLE_SIGN_ON).decode()


def come_back() -> Away | None:
    """Return what a provider was asked, once; None where nothing was, or too long ago."""
    kept = session.pop(_AWAY, None)
    if kept is None:
        return None
    values = vault.opened(kept.encode(), vault.SINGLE_SIGN_ON)
    left_at = datetime.fromisoformat(values["left_at"])
    if clock.utcnow() >= left_at + AWAY_FOR:
        return None
    asked = Asked(values["state"], values["nonce"], values["verifier"])
    return Away(asked, values["wanted"] or None, bool(values["proves"]), values["invited_by"], left_at)


def secret_being_set_up() -> str:
    """Return the secret that the set-up page shows, the same until it is set up. The cookie holds it sealed."""
    kept = session.get(_SETTING_UP)
    if kept is not None:
        return vault.opened(kept.encode(), vault.SECOND_FACTOR)["secret"]
    secret = second_factor.new_secret()
    session[_SETTING_UP] = vault.seal({"secret": secret}, vault.SECOND_FACTOR).decode()
    return secret


def _begin_anew() -> None:
    language = session.get("language")
    session.clear()
    security.renew_form_token()
    if language:
        session["language"] = language


def own_id() -> uuid.UUID:
    """Return the id of the session in this browser, where somebody is signed in."""
    session_id: uuid.UUID = current_user.account.session_id
    return session_id


def leave() -> None:
    """End the session in this browser; nothing is left in its cookie."""
    logout_user()
    session.clear()


def browser() -> Browser:
    """Return what is kept of the browser that asks."""
    return browser_of(request.headers.get("User-Agent", ""))


def place_of(email: str) -> Place:
    """Return where this try comes from, for the account that was typed."""
    browser, _, proof = request.cookies.get(_cookie(), "").partition(".")
    is_known = secrets.compare_digest(proof.encode(), _proof(email, browser).encode())
    return Place(_address(), browser if is_known else None)


def remember_browser(response: Response, email: str) -> Response:
    """Let this browser be known as one that signed in to the account."""
    browser = secrets.token_hex(16)
    response.set_cookie(
        _cookie(),
        f"{browser}.{_proof(email, browser)}",
        max_age=_KEPT_SECONDS,
        path=_COOKIE_PATH,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


def _cookie() -> str:
    return settings().cookie_name(_COOKIE, _COOKIE_PATH)


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
