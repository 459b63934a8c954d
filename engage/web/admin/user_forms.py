"""The form of a person who works here, and the roles they hold."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from engage.domain.policy import Membership, Role
from engage.services import sites as site_rules
from engage.services.accounts import Details
from engage.web import labels
from engage.web.locale import LANGUAGES

_EVERYWHERE = "all"


@dataclass(frozen=True, slots=True)
class Place:
    """A site, or all of them, at which roles can be given."""

    id: uuid.UUID | None
    name: str


@dataclass(frozen=True, slots=True)
class Box:
    """One role at one place, as a box to tick."""

    value: str
    label: str
    hint: str
    checked: bool


def _is_address(form: FlaskForm, field: StringField) -> None:
    try:
        validate_email(field.data or "", check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise ValidationError(_l("Enter an address like name@example.com.")) from error


class UserForm(FlaskForm):
    """Who somebody is and what they may do where."""

    name = StringField(
        _l("Name"),
        filters=[lambda value: value.replace("\0", "").strip() if value else value],
        validators=[InputRequired(_l("Enter a name.")), Length(max=120)],
    )
    email = StringField(
        _l("E-mail address"),
        filters=[lambda value: value.strip() if value else value],
        validators=[InputRequired(_l("Enter an address.")), Length(max=254), _is_address],
    )
    locale = SelectField(_l("Language of the pages"), validators=[Optional()])
    roles = SelectMultipleField(_l("Roles"), validators=[Optional()])

    def __init__(self, places: Sequence[Place], **named: object) -> None:
        super().__init__(**named)
        self.locale.choices = [SelectChoice(one.code, one.name) for one in LANGUAGES.values()]
        self.roles.choices = [SelectChoice(_value(role, place.id), role.value) for place in places for role in Role]


class BareForm(FlaskForm):
    """A button and the token that forms need."""


def details_of(form: UserForm) -> Details:
    """Return who it is."""
    return Details(email=form.email.data or "", name=form.name.data or "", locale=form.locale.data or "en")


def roles_of(form: UserForm) -> list[Membership]:
    """Return the roles that are ticked."""
    found = []
    for value in form.roles.data or ():
        role, _, place = value.partition("@")
        found.append(Membership(Role(role), None if place == _EVERYWHERE else uuid.UUID(place)))
    return found


def values_of(held: Iterable[Membership]) -> list[str]:
    """Return roles as the form has them."""
    return [_value(one.role, one.site_id) for one in held]


def boxes(form: UserForm, places: Sequence[Place]) -> list[dict[str, object]]:
    """Return the boxes to tick, by place; what a place holds is open where something is ticked."""
    ticked = set(form.roles.data or ())
    hints = {one.code: gettext(one.hint) if one.hint else "" for one in site_rules.shipped_catalogue().roles}
    groups: list[dict[str, object]] = []
    for place in places:
        rows = [
            Box(value, labels.label("role", role), hints[role.value], value in ticked)
            for role, value in ((role, _value(role, place.id)) for role in Role)
        ]
        groups.append({"name": place.name, "boxes": rows, "count": sum(row.checked for row in rows)})
    return groups


def _value(role: Role, site_id: uuid.UUID | None) -> str:
    return f"{role.value}@{site_id or _EVERYWHERE}"
