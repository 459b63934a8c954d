"""What triage knows of a case as its page draws it."""

from flask import url_for

from engage.domain.policy import Permission
from engage.queries.case_page import CasePage
from engage.web import labels

Row = dict[str, object]


def shown(page: CasePage) -> Row:
    """Return what staff/_triage.html draws."""
    return {"about": _about(page)}


def _about(page: CasePage) -> list[Row]:
    may_remove = page.may(Permission.REMOVE_SUBJECT)
    reference = page.case.reference
    return [
        {
            "kind": labels.label("subject_kind", row.kind),
            "name": name,
            "href": url_for("staff.remove_subject_case", reference=reference, involvement_id=row.id)
            if may_remove
            else None,
        }
        for row, name in page.triage.about
    ]
