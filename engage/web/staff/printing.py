"""A case's file to print, for those who may read the case as it was written."""

from flask.typing import ResponseReturnValue

from engage.queries import case_file as case_files
from engage.web import case_file
from engage.web.staff.acting import me, note_reading, opened
from engage.web.staff.blueprint import bp

PRINTED = "file"  # why the reading is on record: it may lie on paper somewhere since


@bp.route("/cases/<reference>/file")
def print_case(reference: str) -> ResponseReturnValue:
    page = opened(reference)
    found = case_files.of(reference, me())
    note_reading(page.case.id, PRINTED)
    return case_file.answer_with(found)
