"""How templates see what every template sees."""

from collections.abc import MutableMapping
from typing import Any

from flask.templating import Environment


class Templates(Environment):
    """Gives all templates the environment's own globals, since none of ours has others.

    Jinja layers a map of its own over them for each template and looks through both at every import of a macro.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return what a template sees beside the values it is given."""
        return super().make_globals(d) if d else self.globals
