"""Forms of stopping the clock of a case, and of letting it run again."""

from flask_babel import lazy_gettext as _l

from engage.web.staff import form_fields as fields
from engage.web.staff.form_fields import StaffForm


class PauseForm(StaffForm):
    reason = fields.choose(_l("Why does the clock stand still?"), needed=_l("Choose why the clock stands still"))
    explanation = fields.words(
        _l("Tell the person why, or ask what you need to know"),
        hint=_l("The person reads these words. If you wait for the person, their answer lets the clock run again."),
        needed=_l("Write to the person why the clock stands still"),
    )
    asked_by = fields.line(
        _l("Who asked for it, and how do you know?"),
        hint=_l("Needed where it is the wish of the community or of an outside body. Only staff read this."),
    )
    first_day = fields.day(_l("First day"), hint=_l("Leave it empty for now."))
    last_day = fields.day(_l("Last day"), needed=_l("Give the last day"))


class EndPauseForm(StaffForm):
    pause = fields.choose(_l("Which pause ends?"), needed=_l("Choose the pause"))
    asked_by = fields.line(
        _l("Who wishes it, and how do you know?"),
        hint=_l("Needed where the community or an outside body asked for the pause. Only staff read this."),
    )
