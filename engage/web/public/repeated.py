"""Fields that a page shows once under each choice that needs them: what stands under the choice that was made counts.

What was typed under a choice that was given up is sent along, since browsers send what they do not show. Browsers that
show all of it let people type under any choice; and scripts send each field once, without a place.
"""

from collections.abc import Sequence
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, StringField


class Repeated(Field):
    """`of` is the name of the radio buttons, `under` are their values in the order in which they stand on the page."""

    def __init__(self, *args: Any, of: str, under: Sequence[str], **kwargs: Any) -> None:
        self.of, self.under = of, under
        self._chosen: str | None = None
        super().__init__(*args, **kwargs)

    def process(self, formdata: MultiDict[str, str] | None, *args: Any, **kwargs: Any) -> None:
        self._chosen = formdata.get(self.of) if formdata else None
        super().process(formdata, *args, **kwargs)

    def has_name(self, choice: str, chosen: str | None) -> bool:
        """Whether what stands under the choice carries the name of the field as its id, to which errors lead."""
        return choice == (chosen if chosen in self.under else self.under[0])


class RepeatedLine(Repeated, StringField):
    """What was typed under the choice that was made; where nothing was, the first that holds something."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        if not valuelist:
            return
        place = self.under.index(self._chosen) if self._chosen in self.under else 0
        of_the_choice = valuelist[place : place + 1]
        self.data = next((value for value in [*of_the_choice, *valuelist] if value.strip()), valuelist[0])


class RepeatedTick(Repeated, BooleanField):
    """Ticked under the choice that was made, whose value it sends there; or `y`, sent without a place."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = "y" in valuelist or (self._chosen in self.under and self._chosen in valuelist)
