"""Forms of conflicts of interest."""

from flask_babel import lazy_gettext as _l

from engage.web.staff import form_fields as fields
from engage.web.staff.form_fields import StaffForm


class NameSubjectForm(StaffForm):
    kind = fields.choose(_l("Whom or what is the case about?"), needed=_l("Choose whom or what it is about"))
    user = fields.pick(_l("One of our people"))
    name = fields.line(
        _l("Name of the department or the contractor"),
        hint=_l("As it stands with the people who work there. Everybody of it is kept out of the case."),
    )


class RemoveSubjectForm(StaffForm):
    why = fields.words(_l("Why is the case not about them?"), needed=_l("Say why"))
