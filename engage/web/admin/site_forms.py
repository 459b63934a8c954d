"""The form of a site."""

import re
from dataclasses import fields as fields_of
from typing import Any
from zoneinfo import available_timezones

from babel import Locale
from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, Regexp

from engage.models import Site
from engage.queries import triage_parts
from engage.services.site_settings import SiteDetails
from engage.web.admin import fields

_SPARE = 2  # empty lines to fill in, each time the form is opened
_FOR = ("violence", "children")


def _bare(value: str | None) -> str | None:
    return value.replace("\0", "").strip() or None if value else None


def _line(label: Any, *, needed: Any = None, most: int = 200, hint: Any = "") -> StringField:
    wanted = InputRequired(needed) if needed else Optional()
    return StringField(label, description=hint, filters=[_bare], validators=[wanted, Length(max=most)])


class HelpForm(Form):
    """A line of help for violence or children."""

    name = _line(_l("Name"))
    phone = _line(_l("Phone"))
    hours = _line(_l("Hours"))
    for_ = SelectField(_l("For"), validators=[Optional()])

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        words = {"violence": gettext("violence"), "children": gettext("children")}
        self.for_.choices = [SelectChoice(code, words[code]) for code in _FOR]


class AvenueForm(Form):
    """A place outside the company to turn to."""

    name = _line(_l("Name"))
    contact = _line(_l("How to reach it"), most=400)
    what_for = _line(_l("For what"), most=400)
    costs = _line(_l("What it costs people"))
    independent = BooleanField(_l("Can look at a case of ours as an independent body"))


class SiteForm(FlaskForm):
    """What may be changed of a site."""

    name = _line(_l("Name"), needed=_l("Enter the name people know it by."), most=120)
    country = SelectField(_l("Country"), validators=[Optional()])
    time_zone = SelectField(
        _l("Time zone"), description=_l("Promised days begin and end here."), validators=[InputRequired()]
    )
    locale = StringField(
        _l("Language people speak there"),
        description=_l("Its code of two or three letters, for instance es, fr or sr."),
        validators=[
            InputRequired(_l("Enter a code.")),
            Regexp(r"^[a-z]{2,3}(@[a-z]+)?$", message=_l("This is no code.")),
        ],
    )
    is_open = BooleanField(_l("Takes concerns"))
    closes_on = fields.day(
        _l("The mine closes on"),
        needed=False,
        hint=_l("Cases about land, homes, heritage and consent are kept for years after it. Empty: nobody knows yet."),
    )
    phone = _line(_l("Phone"))
    phone_hours = _line(_l("When the phone is answered"))
    office = _line(_l("Office, with its hours"), most=400)
    letter_boxes = TextAreaField(_l("Letter boxes"), filters=[_bare], validators=[Optional(), Length(max=1000)])
    mail_address = StringField(
        _l("E-mail address for concerns"),
        description=_l("What people write there becomes a concern of this site. It has to end up in our mailbox."),
        filters=[lambda value: value.strip().lower() or None if value else None],
        validators=[
            Optional(),
            Length(max=200),
            Regexp(r"^[^@\s<>\"]+@[^@\s<>\"]+$", message=_l("This is no address.")),
        ],
    )
    help_services = FieldList(FormField(HelpForm))
    outside_avenues = FieldList(FormField(AvenueForm))
    security = SelectMultipleField(
        _l("Who does security here?"),
        description=_l(
            "Departments and contractors as they stand with the people who work there. They and those above and below "
            "them see nothing of concerns about security."
        ),
    )

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        territories = (get_locale() or Locale("en")).territories
        countries = sorted((name, code) for code, name in territories.items() if re.fullmatch("[A-Z]{2}", code))
        self.country.choices = [SelectChoice("", gettext("None"))] + [
            SelectChoice(code, name) for name, code in countries
        ]
        departments, contractors = triage_parts.places()
        known = [_value("department", name) for name in departments]
        known += [_value("contractor", name) for name in contractors]
        kept = [_value(row["kind"], row["name"]) for row in named.get("kept_security", ())]
        self.security.choices = [SelectChoice(one, _place(one)) for one in dict.fromkeys([*known, *kept])]
        # Names of places, and UTC: "localtime" and its like are no zone of a site.
        zones = sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")
        self.time_zone.choices = [SelectChoice(zone, zone) for zone in zones]


class NewSiteForm(SiteForm):
    """A site that is not there yet."""

    code = StringField(
        _l("Code"),
        description=_l("Three letters. References begin with it, so it can never be changed."),
        filters=[lambda value: value.strip().upper() if value else value],
        validators=[
            InputRequired(_l("Enter a code.")),
            Regexp(r"^[A-Z]{3}$", message=_l("Use three letters from A to Z.")),
        ],
    )


def opened(site: Site) -> SiteForm:
    """Return the form with what the site has; where it was sent, with what was typed."""
    held = {one.name: getattr(site, one.name) for one in fields_of(SiteDetails)}
    form = SiteForm(
        data=held
        | {
            "help_services": [{**row, "for_": row.get("for")} for row in site.help_services],
            "security": [_value(row["kind"], row["name"]) for row in site.security],
        },
        kept_security=site.security,  # names that nobody stands with any more can still be ticked away
    )
    return spared(form)


def _value(kind: str, name: str) -> str:
    return f"{kind}:{name}"


def _place(value: str) -> str:
    kind, _, name = value.partition(":")
    words = {"department": gettext("department"), "contractor": gettext("contractor")}
    return f"{name} ({words[kind]})"


def _named(value: str) -> dict[str, str]:
    kind, _, name = value.partition(":")
    return {"kind": kind, "name": name}


def spared(form: SiteForm) -> SiteForm:
    """Add empty lines to a form that is shown for the first time."""
    if not form.is_submitted():
        for rows in (form.help_services, form.outside_avenues):
            for _ in range(_SPARE):
                rows.append_entry()
    return form


def details_of(form: SiteForm) -> SiteDetails:
    """Return what the form says; lines without a name are left out."""
    return SiteDetails(
        name=form.name.data,
        country=form.country.data or "",
        time_zone=form.time_zone.data,
        locale=form.locale.data,
        is_open=form.is_open.data,
        closes_on=form.closes_on.data,
        phone=form.phone.data,
        phone_hours=form.phone_hours.data,
        office=form.office.data,
        letter_boxes=form.letter_boxes.data,
        mail_address=form.mail_address.data,
        help_services=[
            {"name": row["name"], "phone": row["phone"] or "", "hours": row["hours"] or "", "for": row["for_"]}
            for row in form.help_services.data
            if row["name"]
        ],
        outside_avenues=[
            {"name": row["name"], "contact": row["contact"] or "", **_more_of(row)}
            for row in form.outside_avenues.data
            if row["name"]
        ],
        security=[_named(value) for value in form.security.data or ()],
    )


def _more_of(row: dict[str, Any]) -> dict[str, Any]:
    """What is said of a place beside its name and contact."""
    return {name: row[name] for name in ("what_for", "costs", "independent") if row[name]}
