"""The forms of a site's calendars: hours by weekday, closures, files, days of communities."""

from typing import Any

from babel import Locale
from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, StringField
from wtforms.fields.choices import SelectChoice

from engage.domain.calendar_changes import read_slots, slots_from, slots_text
from engage.domain.calendars import Slot
from engage.domain.guards import Refused
from engage.models import Site, SiteHours
from engage.queries import calendars
from engage.services.calendars import Hours
from engage.web import labels
from engage.web.admin.fields import SeenVersionField, day, line, pick

WEEKDAYS = range(7)
_TYPICAL = "08:00-12:00, 13:00-17:00"  # Ours: what a form without hours suggests for Monday to Friday.


class SlotsField(StringField):
    """Hours of one day, several with commas between them; empty for none."""

    slots: tuple[Slot, ...] = ()

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data: Any = "".join(valuelist[:1])
        try:
            self.slots = read_slots(self.data)
        except Refused as refused:
            raise ValueError(labels.refusal(refused.refusal)) from refused


class HoursForm(FlaskForm):
    """When a site works, whose public holidays it keeps, and what to try it with."""

    version = SeenVersionField()
    look = HiddenField()  # the button that shows and does not save
    looked_at = HiddenField()  # what was shown before saving, as a digest
    country = pick(_l("Public holidays of"))
    region = pick(
        _l("Region"),
        hint=_l("After another country was chosen, look at the change once to see its regions."),
        validate_choice=False,  # the use case looks at the region and its country together
    )
    try_on = day(_l("A chore that is given out on"), needed=False)

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        names = (get_locale() or Locale("en")).territories
        known = sorted((names.get(code, code), code) for code in calendars.countries())
        self.country.choices = [SelectChoice("", gettext("None"))] + [SelectChoice(code, name) for name, code in known]
        here = calendars.regions(self.country.data or "")
        self.region.choices = [SelectChoice("", gettext("The whole country"))] + [
            SelectChoice(code, name) for code, name in here.items()
        ]

    @property
    def days(self) -> list[SlotsField]:
        """The fields of the week, Monday first."""
        return [self[f"day_{weekday}"] for weekday in WEEKDAYS]


for _weekday in WEEKDAYS:
    setattr(HoursForm, f"day_{_weekday}", SlotsField())


class ClosureForm(FlaskForm):
    """Days on which a site does not work."""

    first = day(_l("First day"))
    last = day(_l("Last day"), needed=False, hint=_l("Leave it empty for one day."))
    reason = line(_l("Why"), needed=_l("Say why: whoever waits for a chore reads it."))


class ImportForm(FlaskForm):
    """A calendar file."""

    file = FileField(
        _l("Calendar file"),
        description=_l("Its name ends in .ics. Whole days are taken, once or every year; the rest is named."),
        validators=[FileRequired(_l("Choose a file."))],
    )


class PeriodForm(FlaskForm):
    """Days a community keeps for itself."""

    community = line(_l("Community"), needed=_l("Enter its name, as it calls itself."), most=120)
    reason = pick(_l("Why"))
    first = day(_l("First day"))
    last = day(_l("Last day"), needed=False, hint=_l("Leave it empty for one day."))


class RemoveForm(FlaskForm):
    """A button and the token that forms need."""


def opened(site: Site, hours: SiteHours | None, **shown: Any) -> HoursForm:
    """Return the form with the hours there are, or ordinary ones; where it was sent, with what was typed."""
    texts = {number: slots_text(slots) for number, slots in slots_from(hours.slots).items()} if hours else {}
    week = {
        f"day_{weekday}": texts.get(weekday, "") if hours else (_TYPICAL if weekday < 5 else "") for weekday in WEEKDAYS
    }
    country = hours.country if hours else site.country
    region = hours.region if hours else ""
    form = HoursForm(
        data={**week, "version": hours.version if hours else 0, "country": country, "region": region, **shown}
    )
    for weekday, field in enumerate(form.days):
        field.label.text = _weekday_name(weekday)
    return form


def hours_of(form: HoursForm) -> Hours:
    """Return what the form says."""
    slots = {weekday: field.slots for weekday, field in enumerate(form.days) if field.slots}
    return Hours(slots, form.country.data or "", form.region.data or "")


def _weekday_name(weekday: int) -> str:
    return str((get_locale() or Locale("en")).days["stand-alone"]["wide"][weekday])
