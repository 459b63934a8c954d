"""The account side of the pages: signing in and out, one's own password and second factor."""

from engage.web.account import proving, second_factor, views
from engage.web.account.blueprint import bp

__all__ = ["bp", "proving", "second_factor", "views"]
