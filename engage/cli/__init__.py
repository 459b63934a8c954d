"""Commands of `flask engage`, thin like views."""

from flask import Flask
from flask.cli import AppGroup

group = AppGroup("engage", help="Look after engage.")


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(group)
