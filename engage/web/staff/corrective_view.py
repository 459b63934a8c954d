"""What we change because of a case, as its page draws it in staff/_changes.html."""

from flask import url_for

from engage.models import CorrectiveAction
from engage.queries.case_page import CasePage
from engage.services import corrective
from engage.web import labels
from engage.web.filters import day
from engage.web.locale import gettext

Row = dict[str, object]


def shown(page: CasePage) -> Row | None:
    """Return what was decided, and what keeps happening with it; None where there is neither."""
    found = page.changes
    if not found:
        return None
    issue = found.issue
    return {
        "own": [_line(page, row, name, _finish_href(page, row)) for row, name in found.own],
        "issue": issue and f"{labels.category(issue.category)} · {issue.place}",
        "issue_href": issue and url_for("staff.show_systemic_issue", issue_id=issue.id),
        "of_issue": [_line(page, row, name, None) for row, name in found.of_issue],
        "others": [{"reference": other, "href": url_for("staff.show_case", reference=other)} for other in found.others],
    }


def _line(page: CasePage, row: CorrectiveAction, owner: str, finish_href: str | None) -> Row:
    is_done = row.finished_at is not None
    said = gettext("done on %(day)s") if is_done else gettext("by %(day)s")
    return {
        "what": page.read(row.words),
        "who": owner,
        "when": said % {"day": day(row.finished_at or row.due_at)},
        "evidence": page.read(row.evidence) if row.evidence else None,
        "finish_href": finish_href,
        "is_shared": row.shared_words is not None,
    }


def _finish_href(page: CasePage, row: CorrectiveAction) -> str | None:
    if row.finished_at is not None or not corrective.may_finish(page.actor, row, page.case):
        return None
    return url_for("staff.finish_correction_case", reference=page.case.reference, action_id=row.id)
