"""Forms of the second and third tier, and of taking a case up again."""

from flask_babel import lazy_gettext as _l

from engage.services.appeals import Terms
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


OTHER = "-"  # no name of a body


class ReferForm(StaffForm):
    listed = fields.choose(
        _l("Which body outside the company?"),
        hint=_l("Those that the site names. Both sides have to agree on it."),
        needed=_l("Choose a body"),
    )
    other = fields.line(_l("If another: its name"))
    why_other = fields.words(_l("If another: why none of those above?"))
    words = fields.words(
        _l("On what terms, and how the person agreed"), needed=_l("Write the terms and how the person agreed")
    )
    begins_on = fields.day(_l("When does it begin? (optional)"))
    report_by = fields.day(_l("By when does it report? (optional)"), hint=_l("The person reads this."))
    is_binding = fields.tick(_l("What it finds binds the company"))

    def validate(self, extra_validators: object = None) -> bool:
        """Another body comes with its name and a reason."""
        sound = super().validate(extra_validators)
        if self.listed.data == OTHER:
            for field, missing in (
                (self.other, _l("Write the name of the body")),
                (self.why_other, _l("Say why it is none of those above")),
            ):
                if not field.data:
                    field.errors = [*field.errors, missing]
                    sound = False
        return bool(sound)

    @property
    def body(self) -> str:
        """Return the name of the body."""
        return str(self.other.data if self.listed.data == OTHER else self.listed.data)

    @property
    def terms(self) -> Terms:
        """Return what was agreed."""
        why = self.why_other.data if self.listed.data == OTHER else None
        return Terms(self.words.data, self.is_binding.data, self.begins_on.data, self.report_by.data, why)


class ReportForm(StaffForm):
    outcome = fields.choose(_l("What did it find?"), needed=_l("Choose what it found"))
    report = fields.words(_l("Its report, as the person will read it"), needed=_l("Write what it found"))
    then = fields.choose(_l("What follows?"), _NEXT, needed=_l("Choose what follows"))


class ReopenForm(StaffForm):
    reason = fields.words(_l("Why is it opened again?"), needed=_l("Write why it is opened again"))
