"""The account side of the pages: signing in and out, one's own password, second factor and sessions."""

from engage.web.account import choosing, passkeys, phone, proving, second_factor, sessions, single_sign_on, views
from engage.web.account.blueprint import bp

__all__ = ["bp", "choosing", "passkeys", "phone", "proving", "second_factor", "sessions", "single_sign_on", "views"]
