"""A new password of somebody: judged, and kept in place of the old one."""

import secrets

from engage.models import StaffUser
from engage.services import account_links, passwords


class WeakPassword(ValueError):
    """The new password will not do; `code` says why: see passwords.why_weak, or the_old_one."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def refuse_weak(password: str, *, email: str) -> None:
    """Let a password pass that will do.

    Raises:
        WeakPassword: it will not.
    """
    if code := passwords.why_weak(password, email=email):
        raise WeakPassword(code)


def keep(user: StaffUser, password: str, *, must_change: bool) -> None:
    """Let this be the user's password. Their sessions end, and so does every link to choose another."""
    user.password_hash = passwords.hashed(password)
    user.must_change_password = must_change
    user.session_key = new_session_key()
    account_links.end(user.id)


def new_session_key() -> str:
    """Return a fresh key that sessions are bound to."""
    return secrets.token_hex(16)
