"""Forms of talks, approving, recording answers and putting right."""

from flask_babel import lazy_gettext as _l

from engage.domain.guards import RIGHTS
from engage.services.endings import AfterTalk
from engage.web import labels
from engage.web.staff import form_fields as fields
from engage.web.staff.form_fields import StaffForm, choices


class ConsultForm(StaffForm):
    outcome = fields.choose(
        _l("Did you talk?"),
        choices([("held", _l("Yes, we talked")), ("attempt", _l("No, I tried and did not reach the person"))]),
        needed=_l("Choose whether you talked"),
    )
    channel = fields.pick(_l("How?"), needed=_l("Choose how"))
    account = fields.words(
        _l("When, where, in which language, who was there, and what was said"),
        hint=_l("Only staff read this."),
        needed=_l("Write down the talk, or the try"),
    )
    without = fields.words(
        _l("Something the person needs was not arranged. Why did you meet without it?"),
        hint=_l("Only if you met all the same."),
    )


class ApproveProposalForm(StaffForm):
    decision = fields.choose(
        _l("What do you decide?"),
        choices(
            [
                ("approve", _l("Approve it")),
                ("return", _l("Send it back to whoever wrote it")),
            ]
        ),
        needed=_l("Choose what you decide"),
    )
    checks = fields.several(
        _l("If you approve it: what did you look at and find in order?"),
        hint=_l("All of it. Where one is not in order, send the proposal back and say which."),
    )
    why_no_waiver = fields.words(
        _l("If you approve it: why do these words take no right and buy no silence?"),
        hint=_l("It is kept with your name. If you are not sure, send the proposal back."),
    )
    reason = fields.words(_l("If you send it back: why?"))

    def validate(self, extra_validators: object = None) -> bool:
        """What is sent back comes with a reason."""
        sound = super().validate(extra_validators)
        if self.decision.data == "return" and not self.reason.data:
            self.reason.errors = [*self.reason.errors, _l("Write why it is sent back")]
            return False
        if self.decision.data == "approve" and set(self.checks.data or ()) < set(RIGHTS):
            self.checks.errors = [
                *self.checks.errors,
                _l("Look at each of these and tick it, or send the proposal back"),
            ]
            return False
        why = self._fields.get("why_no_waiver")  # asked only where such words stand in it
        if self.decision.data == "approve" and why is not None and not why.data:
            why.errors = [*why.errors, _l("Write why these words take nothing, or send the proposal back")]
            return False
        return bool(sound)


class SpokenForm(StaffForm):
    """What a person said by word of mouth, and how it was signed off."""

    sign_off = fields.choose(_l("How did the person sign this off?"), needed=_l("Choose how it was signed off"))
    read_back = fields.tick(
        _l("I read it back to the person, and they said it is right"), needed=_l("Read it back, then tick the box")
    )


class RecordAnswerForm(SpokenForm):
    answer = fields.choose(
        _l("What does the person say?"),
        choices(
            [
                ("accept", _l("They accept")),
                ("counter", _l("They want a change")),
                ("meet", _l("They want to meet")),
                ("refuse_panel", _l("They refuse, and want a panel to look at it")),
                ("refuse", _l("They refuse, without a panel")),
            ]
        ),
        needed=_l("Choose what the person says"),
    )
    said = fields.words(_l("In their words"))


class RecordConversionForm(SpokenForm):
    agreed = fields.choose(
        _l("Does the person agree that it is not a grievance?"),
        choices([("yes", _l("Yes, they agree")), ("no", _l("No, it stays a grievance"))]),
        needed=_l("Choose what the person says"),
    )
    said = fields.words(_l("In their words"))


class FinishRemedyForm(StaffForm):
    remedy = fields.choose(_l("Which remedy is done?"), needed=_l("Choose the remedy"))
    evidence = fields.words(
        _l("What shows that it is done?"),
        hint=_l("What was done, when, where, and who saw it. Photos and papers can be added."),
        needed=_l("Write what shows that it is done"),
    )
    files = fields.files()


class ConfirmRemedyForm(SpokenForm):
    remedy = fields.choose(_l("Which remedy?"), needed=_l("Choose the remedy"))
    confirmed = fields.choose(
        _l("What does the person say?"),
        choices([("yes", _l("It is put right")), ("no", _l("It is not put right"))]),
        needed=_l("Choose what the person says"),
    )
    said = fields.words(_l("In their words"))


class VerifyForm(StaffForm):
    reason = fields.words(
        _l("If the person has not confirmed every remedy: why can it be closed?"),
        hint=_l("Only an approver can close with a reason. It stays in the record."),
    )


class LapseForm(StaffForm):
    """One button."""


class AnswerForm(StaffForm):
    answer = fields.words(_l("Our answer"), hint=_l("The person reads these words."), needed=_l("Write the answer"))
    files = fields.files()


class CheckAfterwardsForm(StaffForm):
    outcome = fields.choose(
        _l("Did you talk?"),
        choices([("held", _l("Yes, we talked")), ("attempt", _l("No, I tried and did not reach the person"))]),
        needed=_l("Choose whether you talked"),
    )
    stayed_right = fields.choose(_l("Is it still good?"), choices(list(labels.LABELS["stayed_right"].items())))
    punished = fields.choose(
        _l("Was anyone punished for speaking up?"),
        choices([("no", _l("No")), ("yes", _l("Yes, or they fear it"))]),
        hint=_l("Ask it each time. A yes is told at once to those who look after it."),
    )
    account = fields.words(
        _l("In their words"),
        hint=_l("When, where, and what was said. Only staff read this."),
        needed=_l("Write down the talk, or the try"),
    )

    def validate(self, extra_validators: object = None) -> bool:
        """Whoever was reached was asked both questions."""
        sound = super().validate(extra_validators)
        if self.outcome.data == "held":
            for field, missing in (
                (self.stayed_right, _l("Choose whether it is still good")),
                (self.punished, _l("Choose whether anyone was punished")),
            ):
                if not field.data:
                    field.errors = [*field.errors, missing]
                    sound = False
        return bool(sound)

    @property
    def talk(self) -> AfterTalk:
        """Return what the talk brought out; a try that reached nobody has no answers."""
        if self.outcome.data != "held":
            return AfterTalk(self.account.data)
        return AfterTalk(self.account.data, self.stayed_right.data, self.punished.data == "yes")
