"""The inbox's filters: a form in the address of the page. What nobody offers is left out, a wrong date is named."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict
from wtforms import Form, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from engage.domain.lifecycle import Stage
from engage.queries.inbox import NOBODY, Filters
from engage.queries.inbox_choices import Choices
from engage.services import sites
from engage.web import labels
from engage.web.locale import gettext
from engage.web.locale import lazy_gettext as _l
from engage.web.staff.form_fields import FarYear, YearsField

ME = "me"
NAMES = ("site", "category", "severity", "stage", "channel", "assignee", "since", "until")


class DayField(YearsField):
    """A date as browsers send it; whatever else was typed is said to be none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except FarYear:
            raise
        except ValueError as error:
            raise ValueError(gettext("This is no date. Write it like 2026-12-05.")) from error


class FilterForm(Form):
    """What the cases are narrowed to. Not a form that changes anything, so it carries no token."""

    category = SelectField(_l("Category"), validators=[Optional()])
    severity = SelectField(_l("Severity"), validators=[Optional()])
    stage = SelectField(_l("Stage"), validators=[Optional()])
    channel = SelectField(_l("How it came in"), validators=[Optional()])
    assignee = SelectField(_l("With"), validators=[Optional()])
    since = DayField(_l("Received from"), validators=[Optional()])
    until = DayField(_l("Received until"), validators=[Optional()])


class SitesFilterForm(FilterForm):
    """The same for somebody who sees several sites."""

    site = SelectField(_l("Site"), validators=[Optional()])


def read(address: MultiDict[str, str], choices: Choices) -> FilterForm:
    """Return the form as the address has it, without values that nobody offers."""
    form = SitesFilterForm(address) if len(choices.sites) > 1 else FilterForm(address)
    taxonomy = sites.shipped_catalogue().taxonomy
    if isinstance(form, SitesFilterForm):
        _offer(form.site, [(str(site.id), site.name) for site in choices.sites])
    _offer(form.category, [(one.code, gettext(one.label)) for one in taxonomy.categories])
    _offer(form.severity, [(str(level), str(level)) for level in range(5, 0, -1)])
    _offer(form.stage, [(stage.value, labels.label("stage", stage)) for stage in Stage])
    _offer(form.channel, [(one.code, gettext(one.label)) for one in taxonomy.lists["channels"]])
    people = [(str(user_id), name) for user_id, name in choices.people]
    _offer(form.assignee, [(ME, gettext("Me")), (NOBODY, gettext("Nobody")), *people])
    form.validate()
    return form


def _offer(field: SelectField, pairs: list[tuple[str, str]]) -> None:
    field.choices = [SelectChoice("", gettext("Any")), *(SelectChoice(value, label) for value, label in pairs)]
    if field.data not in {value for value, _ in pairs}:
        field.data = ""


def chosen(form: FilterForm) -> Mapping[str, str]:
    """Return what is filtered by, as the address has it; dates that are none are left out."""
    values = {field.name: field.data for field in form if field.data and not field.errors}
    return {name: value.isoformat() if isinstance(value, date) else str(value) for name, value in values.items()}


def words_of(form: FilterForm) -> Mapping[str, str]:
    """Return what is filtered by, in words: Stage: received."""
    found = {}
    for name, value in chosen(form).items():
        offered = {option.value: option.label for option in getattr(form[name], "choices", ())}
        found[name] = f"{form[name].label.text}: {offered.get(value, value)}"
    return found


def filters(form: FilterForm, *, me: uuid.UUID | None, time_zone: str, found: Sequence[uuid.UUID] | None) -> Filters:
    """Return what the query needs; days begin and end in the zone, named as IANA does."""
    picked, zone = chosen(form), ZoneInfo(time_zone)
    assignee = picked.get("assignee")
    return Filters(
        site_id=uuid.UUID(picked["site"]) if "site" in picked else None,
        category=picked.get("category"),
        level=int(picked["severity"]) if "severity" in picked else None,
        stage=Stage(picked["stage"]) if "stage" in picked else None,
        channel=picked.get("channel"),
        assignee=me if assignee == ME else NOBODY if assignee == NOBODY else uuid.UUID(assignee) if assignee else None,
        received_from=_midnight(picked.get("since"), zone),
        received_before=_midnight(picked.get("until"), zone, days_later=1),
        found=found,
    )


def _midnight(day: str | None, zone: ZoneInfo, days_later: int = 0) -> datetime | None:
    if day is None:
        return None
    return datetime.combine(date.fromisoformat(day) + timedelta(days=days_later), time(), zone)
