"""Forms of what is judged again after triage: how serious a case is, what the person risks, what is arranged."""

from flask_babel import lazy_gettext as _l

from engage.web.staff import form_fields as fields
from engage.web.staff.form_fields import StaffForm, choices


class RateForm(StaffForm):
    phase = fields.choose(
        _l("Are the facts known?"),
        choices(
            [
                ("preliminary", _l("Not yet: this level is preliminary")),
                ("final", _l("Yes: this is the final level")),
            ]
        ),
        needed=_l("Choose whether the facts are known"),
    )
    actual = fields.choose(_l("How serious is what happened?"), needed=_l("Choose a level for what happened"))
    potential = fields.choose(_l("How serious could it become?"), needed=_l("Choose a level for what could happen"))
    facts = fields.several(_l("Which of these are true?"), hint=_l("They raise the level or set the least it can be."))
    why = fields.words(_l("Why is it different from before?"), hint=_l("Needed when anything changes."))
    immediate_action = fields.words(
        _l("What is done at once to stop the harm?"),
        hint=_l("Needed at levels 4 and 5, if nobody said so before."),
    )
    nothing_possible = fields.tick(_l("Nothing can be done at once, because of what is written above"))


class ApproveRatingForm(StaffForm):
    decision = fields.choose(
        _l("What do you decide?"),
        choices([("yes", _l("Yes, the lower level is right")), ("no", _l("No, the level stays as it is"))]),
        needed=_l("Choose yes or no"),
    )


class RetaliationForm(StaffForm):
    retaliation_likelihood = fields.choose(
        _l("How likely is it that someone is punished for speaking up?"), needed=_l("Choose how likely it is")
    )
    retaliation_severity = fields.choose(
        _l("How badly would that hit them?"), needed=_l("Choose how badly it would hit them")
    )
    measures = fields.words(
        _l("What keeps the person safe?"),
        hint=_l("Needed unless both are small. For instance: where you meet, which car, through whom you write."),
    )


class AskForSupportForm(StaffForm):
    need = fields.choose(_l("What does the person need to take part?"), needed=_l("Choose what the person needs"))


class FinishItemForm(StaffForm):
    account = fields.words(_l("How is it arranged, or what came of it?"), needed=_l("Say how it is arranged"))
