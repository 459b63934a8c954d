"""The settings of the running application."""

from flask import current_app

from config import Settings


def settings() -> Settings:
    """Return the settings the application was made with; needs an application context."""
    found: Settings = current_app.extensions["engage"]
    return found
