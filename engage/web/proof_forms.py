"""The forms by which whoever is signed in proves anew who they are, and the box for passwords."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovPasswordInput, GovTextInput
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from engage.services.passwords import LONGEST
from engage.web import passkey_questions


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


def bare_code(value: str | None) -> str | None:
    """Return a code without what was copied with it."""
    return (without_nul(value) or "").strip() or None


class ProveByCodeForm(FlaskForm):
    """The code of an app, or one for a lost phone."""

    proof = StringField(
        _l("Code"),
        widget=GovTextInput(),
        filters=[bare_code],
        validators=[
            InputRequired(_l("Enter the code that your app shows.")),
            Length(max=passkey_questions.LONGEST),
        ],
    )


class ProveByPasskeyForm(FlaskForm):
    """A passkey, of whoever has no app."""

    proof = HiddenField(
        validators=[
            InputRequired(_l("Press the button, and unlock your device.")),
            Length(max=passkey_questions.LONGEST),
        ]
    )


class ProveByPasswordForm(FlaskForm):
    """The password, of whoever has no app."""

    proof = PasswordField(
        _l("Password"),
        widget=PasswordBox(),
        validators=[InputRequired(_l("Enter your password.")), Length(max=LONGEST)],
    )
