"""The form for a concern that somebody tells a member of staff."""

import json
import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import Field, HiddenField, StringField
from wtforms.validators import Optional, Regexp, ValidationError

from engage import clock
from engage.domain.case import Identity, Kind, Road
from engage.domain.wall_clock import instant_of
from engage.services import intake
from engage.services.contact import Problem
from engage.web.staff import form_fields as fields
from engage.web.staff.form_fields import StaffForm, choices
from engage.web.typed import plain

_WORDS = frozenset({"what_happened", "where_it_happened", "when_it_happened", "what_would_make_it_right"})
_TIME = re.compile(r"^([01]?\d|2[0-3])[:.]([0-5]\d)$")

PROBLEMS = {
    Problem.ROAD_NOT_OPEN: _l("This road is not open to somebody who speaks in this way. Choose another."),
    Problem.NEEDS_EMAIL: _l("Write the e-mail address, or choose another road."),
    Problem.NEEDS_EMAIL_OR_PHONE: _l("Write an e-mail address or a phone number, or choose another road."),
    Problem.NEEDS_ALL_AGAIN: _l("Write this again, too."),
    Problem.NEEDS_FACILITATOR: _l("Write who carries messages, and how we reach them."),
    Problem.BAD_EMAIL: _l("Write an e-mail address like name@example.com."),
    Problem.BAD_PHONE: _l("Write a phone number with its country code, like +381 11 123 45 67."),
    Problem.TOO_LONG: _l("Use fewer characters."),
}


class TakeDownForm(StaffForm):
    token = HiddenField()
    site = fields.pick(_l("Site"), needed=_l("Choose a site"))
    channel = fields.pick(_l("How did it reach us?"), needed=_l("Choose how it reached us"))
    received_on = fields.day(
        _l("On which day was it told to anyone of us?"),
        hint=_l("Our promises count from this day, whoever of us heard it first."),
        needed=_l("Give the day"),
    )
    received_time = StringField(
        _l("At what time? (optional)"),
        description=_l("For instance 14:30"),
        filters=[plain],
        validators=[Optional(), Regexp(_TIME, message=_l("Write the time like 14:30."))],
    )
    what_happened = fields.words(
        _l("What happened, in the person's words"), hint=_l("Add a recording below if there is one.")
    )
    files = fields.files(_l("Recording, photos or papers (optional)"))
    wants_originals = fields.tick(
        _l("Keep photos and films as they came, too, though the person gives no name"),
        hint=_l(
            "They may tell where the person was and which phone took them. Tick this only if the person wants it. They "
            "are locked away, and the custodian alone can open them. With a name we always do so."
        ),
    )
    where_it_happened = fields.line(_l("Where did it happen? (optional)"))
    when_it_happened = fields.line(_l("When did it happen? (optional)"))
    what_would_make_it_right = fields.words(_l("What would make it right? (optional)"))
    kind = fields.choose(_l("What is it?"), needed=_l("Choose what it is"))
    about = fields.several(
        _l("Is it about one of these?"),
        choices(
            [
                ("violence", _l("Sexual or gender-based violence")),
                ("child", _l("Harm to a child")),
            ]
        ),
        hint=_l("Then only the focal point will see it. Give the person the card; you cannot open the case later."),
    )
    speaks_as = fields.pick(_l("Who speaks? (optional)"))
    on_behalf = fields.tick(_l("They speak for somebody else"))
    is_collective = fields.tick(_l("They speak for a group or a community"))
    locale = fields.pick(_l("Language for our messages"), needed=_l("Choose a language"))
    read_back = fields.tick(
        _l("I read it back to the person, and they said it is right"),
        hint=_l("Leave it empty for a letter, or when it could not be done."),
    )
    identity = fields.choose(
        _l("How does the person want to be known?"),
        choices(
            [
                (Identity.NAMED.value, _l("By name: the case team sees it")),
                (Identity.CONFIDENTIAL.value, _l("By name, kept secret: only the custodian sees it")),
                (Identity.ANONYMOUS.value, _l("Without a name: nothing is written down")),
            ]
        ),
        needed=_l("Choose how the person wants to be known"),
    )
    road = fields.choose(
        _l("How may we reach them?"),
        choices(
            [
                (Road.DIRECT.value, _l("Directly, by the case team (with a name)")),
                (Road.CUSTODIAN.value, _l("Through the custodian (name kept secret)")),
                (Road.RELAY.value, _l("By e-mail that nobody of us can see")),
                (Road.FACILITATOR.value, _l("Through somebody they trust")),
                (Road.NONE.value, _l("Not at all: they come back with the code")),
            ]
        ),
        needed=_l("Choose how we may reach them"),
    )
    name = fields.line(_l("Name"))
    organisation = fields.line(_l("Organisation"))
    email = fields.line(_l("E-mail address"))
    phone = fields.line(_l("Phone number"))
    facilitator = fields.line(_l("Who carries messages, and how we reach them"))

    def validate_token(self, field: Field) -> None:
        if not intake.is_token(field.data or ""):
            raise ValidationError(gettext("The page was open for too long."))

    def validate_received_on(self, field: Field) -> None:
        # A day more than in UTC: it is tomorrow already in the east.
        if field.data and field.data > clock.utcnow().date() + timedelta(days=1):
            raise ValidationError(gettext("This day has not come yet."))

    @property
    def says_something(self) -> bool:
        """Whether there are words; without them a file has to speak."""
        return bool(self.what_happened.data)

    @property
    def ticks(self) -> str:
        """Everything that was answered beside the words and files, as one text to compare."""
        beside = self.data.keys() - {"csrf_token", "version", "token", "files", *_WORDS}
        return json.dumps({name: self.data[name] for name in sorted(beside)}, default=str)

    def received_at(self, time_zone: str) -> datetime:
        """Return the instant it was told: the time on that day at the site, else noon, and never later than now."""
        at = time(12)
        if match := _TIME.match(self.received_time.data or ""):
            at = time(int(match[1]), int(match[2]))
        told = instant_of(datetime.combine(self.received_on.data, at), ZoneInfo(time_zone))
        return min(told, clock.utcnow())

    def offer_kinds(self, labelled: list[tuple[str, str]]) -> None:
        """Offer what it can be; a grievance unless something else is chosen."""
        self.kind.choices = choices(labelled)
        if self.kind.data is None:
            self.kind.data = Kind.GRIEVANCE.value
