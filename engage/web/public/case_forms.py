"""Forms of the person's own case. Shape and size only; what may happen to a case is the domain's business."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovRadioInput, GovTextArea, GovTextInput
from wtforms import BooleanField, HiddenField, MultipleFileField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, Optional

from engage.domain.case import Identity, Road
from engage.web.public.case_session import OwnCaseForm
from engage.web.public.repeated import RepeatedLine, RepeatedTick
from engage.web.typed import plain

LONGEST = 10_000  # Ours: four full pages; longer texts come as a file.
_TOO_LONG = _l("Use %(max)d characters or fewer. You can send a longer text as a file.")
YES, NO, NOT_SAID = "yes", "no", "not_said"


def one_of(*pairs: tuple[str, object]) -> list[SelectChoice]:
    """Return choices for radios from values and their words."""
    return [SelectChoice(value, label) for value, label in pairs]


def words_field(label: object, *, needed: object = None, hint: object = "") -> TextAreaField:
    """Return a field for the person's own words, needed only where the text for a missing one is given."""
    return TextAreaField(
        label,
        description=hint,
        widget=GovTextArea(),
        filters=[plain],
        validators=[DataRequired(needed) if needed else Optional(), Length(max=LONGEST, message=_TOO_LONG)],
    )


def line_field(label: object, *, hint: object = "", needed: object = None) -> StringField:
    """Return a field for one short line."""
    return StringField(
        label,
        description=hint,
        widget=GovTextInput(),
        filters=[plain],
        validators=[DataRequired(needed) if needed else Optional(), Length(max=320, message=_l("This is too long."))],
    )


def _line_under(label: object, of: str, under: Sequence[str]) -> RepeatedLine:
    """Return a field for a few lines that several choices need."""
    validators = [Optional(), Length(max=320, message=_l("This is too long."))]
    return RepeatedLine(label, of=of, under=under, filters=[plain], validators=validators)


def choice_field(label: object, choices: Sequence[SelectChoice], *, needed: object, hint: object = "") -> RadioField:
    """Return radios of which one has to be chosen."""
    return RadioField(
        label, description=hint, widget=GovRadioInput(), choices=choices, validators=[InputRequired(needed)]
    )


class CodeForm(FlaskForm):
    """The door: sixteen signs, typed as one likes."""

    code = line_field(_l("Your code"), needed=_l("Type your code. It has 16 letters and numbers."))


class LostCodeForm(FlaskForm):
    reference = line_field(
        _l("Name of your concern"),
        hint=_l("It looks like BOR-26-7K3QX. It is on your paper and in our messages."),
        needed=_l("Type the name of your concern. It looks like BOR-26-7K3QX."),
    )
    address = line_field(
        _l("Your e-mail address"),
        hint=_l("The one you gave us with this concern."),
        needed=_l("Type the e-mail address you gave us."),
    )


class NewCodeForm(FlaskForm):
    """One button. The token makes a double click show the same code."""

    form_token = HiddenField()


class ChangeCodeForm(OwnCaseForm):
    pass


class ReplyForm(OwnCaseForm):
    message = words_field(_l("Write to us"))
    files = MultipleFileField(_l("Add photos, recordings or papers"), validators=[Optional()])
    wants_originals = BooleanField(
        _l("Also keep my photos and films as they came"),
        description=_l(
            "You gave no name, so we keep them only without where you were and which phone you have. As they came they "
            "can prove more, and they can give you away. We lock them away: one trusted person can open them, and you "
            "are told."
        ),
        widget=GovCheckboxInput(),
    )


class ProposalForm(OwnCaseForm):
    """An answer to one proposal: the one that was on the page."""

    proposal = HiddenField()


class AcceptForm(ProposalForm):
    words = words_field(_l("Do you want to add something? (optional)"))


class CounterForm(ProposalForm):
    words = words_field(_l("What should be different?"), needed=_l("Tell us what should be different."))


class MeetForm(ProposalForm):
    words = words_field(
        _l("When and where does it suit you? (optional)"),
        hint=_l("You choose the place. You can bring someone you trust."),
    )


class RefuseForm(ProposalForm):
    panel = choice_field(
        _l("Should a panel look at it?"),
        one_of(
            (YES, _l("Yes, a panel should decide")),
            (NO, _l("No, close it. I do not agree")),
        ),
        needed=_l("Say if a panel should look at it."),
    )
    words = words_field(_l("Why do you refuse? (optional)"), hint=_l("The panel reads this first."))


class ConfirmForm(OwnCaseForm):
    confirmed = choice_field(
        _l("Is it put right?"),
        one_of((YES, _l("Yes, it is done")), (NO, _l("No, it is not done, or not well"))),
        needed=_l("Say if it is put right."),
    )
    words = words_field(_l("What did you see? (optional)"))


class AgreeForm(OwnCaseForm):
    agreed = choice_field(
        _l("Do you agree?"),
        one_of((YES, _l("Yes")), (NO, _l("No. It is a problem that must be put right"))),
        needed=_l("Say yes or no."),
    )
    words = words_field(_l("Do you want to add something? (optional)"))


class WithdrawForm(OwnCaseForm):
    pressured = RadioField(
        _l("Did anyone press you to stop? (optional)"),
        description=_l("If so, we look into that, and we keep you out of it as far as we can."),
        widget=GovRadioInput(),
        choices=one_of((NO, _l("No")), (YES, _l("Yes")), (NOT_SAID, _l("I would rather not say"))),
        validate_choice=False,
        validators=[Optional(), AnyOf([NO, YES, NOT_SAID])],
    )
    words = words_field(_l("Why do you want to stop? (optional)"))


class AppealForm(OwnCaseForm):
    words = words_field(_l("What should the panel look at again?"), needed=_l("Tell the panel what to look at again."))
    late_reason = words_field(_l("Why do you come now?"), hint=_l("Any honest reason counts."))


class ReopenForm(OwnCaseForm):
    reason = words_field(_l("What has happened since?"), needed=_l("Tell us what has happened since."))


_MARKS = one_of(
    ("1", _l("Very bad")),
    ("2", _l("Bad")),
    ("3", _l("Neither good nor bad")),
    ("4", _l("Good")),
    ("5", _l("Very good")),
)


class FeedbackForm(OwnCaseForm):
    treatment = choice_field(_l("How did we treat you?"), _MARKS, needed=_l("Say how we treated you."))
    result = choice_field(_l("How good is the result?"), _MARKS, needed=_l("Say how good the result is."))
    words = words_field(_l("What should we do better? (optional)"))


_TAKES_NAME = (Identity.NAMED.value, Identity.CONFIDENTIAL.value)
_TAKES_POST = (Road.DIRECT.value, Road.CUSTODIAN.value)
_ADDRESSED = (*_TAKES_POST, Road.RELAY.value)


class ContactForm(OwnCaseForm):
    """What a choice needs stands under it, in the order of the choices: see `repeated`."""

    identity = choice_field(
        _l("Who may know your name?"),
        one_of(
            (Identity.NAMED, _l("The people who work on my concern")),
            (Identity.CONFIDENTIAL, _l("Only one trusted person, who keeps it secret")),
            (Identity.ANONYMOUS, _l("Nobody. Forget my name")),
        ),
        needed=_l("Say who may know your name."),
    )
    name = _line_under(_l("Your name (optional)"), "identity", _TAKES_NAME)
    organisation = _line_under(_l("Your organisation (optional)"), "identity", _TAKES_NAME)
    road = choice_field(
        _l("How may we reach you?"),
        one_of(
            (Road.DIRECT, _l("The team may write or call me")),
            (Road.CUSTODIAN, _l("Only the trusted person may write or call me")),
            (Road.RELAY, _l("By e-mail that no one here can see")),
            (Road.FACILITATOR, _l("Through someone I trust")),
            (Road.NONE, _l("Not at all. I come back with my code")),
        ),
        needed=_l("Say how we may reach you."),
        hint=_l("If nobody may know your name, choose one of the last three."),
    )
    email = _line_under(_l("E-mail address"), "road", _ADDRESSED)
    phone = _line_under(_l("Phone number"), "road", _ADDRESSED)
    post = _line_under(_l("Postal address"), "road", _TAKES_POST)
    facilitator = line_field(_l("Who is it, and how do we reach them?"))
    word = _line_under(_l("A word by which you know that it is us (optional)"), "road", _ADDRESSED)
    tells_former = BooleanField(
        _l("Send a last mail to the address I leave, so that I notice if it was not me who changed it"),
        widget=GovCheckboxInput(),
        default=True,
    )
    same_person = RepeatedTick(
        _l("You may see which other concerns came from this address, where I ticked this, too"),
        of="road",
        under=_ADDRESSED,
    )


class CorrectionForm(OwnCaseForm):
    words = words_field(
        _l("What is wrong?"),
        hint=_l("For instance a date, a place, or something that we wrote down."),
        needed=_l("Tell us what is wrong."),
    )
    right_words = words_field(_l("How should it be? (optional)"))


class EraseForm(OwnCaseForm):
    """Before anything is erased: the person has read what is lost."""

    understood = BooleanField(
        _l("I have read what is lost, and want it erased"),
        widget=GovCheckboxInput(),
        validators=[InputRequired(_l("Say that you have read what is lost."))],
    )


class ConfirmErasureForm(OwnCaseForm):
    pressured = RadioField(
        _l("Did anyone press you to have it erased? (optional)"),
        description=_l("If so, we look into that. What you wrote is erased all the same."),
        widget=GovRadioInput(),
        choices=one_of((NO, _l("No")), (YES, _l("Yes")), (NOT_SAID, _l("I would rather not say"))),
        validate_choice=False,
        validators=[Optional(), AnyOf([NO, YES, NOT_SAID])],
    )


class BurnForm(OwnCaseForm):
    name_too = BooleanField(_l("Forget my name as well"), widget=GovCheckboxInput())
