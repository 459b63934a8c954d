"""The form by which somebody says that they are away."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from engage.web.staff import form_fields as fields


class AbsenceForm(FlaskForm):
    first_day = fields.day(_l("First day away"), hint=_l("Leave it empty for now."))
    last_day = fields.day(_l("Last day away"), needed=_l("Give the last day"))
    replacement = fields.pick(
        _l("Who stands in?"),
        hint=_l("Those who may do the same work at the same places. They are told, and see it on their day."),
        needed=_l("Choose who stands in"),
    )
