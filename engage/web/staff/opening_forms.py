"""Forms of opening a confidential identity: asking, deciding, taking back, looking."""

from flask_babel import lazy_gettext as _l

from engage.services.openings import MOST_DAYS
from engage.web.staff import form_fields as fields
from engage.web.staff.form_fields import StaffForm, choices


class AskOpeningForm(StaffForm):
    explanation = fields.words(
        _l("Why do you need to know who the person is?"),
        hint=_l("Whoever decides reads this. Write what cannot be done without it."),
        needed=_l("Write why you need it"),
    )
    days = fields.choose(
        _l("For how many days?"),
        choices([(str(count), str(count)) for count in range(1, MOST_DAYS + 1)]),
        needed=_l("Choose for how many days"),
    )


class DecideOpeningForm(StaffForm):
    opening = fields.choose(_l("Whose request?"), needed=_l("Choose a request"))
    decision = fields.choose(
        _l("What do you decide?"),
        choices([("yes", _l("Yes, they may see the name")), ("no", _l("No, it stays secret"))]),
        needed=_l("Choose yes or no"),
    )
    reason = fields.words(_l("If not: why, for whoever asked"))

    def validate(self, extra_validators: object = None) -> bool:
        """A no comes with words for whoever asked."""
        sound = super().validate(extra_validators)
        if self.decision.data == "no" and not self.reason.data:
            self.reason.errors = [*self.reason.errors, _l("Write why it stays secret")]
            return False
        return sound


class EndOpeningForm(StaffForm):
    opening = fields.choose(_l("From whom do you take it back?"), needed=_l("Choose a person"))


class LookForm(StaffForm):
    pass
