"""Commands of `flask engage`, thin like views."""

from flask import Flask

from engage.cli import demo, notifications, outbox
from engage.cli.group import group

__all__ = ["demo", "group", "init_app", "notifications", "outbox"]


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(group)
