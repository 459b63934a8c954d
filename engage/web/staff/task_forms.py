"""Forms of tasks."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from engage.web.staff import form_fields as fields
from engage.web.staff.form_fields import StaffForm

_BY = _l("Leave it empty for three days; days on which the site works, where it says so.")


class TaskForm(StaffForm):
    what = fields.line(
        _l("What is to be done?"),
        hint=_l("One line. Only staff who may see the case read it."),
        needed=_l("Say what is to be done"),
    )
    owner = fields.pick(_l("Who does it?"), needed=_l("Choose who does it"))
    due_on = fields.day(_l("By when?"), hint=_BY)


class SiteTaskForm(StaffForm):
    what = fields.line(
        _l("What is to be done?"),
        hint=_l("One line, without names: what has to do with a concern is a task of its case."),
        needed=_l("Say what is to be done"),
    )
    site = fields.pick(_l("At which site?"), needed=_l("Choose the site"))
    owner = fields.pick(_l("Who does it?"), needed=_l("Choose who does it"))
    due_on = fields.day(_l("By when?"), hint=_BY)


class PassOnForm(FlaskForm):
    owner = fields.pick(_l("Give it to"), needed=_l("Choose who does it"))
