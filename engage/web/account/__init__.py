"""The account side of the pages: signing in and out, one's own password."""

from engage.web.account import views
from engage.web.account.blueprint import bp

__all__ = ["bp", "views"]
