"""Commands of `flask engage`, thin like views."""

from flask import Flask

from engage.cli import demo, documents, escalate, languages, notifications, outbox
from engage.cli.group import group

__all__ = ["demo", "documents", "escalate", "group", "init_app", "languages", "notifications", "outbox"]


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(group)
