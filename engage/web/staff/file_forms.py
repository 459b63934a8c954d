"""The form by which a file is opened as it came."""

from flask_babel import lazy_gettext as _l

from engage.web.staff import form_fields as fields
from engage.web.staff.form_fields import StaffForm


class OpenOriginalForm(StaffForm):
    file = fields.choose(_l("Which file?"), needed=_l("Choose a file"))
    explanation = fields.words(
        _l("Why do you need it as it came?"),
        hint=_l(
            "It may tell where the person was, when, and which phone they have. Write what cannot be shown without it."
        ),
        needed=_l("Write why you need it"),
    )
