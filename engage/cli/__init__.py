"""Commands of `flask engage`, thin like views."""

from flask import Flask

from engage.cli import (
    accounts,
    demo,
    documents,
    escalate,
    files,
    inspect,
    keys,
    languages,
    mail,
    notifications,
    outbox,
    record,
    retention,
    signing,
)
from engage.cli.group import group

__all__ = [
    "accounts",
    "demo",
    "documents",
    "escalate",
    "files",
    "group",
    "init_app",
    "inspect",
    "keys",
    "languages",
    "mail",
    "notifications",
    "outbox",
    "record",
    "retention",
    "signing",
]


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(group)
