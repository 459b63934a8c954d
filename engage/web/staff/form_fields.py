"""What the forms of staff are made of. Shape and size only; what may happen to a case is the domain's business."""

import hashlib
import json
from collections.abc import Iterable, Sequence

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    MultipleFileField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from engage.services import intake
from engage.web.typed import plain

LONGEST = 20_000  # Ours: a long report; longer ones come as a file.
_LONGEST_LINE = 300
_UNSAID = frozenset({"csrf_token", "version"})  # what a form carries beside what somebody says with it
Text = object  # a text or one that is translated when it is shown


class VersionField(IntegerField):
    """The version of the case that the form was opened with, and a token that tells this form from every other.

    What is no number is no version, and no error; a form without a token of ours is never taken for one sent before.
    """

    widget = HiddenInput()
    token: str | None = None

    def process_formdata(self, valuelist: list[str]) -> None:
        first, _, token = (valuelist[0] if valuelist else "").partition(".")
        self.data = int(first) if first.isascii() and first.isdecimal() and len(first) < 10 else None
        self.token = token if intake.is_token(token) else None

    def _value(self) -> str:
        self.token = self.token or intake.new_token()
        return "" if self.data is None else f"{self.data}.{self.token}"


class StaffForm(FlaskForm):
    """A form about a case. A form without a version was tampered with and counts as out of date."""

    version = VersionField()

    @property
    def opened_at(self) -> int:
        """The version the form was opened with, or one that no case has."""
        return self.version.data if isinstance(self.version.data, int) else -1

    def mark(self, where: str) -> str | None:
        """Return what tells that this very form, saying the same, was sent to the same place before."""
        if self.version.token is None:
            return None
        said = [(name, request.form.getlist(name)) for name in sorted(request.form) if name not in _UNSAID]
        files = [file.filename for _, file in sorted(request.files.items(multi=True), key=lambda one: one[0])]
        digest = hashlib.sha256(json.dumps([where, said, files]).encode()).hexdigest()
        return f"{self.version.token}.{digest}"


def choices(pairs: Iterable[tuple[str, Text]]) -> list[SelectChoice]:
    """Return choices from values and their words."""
    return [SelectChoice(value, label) for value, label in pairs]


def _needed(message: Text | None, kind: type[DataRequired] | type[InputRequired] = DataRequired) -> object:
    return kind(message) if message else Optional()


def words(label: Text, *, needed: Text | None = None, hint: Text = "") -> TextAreaField:
    """Return a field for several lines, needed only where the text for a missing one is given."""
    too_long = Length(max=LONGEST, message=_l("Use %(max)d characters or fewer. A longer text can be added as a file."))
    return TextAreaField(label, description=hint, filters=[plain], validators=[_needed(needed), too_long])


def line(label: Text, *, needed: Text | None = None, hint: Text = "") -> StringField:
    """Return a field for one short line."""
    too_long = Length(max=_LONGEST_LINE, message=_l("Use %(max)d characters or fewer."))
    return StringField(label, description=hint, filters=[plain], validators=[_needed(needed), too_long])


def choose(
    label: Text, offered: Sequence[SelectChoice] = (), *, needed: Text | None = None, hint: Text = ""
) -> RadioField:
    """Return radios; choices from the database are set by the view."""
    kind = _needed(needed, InputRequired)
    return RadioField(label, description=hint, choices=list(offered), validators=[kind], validate_choice=True)


def pick(
    label: Text, offered: Sequence[SelectChoice] = (), *, needed: Text | None = None, hint: Text = ""
) -> SelectField:
    """Return a list of which one is picked; an empty value at its top means nothing is."""
    return SelectField(
        label,
        description=hint,
        choices=list(offered),
        filters=[plain],
        validators=[_needed(needed)],
    )


def several(
    label: Text, offered: Sequence[SelectChoice] = (), *, needed: Text | None = None, hint: Text = ""
) -> SelectMultipleField:
    """Return boxes of which any number is ticked."""
    return SelectMultipleField(
        label, description=hint, choices=list(offered), validators=[_needed(needed)] if needed else []
    )


def tick(label: Text, *, needed: Text | None = None, hint: Text = "") -> BooleanField:
    """Return one box."""
    return BooleanField(label, description=hint, validators=[_needed(needed)] if needed else [])


class YearsField(DateField):
    """A date in a year that can be meant: years at either end of the calendar leave it in another time zone."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        if self.data is not None and not 1970 <= self.data.year <= 2200:
            raise FarYear(gettext("Choose a year from 1970 to 2200."))


class FarYear(ValueError):
    """The date exists, and its year cannot be meant."""


class DayField(YearsField):
    """A date in three parts; three empty ones are no date and no error."""

    def process_formdata(self, valuelist: list[str]) -> None:
        if any(part.strip() for part in valuelist):
            try:
                super().process_formdata([part.strip() for part in valuelist])
            except FarYear:
                raise
            except ValueError as error:
                raise ValueError(_l("This is no date. Write it in figures, for instance 5 12 2026.")) from error


def day(label: Text, *, needed: Text | None = None, hint: Text = "") -> DayField:
    """Return a field for a date in three parts."""
    return DayField(
        label,
        description=hint,
        format=["%d %m %Y", "%Y-%m-%d"],
        validators=[_needed(needed, InputRequired)] if needed else [],
    )


def files(label: Text | None = None) -> MultipleFileField:
    """Return a field for files; they are checked by engage.web.uploads."""
    return MultipleFileField(label or _l("Files (optional)"))
