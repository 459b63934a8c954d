"""The steps that stories are made of: each word of one stands for an act, which is registered here."""

import uuid
from collections.abc import Callable
from typing import Any

from engage.services.demo.scenes import Scene

Act = Callable[[Scene, Any], None]
ACTS: dict[str, Act] = {}
NOBODY = NOTHING = uuid.UUID(int=0)  # for what a story names and does not have: the use case refuses it


def act(function: Act) -> Act:
    """Let the steps of stories call the function by its name."""
    ACTS[function.__name__] = function
    return function


def by(scene: Scene, role: str | None = None) -> Any:
    """Return the case in the hands of a role, and the actor: what most use cases want."""
    actor = scene.staff(role) if role else scene.handler()
    return scene.case(actor), actor
