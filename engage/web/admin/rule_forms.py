"""The form of a site's promises, ladder and pause reasons."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, FieldList, Form, FormField, HiddenField, SelectField, StringField
from wtforms.validators import Length, Optional

from engage.domain.case import Kind
from engage.domain.deadlines import Promise
from engage.domain.ladder_file import ALL_SITES
from engage.domain.promises_file import DATED_PLAN, NOT_PROMISED
from engage.domain.rule_changes import HEIGHT
from engage.domain.severity import Level
from engage.services import sites
from engage.web import labels
from engage.web.admin.fields import SeenVersionField, day, line, number_from, pick, whole

LEVELS = [(str(level.value), str(level.value)) for level in Level]
# Where a value stands in the documents, and the field that holds it.
NUMBERS = {
    "promises.grace_hours": "grace_hours",
    "promises.answer_collective_days": "answer_collective_days",
    "promises.appeal_window_days": "appeal_window_days",
    "promises.extension.without_approval": "without_approval",
    "promises.extension.with_approval": "with_approval",
    "promises.extension.most_days": "most_days",
    **{f"promises.news_every.{level.value}": f"news_{level.value}" for level in Level},
    **{f"promises.short_road.{kind.value}": f"short_{kind.value}" for kind in Kind if kind.takes_short_road},
}
HARM = "_harm"


class LengthField(StringField):
    """Numbers with commas between them, or nothing."""

    counts: list[int]

    def process_data(self, value: Any) -> None:
        super().process_data(value)
        self.counts = []

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = "".join(valuelist[:1])
        self.data: Any = typed
        self.counts = []  # stays empty where a part is no number
        if typed.strip():
            self.counts = [number_from(part) for part in typed.replace("،", ",").split(",")]


class RungForm(Form):
    """One step of the ladder. A new one has no code yet."""

    code = HiddenField()
    when = whole(_l("When"), needed=False)
    severe = whole(_l("Hours late, severe cases"), needed=False)
    to = SelectField(_l("Who is told"))
    leave_out = BooleanField(_l("Leave this step out"))

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.to.choices = [(seat, seat_words(seat)) for seat in HEIGHT]


class CheckForm(Form):
    """The checks after closure that a category has besides those of its level. An empty line is left out."""

    category = SelectField(_l("Category"))
    days = LengthField(_l("Days after closure"))

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        known = sites.shipped_catalogue().taxonomy.categories
        self.category.choices = [("", gettext("Choose")), *((one.code, gettext(one.label)) for one in known)]

    def why_not(self) -> tuple[Field, str] | None:
        """Return the field in which something is missing, with words; None where the line is whole or empty."""
        if self.category.data and not self.days.counts:
            return self.days, str(gettext("Write one number or more, like 30, 90, 180."))
        if self.days.counts and not self.category.data:
            return self.category, str(gettext("Choose the category."))
        return None


class PauseForm(Form):
    """One reason why time may stand still. A new one has no code yet."""

    code = HiddenField()
    label = StringField(
        _l("What the person reads"),
        filters=[lambda value: value.replace("\0", "").strip() if value else ""],
        validators=[Optional(), Length(max=120, message=_l("Use %(max)d characters or fewer."))],
    )
    set_by = pick(
        _l("Who sets and ends it"),
        [("community", _l("the community")), ("us", _l("we")), ("independent", _l("an outside body"))],
    )
    most_days = whole(_l("Days at most in one case"), needed=False)
    leave_out = BooleanField(_l("Leave this reason out"))


class RulesForm(FlaskForm):
    """A version of the rules, the day it begins to count, and what to try it with."""

    version = SeenVersionField()
    look = HiddenField()  # the button that shows and does not save
    looked_at = HiddenField()  # what was shown before saving, as a digest: another edit is shown first
    effective_on = day(
        _l("From which day it counts"), hint=_l("Today or later. Cases that are open then keep the rules they have.")
    )
    note = line(_l("What people read about these times"), needed=_l("Say where these times come from."), most=200)
    before_assessment = pick(_l("Level that counts before anyone has assessed a concern"), LEVELS)
    grace_hours = whole(_l("Hours left when an assessment would put a date into the past"))
    answer_collective_days = whole(_l("Days a group has to answer"))
    appeal_window_days = whole(_l("Days to appeal"))
    without_approval = whole(_l("How often a date can be put off"))
    with_approval = whole(_l("How often more, with somebody above agreeing"))
    most_days = whole(_l("Days a date can be put off by, at most"))
    severe_from = pick(_l("Severe cases begin at level"), LEVELS)
    rungs = FieldList(FormField(RungForm), max_entries=40)
    checks = FieldList(FormField(CheckForm), max_entries=40)
    pauses = FieldList(FormField(PauseForm), max_entries=40)
    try_on = day(_l("A concern that comes in on"), needed=False)
    try_level = pick(_l("at level"), LEVELS)

    def validate(self, extra_validators: object = None) -> bool:
        """Every promise that is made has its number, and every step of the ladder its time."""
        is_whole = bool(super().validate(extra_validators))
        for promise in Promise:
            for level in Level:
                field = self[cell_name(promise, level)]
                if not field.errors and (words := _why_not(promise, field, self[f"{field.name}_unit"].data)):
                    field.errors, is_whole = [words], False
        for row in self.rungs:
            if row.form.code.data and row.form.when.data is None and not (row.form.leave_out.data or row.form.errors):
                row.form.when.errors, is_whole = [gettext("Write a whole number, like 30.")], False
        return self._checks_are_whole() and is_whole

    def _checks_are_whole(self) -> bool:
        """Every line of checks has its category and its days, and no category two lines."""
        seen: set[str] = set()
        is_whole = True
        for row in self.checks:
            found = row.form.why_not()
            if found is None and row.form.category.data in seen:
                found = row.form.category, str(gettext("This category has a line already."))
            if found is not None and not row.form.days.errors:
                field, words = found
                field.errors, is_whole = [words], False
            if row.form.category.data:
                seen.add(row.form.category.data)
        return is_whole


def _why_not(promise: Promise, field: LengthField, unit: str) -> str | None:
    if unit in (NOT_PROMISED, DATED_PLAN):
        return None
    if not field.counts:
        return str(gettext("Write a number, or choose that it is not promised."))
    if len(field.counts) > 1 and (promise is not Promise.CHECK_AFTERWARDS or unit != "days"):
        return str(gettext("Write one number."))
    return None


def seat_words(seat: str) -> str:
    """Return who sits on a rung, from the way the documents write it."""
    role = labels.label("role", seat.removesuffix(ALL_SITES))
    return str(gettext("%(role)s of all sites", role=role)) if seat.endswith(ALL_SITES) else role


def cell_name(promise: Promise, level: Level) -> str:
    return f"{promise.value}_{level.value}"


def units_of(promise: Promise) -> list[tuple[str, object]]:
    """Return in what a promise can be counted."""
    units: list[tuple[str, object]] = [("days", _l("days")), ("hours", _l("hours"))]
    if promise is Promise.INTERIM_MEASURE:
        units += [(f"days{HARM}", _l("days, ongoing harm"))]
        units += [(f"hours{HARM}", _l("hours, ongoing harm"))]
    if promise is Promise.IMPLEMENT:
        units.append((DATED_PLAN, _l("an agreed date")))
    return [*units, (NOT_PROMISED, _l("not promised"))]


for _level in Level:
    setattr(RulesForm, f"news_{_level.value}", whole(_l("Days between news, level %(level)s", level=_level.value)))
    for _promise in Promise:
        _named = {"promise": labels.LABELS["promise"][_promise.value], "level": _level.value}
        setattr(RulesForm, cell_name(_promise, _level), LengthField(_l("%(promise)s, level %(level)s", **_named)))
        setattr(
            RulesForm,
            f"{cell_name(_promise, _level)}_unit",
            pick(_l("%(promise)s, level %(level)s: counted in", **_named), units_of(_promise)),
        )
for _kind in Kind:
    if _kind.takes_short_road:
        setattr(RulesForm, f"short_{_kind.value}", whole(labels.LABELS["kind"][_kind.value]))
