"""A new password of somebody: judged, and kept in place of the old one."""

import secrets

from sqlalchemy import select

from engage.extensions import db
from engage.models import Site, StaffUser
from engage.services import account_links, passwords

_SERVICE = "engage"


class WeakPassword(ValueError):
    """The new password will not do; `code` says why: see passwords.why_weak, or the_old_one."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def refuse_weak(password: str, *, email: str, name: str = "") -> None:
    """Let a password pass that will do for somebody of this address and name.

    Raises:
        WeakPassword: it will not.
    """
    sites = db.session.execute(select(Site.code, Site.name)).all()
    known = [_SERVICE, email.rpartition(".")[0], name, *(word for site in sites for word in site)]
    if code := passwords.why_weak(password, known=known):
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
