"""Forms of the second and third tier, and of taking a case up again."""

from flask_babel import lazy_gettext as _l

from engage.web.staff import form_fields as fields
from engage.web.staff.form_fields import StaffForm, choices

_NEXT = choices(
    [
        ("proposal", _l("A new proposal follows from this")),
        ("close", _l("Nothing is left to propose: close the case")),
    ]
)


class AppealForm(StaffForm):
    words = fields.words(_l("What should be looked at again, in the person's words"), needed=_l("Write what they say"))
    late_reason = fields.words(_l("If it comes late: why?"), hint=_l("Late is not lost; it needs a reason."))


class SeatPanelForm(StaffForm):
    members = fields.several(
        _l("Who sits on the panel?"),
        needed=_l("Choose at least one person"),
        hint=_l("Only people who have never worked on this case or read it are offered."),
    )


class DecideForm(StaffForm):
    outcome = fields.choose(_l("What does the panel decide?"), needed=_l("Choose what the panel decides"))
    reasons = fields.words(
        _l("The reasons, as the person will read them"), needed=_l("Write the reasons of the decision")
    )
    then = fields.choose(_l("What follows?"), _NEXT, needed=_l("Choose what follows"))


class ReferForm(StaffForm):
    body = fields.line(_l("Which body outside the company?"), needed=_l("Write the name of the body"))
    terms = fields.words(
        _l("On what terms, and how the person agreed"), needed=_l("Write the terms and how the person agreed")
    )
    is_binding = fields.tick(_l("What it finds binds the company"))


class ReportForm(StaffForm):
    outcome = fields.choose(_l("What did it find?"), needed=_l("Choose what it found"))
    report = fields.words(_l("Its report, as the person will read it"), needed=_l("Write what it found"))
    then = fields.choose(_l("What follows?"), _NEXT, needed=_l("Choose what follows"))


class ReopenForm(StaffForm):
    reason = fields.words(_l("Why is it opened again?"), needed=_l("Write why it is opened again"))
