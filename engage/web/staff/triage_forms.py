"""Forms of triage."""

from flask_babel import lazy_gettext as _l

from engage.web.staff import form_fields as fields
from engage.web.staff.form_fields import StaffForm, choices


class AcknowledgeForm(StaffForm):
    how = fields.choose(
        _l("How does the person learn that we have it?"),
        choices(
            [
                ("notice", _l("By our notice, on the road they chose, and on their case page")),
                ("in_person", _l("I have told them, in person or by phone")),
            ]
        ),
        needed=_l("Choose how the person is told"),
    )


class AssessForm(StaffForm):
    title = fields.line(_l("What it is about, in a few words"), hint=_l("Shown in lists. No names."))
    community = fields.line(_l("Community or place"))
    category = fields.pick(_l("Category"), needed=_l("Choose a category"))
    actual = fields.choose(_l("How serious is what happened?"), needed=_l("Choose a level for what happened"))
    potential = fields.choose(_l("How serious could it become?"), needed=_l("Choose a level for what could happen"))
    facts = fields.several(_l("Which of these are true?"), hint=_l("They raise the level or set the least it can be."))
    danger = fields.choose(_l("Is anybody in danger?"), needed=_l("Choose whether anybody is in danger"))
    complexity = fields.choose(
        _l("How hard will it be to find out and to put right?"), needed=_l("Choose how hard it will be")
    )
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
    support = fields.several(
        _l("What does the person need to take part?"), hint=_l("It has to be arranged before a meeting.")
    )
    immediate_action = fields.words(
        _l("What is done at once to stop the harm?"),
        hint=_l(
            "Needed at levels 4 and 5, and when somebody is in danger now. If nothing is possible, write why and tick "
            "the box below."
        ),
    )
    nothing_possible = fields.tick(_l("Nothing can be done at once, because of what is written above"))


class AssignForm(StaffForm):
    assignee = fields.choose(_l("Who works on this case?"), needed=_l("Choose who works on the case"))


class RouteForm(StaffForm):
    site = fields.choose(_l("Which site does it belong to?"), needed=_l("Choose a site"))


class ConvertForm(StaffForm):
    kind = fields.choose(_l("What is it?"), needed=_l("Choose what it is"))


class AskToConvertForm(ConvertForm):
    explanation = fields.words(
        _l("Explain to the person why you ask"),
        hint=_l("They read this and say yes or no. With a no, or no answer, it stays a grievance."),
        needed=_l("Write an explanation for the person"),
    )


class RestrictForm(StaffForm):
    reason = fields.choose(
        _l("What is it about?"),
        choices(
            [
                ("sexual_violence", _l("Sexual or gender-based violence")),
                ("child_harmed", _l("Harm to a child")),
                ("danger", _l("The person would be in danger if more people knew")),
                ("asked", _l("The person asked for it")),
            ]
        ),
        needed=_l("Choose what it is about"),
    )


class ScreenOutForm(StaffForm):
    reason = fields.choose(_l("Why does it not belong here?"), needed=_l("Choose a reason"))
    explanation = fields.words(
        _l("Explain it to the person"),
        hint=_l("They get these words. They can appeal."),
        needed=_l("Write an explanation for the person"),
    )
    referral = fields.words(
        _l("Where can they turn to instead?"),
        hint=_l("Name of the place and how to reach it."),
        needed=_l("Write where they can turn to"),
    )


REFUSAL_CHOICES = [
    ("yes", _l("Yes, it cannot be given: close it and tell the person")),
    ("no", _l("No, it stays: we answer it")),
]


class ApproveScreenOutForm(StaffForm):
    decision = fields.choose(
        _l("What do you decide?"),
        choices(
            [
                ("yes", _l("Yes, it does not belong here: close it and tell the person")),
                ("no", _l("No, it stays: we look into it")),
            ]
        ),
        needed=_l("Choose yes or no"),
    )
