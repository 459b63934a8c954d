"""Forms of what we change because of a case."""

from flask_babel import lazy_gettext as _l

from engage.web.staff import form_fields as fields
from engage.web.staff.form_fields import StaffForm


class CorrectForm(StaffForm):
    what = fields.words(
        _l("What do we change so that it does not happen again?"),
        hint=_l("Only staff who may see the case read this."),
        needed=_l("Write what is changed"),
    )
    owner = fields.pick(_l("Who sees to it?"), needed=_l("Choose who sees to it"))
    due_on = fields.day(_l("Done by"), needed=_l("Give the date by which it is done"))
    may_share = fields.tick(_l("The person may read what we change"))
    shared = fields.words(
        _l("What the person reads"),
        hint=_l("Short and plain, in their language. No names of our people."),
    )

    def validate(self, extra_validators: object = None) -> bool:
        """What is shared has words for the person, and words for the person are ticked as shared."""
        sound = super().validate(extra_validators)
        if self.may_share.data and not self.shared.data:
            self.shared.errors, sound = [*self.shared.errors, _l("Write what the person reads")], False
        if self.shared.data and not self.may_share.data:
            needed = _l("Tick that the person may read it, or leave their words empty")
            self.may_share.errors, sound = [*self.may_share.errors, needed], False
        return bool(sound)


class FinishCorrectionForm(StaffForm):
    evidence = fields.words(_l("What shows that it is done?"), needed=_l("Write what shows that it is done"))
