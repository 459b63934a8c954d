"""Forms of corrections and of legal holds."""

from flask_babel import lazy_gettext as _l

from engage.web.staff import form_fields as fields
from engage.web.staff.form_fields import StaffForm, choices


class AnswerCorrectionForm(StaffForm):
    correction = fields.choose(_l("Which correction?"), needed=_l("Choose a correction"))
    decision = fields.choose(
        _l("Do we see it like the person?"),
        choices([("yes", _l("Yes. It stands beside what it is about")), ("no", _l("No, and we say why"))]),
        needed=_l("Choose yes or no"),
    )
    reason = fields.words(_l("What do we say to the person?"), needed=_l("Write what we say to the person"))


class SetHoldForm(StaffForm):
    reason = fields.words(
        _l("Who needs it, and why?"),
        hint=_l("The person reads this, too. Name the court or the authority, and the day on which it asked."),
        needed=_l("Write who needs it, and why"),
    )


class LiftHoldForm(StaffForm):
    reason = fields.words(_l("Why is it no longer needed?"), needed=_l("Write why it is no longer needed"))
