"""Forms of what keeps happening."""

from flask_babel import lazy_gettext as _l

from engage.web.staff import form_fields as fields
from engage.web.staff.form_fields import StaffForm


class AddActionForm(StaffForm):
    words = fields.words(_l("What do we change so that it stops?"), needed=_l("Write what is changed"))
    owner = fields.pick(_l("Who sees to it?"), needed=_l("Choose who sees to it"))
    due_on = fields.day(_l("Done by"), needed=_l("Give the date by which it is done"))


class FinishActionForm(StaffForm):
    evidence = fields.words(_l("What shows that it is done?"), needed=_l("Write what shows that it is done"))


class CloseIssueForm(StaffForm):
    root_cause = fields.pick(_l("Root cause"), needed=_l("Choose a root cause"))
    words = fields.words(
        _l("What was learnt, and what is different now?"), needed=_l("Write what was learnt and what is different")
    )
