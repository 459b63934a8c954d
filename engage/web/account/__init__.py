"""The account side of the pages: signing in and out, one's own password, second factor and sessions."""

from engage.web.account import (
    choosing,
    notifications,
    passkeys,
    phone,
    proving,
    second_factor,
    sessions,
    single_sign_on,
    views,
)
from engage.web.account.blueprint import bp, told_bp

__all__ = [
    "bp",
    "choosing",
    "notifications",
    "passkeys",
    "phone",
    "proving",
    "second_factor",
    "sessions",
    "single_sign_on",
    "told_bp",
    "views",
]
