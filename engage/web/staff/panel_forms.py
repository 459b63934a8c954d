"""Forms of those who decide an appeal, among themselves."""

from flask_babel import lazy_gettext as _l

from engage.web.staff import form_fields as fields
from engage.web.staff.form_fields import StaffForm, choices


class DeclareForm(StaffForm):
    conflict = fields.choose(
        _l("Do you have a conflict of interest?"),
        choices(
            [
                ("no", _l("No. I know nobody in it, worked on nothing of it, and gain or lose nothing by it")),
                ("yes", _l("Yes. I step back from this panel")),
            ]
        ),
        needed=_l("Say whether you have a conflict of interest"),
        hint=_l("You need not say what it is. Until you answer, nothing of the case is shown to you."),
    )


class PanelNoteForm(StaffForm):
    words = fields.words(_l("A note for the panel"), needed=_l("Write the note"))
    dissents = fields.tick(
        _l("This is my dissent from the decision"), hint=_l("The record says that you dissented, and not why.")
    )
