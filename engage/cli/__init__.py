"""Commands of `flask engage`, thin like views."""

from flask import Flask

from engage.cli import outbox
from engage.cli.group import group

__all__ = ["group", "init_app", "outbox"]


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(group)
