"""Forms of the restricted lane. There is none for what does not exist there: mediation, meeting, money."""

from flask_babel import lazy_gettext as _
from wtforms import HiddenField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf

from engage.domain.lane import HER_ANSWERS, How, Step
from engage.web.lane_labels import GROUPS
from engage.web.staff.form_fields import StaffForm, choices, choose, line, pick, tick, words

# What a focal point does by one press, without anything to write.
PRESSED = (Step.BEGIN_PROCESS, Step.CONCLUDE_PROCESS, Step.SHARE_OUTCOME, Step.CLOSE)


class LaneForm(StaffForm):
    """A form about a report. Its version is that of the report's record."""


class OfferForm(LaneForm):
    service = line(
        _("Which service, and how to reach it"),
        needed=_("Write which service you offered."),
        hint=_("The person reads this on their page."),
    )
    same_contact = tick(_("In the same talk in which the person came to us"))


class BringForm(LaneForm):
    reached = line(_("Which service did you bring the person to?"), needed=_("Write which service it is."))


class ConsentForm(LaneForm):
    said = choose(
        _("What did the person say?"),
        [SelectChoice(step.value, GROUPS["lane_step"][step.value]) for step in Step if step in HER_ANSWERS],
        needed=_("Choose what the person said."),
        hint=_("Only what the person told you, never what somebody said for them."),
    )
    how = choose(
        _("How did they say it?"),
        [SelectChoice(how.value, GROUPS["lane_how"][how.value]) for how in (How.SPOKEN, How.WRITTEN)],
        needed=_("Choose how they said it."),
    )


class PressForm(LaneForm):
    step = HiddenField(validators=[AnyOf([step.value for step in PRESSED])])


class SayForm(LaneForm):
    message = words(
        _("Words"),
        needed=_("Write something first."),
        hint=_("Ask no questions about what was done: nobody here finds out facts."),
    )
    to = choose(
        _("Who reads it?"),
        choices([("person", _("The person, on their page")), ("note", _("Focal points alone"))]),
        needed=_("Choose who reads it."),
    )


class ChildForm(LaneForm):
    best = words(
        _("What is best for the child, and why"),
        needed=_("Write what is best for the child."),
        hint=_("Tell no parent or guardian of it before you have asked the child: they may be the harm."),
    )


class SubjectForm(LaneForm):
    user = pick(
        _("One of us"),
        hint=_("For them, and for everybody above and below them, there is no such report from then on."),
    )
    place = pick(_("Or everybody of a department or a contractor"))


class RouteForm(LaneForm):
    site = pick(_("Which mine does it belong to?"), needed=_("Choose the mine."))


class MoveForm(StaffForm):
    sure = tick(
        _("I know that files are destroyed and that nobody can undo this"),
        needed=_("Confirm that you know it."),
    )
