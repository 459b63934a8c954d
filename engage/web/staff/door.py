"""A door: a page on which something is done with a case."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask_babel.speaklater import LazyString

from engage.domain.guards import Refusal
from engage.domain.lifecycle import Action
from engage.domain.policy import Permission
from engage.queries.case_page import CasePage
from engage.web import labels

WhyNot = Callable[[CasePage, datetime], Refusal | None]


@dataclass(frozen=True, slots=True)
class Door:
    """A page on which something is done with a case. It is drawn where it makes sense, and says why when it is shut."""

    what: Permission | Action
    why_not: WhyNot
    makes_sense: Callable[[CasePage], bool]
    own_label: LazyString | None = None
    moves_on: bool = False  # one of these is the main action of the page

    @property
    def label(self) -> str:
        """What the door is called."""
        if self.own_label is not None:
            return str(self.own_label)
        return labels.label("action" if isinstance(self.what, Action) else "permission", self.what)
