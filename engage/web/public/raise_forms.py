"""The pages of the form by which a concern is raised: shape and size of what is typed, nothing else.

The names of the fields are a contract (docs/intake.md): scripts, kiosks and partners send them, too.
"""

import re

from flask import request
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.csrf import _FlaskFormCSRF
from govuk_frontend_wtf.wtforms_widgets import (
    GovCheckboxInput,
    GovRadioInput,
    GovSelect,
    GovTextArea,
    GovTextInput,
)
from wtforms import (
    BooleanField,
    Field,
    Form,
    HiddenField,
    MultipleFileField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional, ValidationError

from engage.domain.case import Identity, Kind, Road
from engage.services import intake
from engage.web import triage_labels
from engage.web.public.repeated import RepeatedLine

_ = lazy_gettext
ADDRESSED = (Road.DIRECT.value, Road.RELAY.value)  # ways that take an address, in the order of the page
WORDS, MORE_WORDS, LINE = 20_000, 5_000, 500  # characters; ours: ten printed pages, two, and a few lines
ASIDE = frozenset({"token", "website", "csrf_token", "turn"})  # what belongs to the page and not to the concern
# Control characters no keyboard types and no database takes; line breaks and tabs stay.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def tidy(text: str | None) -> str | None:
    """Return what was typed with one kind of line break and nothing unprintable; None when nothing is left."""
    if not text:
        return None
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip() or None


def short_enough(most: int) -> Length:
    return Length(max=most, message=_("This is too long. Use %(most)s characters or fewer.", most=most))


class SameOriginOrToken(_FlaskFormCSRF):
    """A form of ours is known by its token, or by the browser's word that it comes from a page of ours.

    Somebody whose browser keeps no cookies has no token that matches, and must be able to speak up all the same. No
    other site can make a browser say "same-origin".
    """

    def validate_csrf_token(self, form: Form, field: Field) -> None:
        if request.headers.get("Sec-Fetch-Site") != "same-origin":
            super().validate_csrf_token(form, field)


class RaiseForm(FlaskForm):
    """What every page of the form carries."""

    class Meta(FlaskForm.Meta):
        csrf_class = SameOriginOrToken

    token = HiddenField()
    turn = HiddenField()  # when it may be sent, where very many come from one place: engage.web.public.turns
    # Nobody sees this line; a program that fills in whatever it finds is marked for review.
    website = StringField(_("Leave this line empty"))

    def validate_token(self, field: Field) -> None:
        if not intake.is_token(field.data or ""):
            raise ValidationError(gettext("The page was open for too long."))

    @property
    def typed(self) -> dict[str, str | bool | None]:
        """What was typed, by name of field, without what belongs to the page."""
        return {name: field.data for name, field in self._fields.items() if name not in ASIDE | {"files"}}


class WhatForm(RaiseForm):
    what_happened = TextAreaField(
        _("What happened?"),
        description=_("Write it as you would tell it to a neighbour. Any language is fine."),
        widget=GovTextArea(),
        filters=[tidy],
        validators=[short_enough(WORDS)],
    )
    files = MultipleFileField(_("Add photos, recordings or papers"))
    wants_originals = BooleanField(
        _("Also keep my photos and films as they came, though I give no name"),
        description=_(
            "We take out where you were and which phone you have. As they came they can prove more, and they can give "
            "you away. We lock them away: one trusted person can open them, and you are told. If you give your name, "
            "we always do so."
        ),
        widget=GovCheckboxInput(),
    )


class WhereForm(RaiseForm):
    kind = RadioField(
        _("What is it?"),
        widget=GovRadioInput(),
        choices=[
            SelectChoice(Kind.GRIEVANCE.value, _("A problem: something is wrong and must be put right")),
            SelectChoice(Kind.QUESTION.value, _("A question")),
            SelectChoice(Kind.SUGGESTION.value, _("An idea")),
            SelectChoice(Kind.COMPLIMENT.value, _("Thanks")),
            SelectChoice(Kind.INFORMATION_REQUEST.value, _("I ask for information or papers")),
        ],
        default=Kind.GRIEVANCE.value,
    )
    site = SelectField(_("Which mine is it about?"), widget=GovSelect(), default="")
    where_it_happened = StringField(
        _("Where did it happen?"),
        description=_("A village, a road, a river, a field. As you would explain the way."),
        widget=GovTextInput(),
        filters=[tidy],
        validators=[short_enough(LINE)],
    )
    when_it_happened = StringField(
        _("When did it happen?"),
        description=_("A day, or about when. Say if it still goes on."),
        widget=GovTextInput(),
        filters=[tidy],
        validators=[short_enough(LINE)],
    )
    own_view = RadioField(
        _("How bad is it for you?"),
        widget=GovRadioInput(),
        choices=[SelectChoice(value, triage_labels.GROUPS["own_view"][value]) for value in ("little", "much", "very")],
        default=None,
        validators=[Optional()],
    )
    what_would_make_it_right = TextAreaField(
        _("What would make it right?"),
        description=_("What should we do? You can say it later, too."),
        widget=GovTextArea(),
        filters=[tidy],
        validators=[short_enough(MORE_WORDS)],
    )


class WhoForm(RaiseForm):
    speaks_as = SelectField(_("Who are you?"), widget=GovSelect(), default="")
    organisation = StringField(
        _("Name of your group or organisation"),
        description=_("Only if you speak for one."),
        widget=GovTextInput(),
        filters=[tidy],
        validators=[short_enough(200)],
    )
    on_behalf = BooleanField(_("I write this for somebody else"), widget=GovCheckboxInput())
    is_collective = BooleanField(_("Many people are hit by this, and I speak for them"), widget=GovCheckboxInput())
    identity = RadioField(
        _("May we know your name?"),
        description=_("You are heard in the same way, whatever you choose. You can change it later."),
        widget=GovRadioInput(),
        choices=[
            SelectChoice(Identity.ANONYMOUS.value, _("No. I stay without a name")),
            SelectChoice(Identity.NAMED.value, _("Yes. The people who work on it may know it")),
            SelectChoice(Identity.CONFIDENTIAL.value, _("Yes, but keep it secret. One trusted person may know it")),
        ],
        default=Identity.ANONYMOUS.value,
    )
    name = RepeatedLine(
        _("Your name"),
        of="identity",
        under=(Identity.NAMED.value, Identity.CONFIDENTIAL.value),
        widget=GovTextInput(),
        filters=[tidy],
        validators=[short_enough(200)],
    )
    road = RadioField(
        _("How can we reach you?"),
        widget=GovRadioInput(),
        choices=[
            SelectChoice(Road.NONE.value, _("Do not reach me. I come back with my code")),
            SelectChoice(Road.DIRECT.value, _("Write to me or call me")),
            SelectChoice(Road.RELAY.value, _("Send word to a hidden e-mail address")),
            SelectChoice(Road.FACILITATOR.value, _("Through somebody I trust")),
        ],
        default=Road.NONE.value,
        # Write to me, said in confidence, is the custodian's road; scripts may name it.
        filters=[lambda road: Road.DIRECT.value if road == Road.CUSTODIAN else road],
    )
    email = RepeatedLine(_("E-mail address"), of="road", under=ADDRESSED, widget=GovTextInput(), filters=[tidy])
    phone = RepeatedLine(
        _("Phone number"),
        of="road",
        under=ADDRESSED,
        description=_("With the number of the country, like +381 64 123 4567."),
        widget=GovTextInput(),
        filters=[tidy],
    )
    facilitator = TextAreaField(
        _("Who is it, and how do we find them?"),
        description=_("A leader, a liaison officer, an organisation. They will know that you have a concern with us."),
        widget=GovTextArea(),
        filters=[tidy],
        validators=[short_enough(200)],
    )
    may_text = BooleanField(_("You may send text messages to this phone"), widget=GovCheckboxInput())
    shares_phone = BooleanField(_("Other people read my phone"), widget=GovCheckboxInput())
    is_violence = BooleanField(_("Sexual harm, or violence against a woman or girl"), widget=GovCheckboxInput())
    harms_child = BooleanField(_("A child was harmed or is in danger"), widget=GovCheckboxInput())

    def validate_name(self, field: Field) -> None:
        if self.identity.data == Identity.NAMED and not field.data:
            raise ValidationError(gettext("Write your name, or choose to stay without a name."))


class CheckForm(RaiseForm):
    """Nothing is typed on the last page."""


class ReadOnly(SameOriginOrToken):
    """Of a form that is read and never shown: no token is made for it."""

    def generate_csrf_token(self, form: Form) -> str:
        return ""


class WholeForm(WhatForm, WhereForm, WhoForm):
    """All fields at once: what is looked at before sending, and what may come in one request."""

    class Meta(RaiseForm.Meta):
        csrf_class = ReadOnly
