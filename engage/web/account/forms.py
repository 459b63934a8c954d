"""Forms of the account pages."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovTextInput
from wtforms import EmailField, HiddenField, PasswordField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from engage.domain.notice_groups import ROADS, NoticeGroup, StaffRoad
from engage.services.passwords import LONGEST
from engage.web import notification_labels, passkey_questions
from engage.web.proof_forms import PasswordBox, bare_code, without_nul

_LONGEST_EMAIL = 254  # RFC 5321, 4.5.3.1.3


class SignInForm(FlaskForm):
    """The door."""

    email = EmailField(
        _l("E-mail address"),
        widget=GovTextInput(input_type="email"),
        filters=[without_nul],
        validators=[InputRequired(_l("Enter your e-mail address.")), Length(max=_LONGEST_EMAIL)],
    )
    password = PasswordField(
        _l("Password"),
        widget=PasswordBox(),
        validators=[InputRequired(_l("Enter your password.")), Length(max=LONGEST)],
    )
    next = HiddenField()


class PasskeySignInForm(FlaskForm):
    """What a device answered."""

    answer = HiddenField(validators=[InputRequired(), Length(max=passkey_questions.LONGEST)])
    next = HiddenField()


class AddPasskeyForm(FlaskForm):
    """A device that signs in from now on."""

    name = StringField(
        _l("What do you call this device?"),
        widget=GovTextInput(),
        filters=[bare_code],
        validators=[InputRequired(_l("Give it a name by which you know it again.")), Length(max=60)],
    )
    answer = HiddenField(validators=[Length(max=passkey_questions.LONGEST)], default="")


class ForgotPasswordForm(FlaskForm):
    """Whose password was forgotten."""

    email = EmailField(
        _l("E-mail address"),
        widget=GovTextInput(input_type="email"),
        filters=[without_nul],
        validators=[InputRequired(_l("Enter your e-mail address.")), Length(max=_LONGEST_EMAIL)],
    )


class ChoosePasswordForm(FlaskForm):
    """The code of a mail, and the password that its owner chooses."""

    code = StringField(
        _l("Code from the mail"),
        widget=GovTextInput(),
        filters=[bare_code],
        validators=[InputRequired(_l("Enter the code that stands in the mail.")), Length(max=100)],
    )
    new = PasswordField(
        _l("New password"), widget=PasswordBox(), validators=[InputRequired(_l("Enter a new password."))]
    )
    again = PasswordField(
        _l("New password, once more"),
        widget=PasswordBox(),
        validators=[InputRequired(_l("Enter the new password once more."))],
    )


class ChangePasswordForm(FlaskForm):
    """A new password of one's own."""

    present = PasswordField(
        _l("Your password now"),
        widget=PasswordBox(),
        validators=[InputRequired(_l("Enter the password you have now.")), Length(max=LONGEST)],
    )
    new = PasswordField(
        _l("New password"), widget=PasswordBox(), validators=[InputRequired(_l("Enter a new password."))]
    )
    again = PasswordField(
        _l("New password, once more"),
        widget=PasswordBox(),
        validators=[InputRequired(_l("Enter the new password once more."))],
    )


class CodeForm(FlaskForm):
    """The code of an app, or one for a lost phone."""

    code = StringField(
        _l("Code"),
        widget=GovTextInput(),
        filters=[bare_code],
        validators=[
            InputRequired(_l("Enter the code that your app shows.")),
            Length(max=passkey_questions.LONGEST),
        ],
    )


def _roads(group: NoticeGroup) -> RadioField:
    label, hint = notification_labels.GROUPS[group]
    offered = [SelectChoice(road.value, notification_labels.ROADS[road]) for road in ROADS[group]]
    return RadioField(label, description=hint, choices=offered, default=StaffRoad.MAIL.value)


class NoticesForm(FlaskForm):
    """By which road somebody is told of what; one field for each group."""

    mine = _roads(NoticeGroup.MINE)
    new = _roads(NoticeGroup.NEW)
    late = _roads(NoticeGroup.LATE)
    mentions = _roads(NoticeGroup.MENTIONS)
    digests = _roads(NoticeGroup.DIGESTS)

    def of(self, group: NoticeGroup) -> RadioField:
        """Return the field of a group."""
        return self[group.value]
