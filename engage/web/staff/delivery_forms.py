"""The filters of the delivery console, in the address of the page. What nobody offers is left out."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import ngettext
from werkzeug.datastructures import MultiDict
from wtforms import Form, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from engage.domain.delivery import Urgency
from engage.queries.delivery import Filters
from engage.queries.inbox_choices import SiteChoice
from engage.web import delivery_labels
from engage.web.locale import gettext
from engage.web.locale import lazy_gettext as _l

NAMES = ("site", "road", "urgency", "older", "also")
EVERYTHING = "everything"
_HOURS = (1, 24, 72, 168)  # ours: from "just now" to "somebody has forgotten this"
_OFFERED_ROADS = ("email", "sms", "errand", "letter", "facilitator", "board", "case")


class DeliveryFilterForm(Form):
    """What notices are narrowed to. Not a form that changes anything, so it carries no token."""

    site = SelectField(_l("Site"), validators=[Optional()])
    road = SelectField(_l("By which way"), validators=[Optional()])
    urgency = SelectField(_l("How urgent"), validators=[Optional()])
    older = SelectField(_l("Older than"), validators=[Optional()])
    also = SelectField(_l("Which ones"), validators=[Optional()])


def read(address: MultiDict[str, str], sites: tuple[SiteChoice, ...]) -> DeliveryFilterForm:
    """Return the form as the address has it, without values that nobody offers."""
    form = DeliveryFilterForm(address)
    _offer(form.site, [(str(site.id), site.name) for site in sites])
    _offer(form.road, [(code, delivery_labels.road(code)) for code in _OFFERED_ROADS])
    _offer(form.urgency, [(str(one.value), str(delivery_labels.URGENCIES[one])) for one in Urgency])
    _offer(form.older, [(str(hours), _age(hours)) for hours in _HOURS])
    _offer(form.also, [(EVERYTHING, gettext("Also those that need nobody any more"))], gettext("Those to look after"))
    return form


def _age(hours: int) -> str:
    if hours < 24:
        return str(ngettext("%(num)d hour", "%(num)d hours", hours))
    return str(ngettext("%(num)d day", "%(num)d days", hours // 24))


def _offer(field: SelectField, pairs: list[tuple[str, str]], nothing: str | None = None) -> None:
    none = SelectChoice("", nothing or gettext("Any"))
    field.choices = [none, *(SelectChoice(value, label) for value, label in pairs)]
    if field.data not in {value for value, _ in pairs}:
        field.data = ""


def chosen(form: DeliveryFilterForm) -> Mapping[str, str]:
    """Return what is filtered by, as the address has it."""
    return {field.name: str(field.data) for field in form if field.data}


def words_of(form: DeliveryFilterForm) -> Mapping[str, str]:
    """Return what is filtered by, in words: Road: e-mail."""
    found = {}
    for name, value in chosen(form).items():
        offered = {option.value: option.label for option in form[name].choices}
        found[name] = f"{form[name].label.text}: {offered[value]}"
    return found


def filters(form: DeliveryFilterForm, now: datetime) -> Filters:
    """Return what the query needs."""
    picked = chosen(form)
    return Filters(
        site_id=UUID(picked["site"]) if "site" in picked else None,
        road=picked.get("road"),
        urgency=Urgency(int(picked["urgency"])) if "urgency" in picked else None,
        made_before=now - timedelta(hours=int(picked["older"])) if "older" in picked else None,
        followed_up="also" in picked,
    )
