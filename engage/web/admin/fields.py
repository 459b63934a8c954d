"""Fields of the administrators' forms that say what is wrong in words of their own."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import DateField, Field, FieldList, IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.form import BaseForm
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import HiddenInput, TextInput

_LONGEST_NUMBER = 6
Text = object  # a text, or one that is translated when it is shown


def bare(value: str | None) -> str | None:
    """Return what was typed without the sign no database takes; None if nothing is left."""
    return value.replace("\0", "").strip() or None if value else None


def number_from(typed: str) -> int:
    """Return a whole number that was typed; the rules say how large it may be.

    Raises:
        ValueError: it is none, with words for whoever typed it.
    """
    digits = typed.strip()
    if not digits.isdecimal() or len(digits) > _LONGEST_NUMBER:
        raise ValueError(gettext("Write a whole number, like 30."))
    return int(digits)


class WholeField(IntegerField):
    """A whole number of ordinary size."""

    widget = TextInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = "".join(valuelist[:1]).strip()
        self.data = number_from(typed) if typed else None

    def _value(self) -> str:
        return self.raw_data[0] if self.raw_data else "" if self.data is None else str(self.data)


class SeenVersionField(WholeField):
    """The version the form was opened with. What is no number is a version that there never was."""

    widget = HiddenInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = "".join(valuelist[:1])
        self.data = int(typed) if typed.isdecimal() and len(typed) <= _LONGEST_NUMBER else -1

    def _value(self) -> str:
        return "" if self.data is None else str(self.data)


class DayField(DateField):
    """A date in three parts; three empty ones are no date."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        parts = [part.strip() for part in valuelist]
        if not any(parts):
            self.data = None
            return
        try:
            super().process_formdata(parts)
        except ValueError as error:
            raise ValueError(gettext("This is no date. Write it in figures, for instance 5 12 2026.")) from error
        if self.data is not None and not 1970 <= self.data.year <= 2200:
            raise ValueError(gettext("Choose a year from 1970 to 2200."))


def whole(label: Text, *, needed: bool = True, hint: Text = "") -> WholeField:
    """Return a field for a whole number."""
    wanted = InputRequired(_l("Write a whole number, like 30.")) if needed else Optional()
    return WholeField(label, description=hint, validators=[wanted])


def line(label: Text, *, needed: Text | None = None, most: int = 200, hint: Text = "") -> StringField:
    """Return a field for one short line."""
    wanted = DataRequired(needed) if needed else Optional()
    too_long = Length(max=most, message=_l("Use %(max)d characters or fewer."))
    return StringField(label, description=hint, filters=[bare], validators=[wanted, too_long])


def day(label: Text, *, needed: bool = True, hint: Text = "") -> DayField:
    """Return a field for a date."""
    wanted = InputRequired(_l("Write a date.")) if needed else Optional()
    return DayField(label, description=hint, format=["%d %m %Y", "%Y-%m-%d"], validators=[wanted])


def pick(label: Text, pairs: Any = (), *, hint: Text = "", validate_choice: bool = True) -> SelectField:
    """Return a list of which one is picked, from pairs of a value and its words."""
    choices = [SelectChoice(*pair) for pair in pairs]
    return SelectField(label, description=hint, choices=choices, validate_choice=validate_choice)


def errors_of(form: BaseForm) -> list[dict[str, str]]:
    """Return every error of a form and of the rows within it, each with the field it stands at."""
    found: list[dict[str, str]] = []
    for field in form:
        if isinstance(field, FieldList):
            for row in field:
                found += errors_of(row.form)
        elif field.errors:
            found.append({"text": str(field.errors[0]), "href": f"#{_first_part(field)}"})
    return found


def _first_part(field: Field) -> str:
    return f"{field.id}-day" if isinstance(field, DayField) else str(field.id)
