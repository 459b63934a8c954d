"""Files of a case, for those who may read it unmasked."""

import uuid

from flask import Response

from engage.services import attachments
from engage.web import uploads
from engage.web.staff.acting import me, note_reading
from engage.web.staff.blueprint import bp


@bp.route("/files/<uuid:file_id>")
def open_file(file_id: uuid.UUID) -> Response:
    opened = attachments.open_file(file_id, me())
    note_reading(opened.case_id, "file")
    return uploads.hand_out(opened)
