"""The admin side of the pages: sites, people, rules, delivery. No case."""

from engage.web.admin import calendars, delivery, leaving, lines, messages, retention, rules, sites, training, users
from engage.web.admin.blueprint import bp

__all__ = [
    "bp",
    "calendars",
    "delivery",
    "leaving",
    "lines",
    "messages",
    "retention",
    "rules",
    "sites",
    "training",
    "users",
]
