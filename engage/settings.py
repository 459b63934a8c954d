"""The settings of the running application."""

from typing import Literal

from flask import current_app

from config import Settings, environment_for


def settings() -> Settings:
    """Return the settings the application was made with; needs an application context."""
    found: Settings = current_app.extensions["engage"]
    return found


def starting_in(mode: Literal["run", "serve"]) -> tuple[Settings, dict[str, str]]:
    """Return the settings of a service about to start in a mode, and the environment that gives its processes the same.

    Raises:
        ValueError: a variable holds what it cannot hold; the text names it and not its value.
        UnsafeSetting: `serve` with a missing or unsafe value; the text names it and the remedy. It is a ValueError.
    """
    read = Settings(MODE=mode)
    return (read.checked_for_serving() if mode == "serve" else read), environment_for(mode)
