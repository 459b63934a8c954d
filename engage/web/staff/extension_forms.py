"""Forms of asking one level up for more time, and of what they say to it."""

from flask_babel import lazy_gettext as _l

from engage.web.staff import form_fields as fields
from engage.web.staff.form_fields import StaffForm, choices


class AskExtensionForm(StaffForm):
    explanation = fields.words(
        _l("Why do we need more time?"),
        hint=_l("The person reads these words if it is granted."),
        needed=_l("Write why more time is needed"),
    )
    new_date = fields.day(_l("By which date will it be done?"), needed=_l("Give a date"))


class ApproveExtensionForm(StaffForm):
    decision = fields.choose(
        _l("What do you decide?"),
        choices([("yes", _l("Yes, put it off and tell the person")), ("no", _l("No, the date stays"))]),
        needed=_l("Choose yes or no"),
    )
    reason = fields.words(_l("If not: why, for whoever asked"))

    def validate(self, extra_validators: object = None) -> bool:
        """A no comes with words for whoever asked."""
        sound = super().validate(extra_validators)
        if self.decision.data == "no" and not self.reason.data:
            self.reason.errors = [*self.reason.errors, _l("Write why the date stays")]
            return False
        return sound
