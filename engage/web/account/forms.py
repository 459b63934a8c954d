"""Forms of the account pages."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovPasswordInput, GovTextInput
from wtforms import EmailField, HiddenField, PasswordField
from wtforms.validators import InputRequired, Length

from engage.services.passwords import LONGEST

_LONGEST_EMAIL = 254  # RFC 5321, 4.5.3.1.3


def without_nul(value: str | None) -> str | None:
    """Return what was typed without the sign that PostgreSQL takes in no text."""
    return value.replace("\0", "") if value else value


class PasswordBox(GovPasswordInput):
    """A password with its button to show it, whose words the library has in English only."""

    def map_gov_params(self, field: PasswordField, **given: Any) -> dict[str, Any]:
        params: dict[str, Any] = super().map_gov_params(field, **given)
        return params | {
            "showPasswordText": gettext("Show"),
            "hidePasswordText": gettext("Hide"),
            "showPasswordAriaLabelText": gettext("Show password"),
            "hidePasswordAriaLabelText": gettext("Hide password"),
            "passwordShownAnnouncementText": gettext("Your password is visible"),
            "passwordHiddenAnnouncementText": gettext("Your password is hidden"),
        }


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
