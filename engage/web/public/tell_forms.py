"""Forms of the restricted lane: the safe form with its four facts, and what whoever holds its code may send."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSelect, GovTextArea
from wtforms import HiddenField, RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf

from engage.domain.case import Road
from engage.domain.lane import HER_ANSWERS
from engage.web.lane_labels import GROUPS
from engage.web.public.case_forms import line_field, words_field
from engage.web.public.case_session import OwnCaseForm
from engage.web.public.raise_forms import WORDS, RaiseForm, short_enough, tidy

MYSELF, SOMEBODY = "self", "other"
_UNSAID = SelectChoice("", _("I do not want to say"))


def _radios(label: LazyString, offered: Mapping[str, LazyString], hint: LazyString | str = "") -> RadioField:
    """Radios of which the last says nothing and is chosen from the start."""
    given = [SelectChoice(value, words) for value, words in offered.items()]
    return RadioField(label, description=hint, widget=GovRadioInput(), choices=[*given, _UNSAID], default="")


class TellForm(RaiseForm):
    """Four facts, none of which is needed. Source: domain 5.4; there is no field for more, and none for a file."""

    who_for = RadioField(
        _("Who is it about?"),
        widget=GovRadioInput(),
        choices=[SelectChoice(MYSELF, _("About me")), SelectChoice(SOMEBODY, _("About somebody else"))],
        default=MYSELF,
    )
    site = SelectField(_("Which mine is it about?"), widget=GovSelect(), default="")
    words = TextAreaField(
        _("In your own words, if you want"),
        description=_("You need not say what was done. A few words are enough, or none."),
        widget=GovTextArea(),
        filters=[tidy],
        validators=[short_enough(WORDS)],
    )
    involved = _radios(
        _("Was it somebody who works for the mine or for one of its companies?"),
        GROUPS["lane_involved"],
        _("As far as you know. We do not ask who."),
    )
    age = _radios(_("How old is the person it happened to?"), GROUPS["lane_age"])
    sex = _radios(_("Is the person a woman or a man?"), GROUPS["lane_sex"])
    served = _radios(
        _("Does somebody help already?"), GROUPS["lane_served"], _("A clinic, a helpline, a women's group.")
    )
    road = RadioField(
        _("How can we send word to you?"),
        widget=GovRadioInput(),
        choices=[
            SelectChoice(Road.NONE.value, _("Not at all. I come back with my code")),
            SelectChoice(Road.RELAY.value, _("To an e-mail address that nobody here can see")),
        ],
        default=Road.NONE.value,
    )
    email = line_field(_("E-mail address"))


class DecideForm(OwnCaseForm):
    """What she says to one question; each button carries its own answer."""

    step = HiddenField(validators=[AnyOf([step.value for step in HER_ANSWERS])])


class WriteForm(OwnCaseForm):
    message = words_field(_("Write to us"), needed=_("Write something first."))


class RoadForm(OwnCaseForm):
    email = line_field(_("E-mail address"), hint=_("Nobody here can see it."), needed=_("Write the e-mail address."))


class SureForm(OwnCaseForm):
    """One button, and nothing to fill in."""
