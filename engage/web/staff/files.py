"""Files of a case, for those who may read it unmasked; and as they came, for who keeps what they tell."""

import uuid

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.domain.guards import Refused
from engage.domain.policy import Permission
from engage.models import Case
from engage.services import attachments, originals
from engage.services.file_store import Opened
from engage.web import step_up, uploads
from engage.web.staff.acting import act, me, note_reading, opened
from engage.web.staff.blueprint import bp
from engage.web.staff.file_doors import with_original
from engage.web.staff.file_forms import OpenOriginalForm
from engage.web.staff.form_fields import choices


@bp.route("/files/<uuid:file_id>")
def open_file(file_id: uuid.UUID) -> ResponseReturnValue:
    try:
        file = attachments.open_file(file_id, me())
    except Refused as refused:
        back = {"label": gettext("To the cases"), "href": url_for("staff.inbox")}
        return uploads.kept_closed(refused, layout="layouts/staff.html", back=back)
    note_reading(file.case_id, "file")
    return uploads.hand_out(file)


@bp.route("/cases/<reference>/original", methods=["GET", "POST"])
def open_original_case(reference: str) -> ResponseReturnValue:
    """Hand the file out in the answer to the press itself, so that each opening is one, and none has an address."""
    page, form = opened(reference), OpenOriginalForm()
    if page.may(Permission.OPEN_ORIGINAL) and (proof := step_up.asked()):
        return proof
    form.file.choices = choices([(str(row.id), row.name) for row in with_original(page)])
    found: list[Opened] = []

    def open_it(case: Case) -> None:
        found.append(originals.open_one(case, uuid.UUID(form.file.data), form.explanation.data, actor=me()))

    lead = gettext("The person is told that you opened it, with your role and the day. Your reason stands as a note.")
    answer = act(page, form, open_it, done=gettext("That you opened it is recorded."), lead=lead)
    if not found:
        return answer
    note_reading(page.case.id, originals.PURPOSE)
    return uploads.hand_out(found[0])
