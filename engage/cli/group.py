"""The group that every command of `flask engage` belongs to."""

from flask.cli import AppGroup

group = AppGroup("engage", help="Look after engage.")
