"""Tasks in words: what the templates and components of tasks are given."""

from flask import url_for

from engage.domain.policy import Permission
from engage.models import Task
from engage.queries.case_page import CasePage
from engage.web import filters, work_labels
from engage.web.locale import gettext

Row = dict[str, object]


def due(task: Task) -> Row:
    """Return when a task is due, for components/due_tag.html; nothing is owed where it is done."""
    if task.finished_at is not None:
        return {"due": gettext("done"), "tone": "quiet", "exact": None, "iso": None}
    return {
        "due": filters.due(task.due_at),
        "tone": "late" if filters.is_late(task.due_at) else "soon" if filters.is_soon(task.due_at) else None,
        "exact": filters.moment(task.due_at),
        "iso": task.due_at.isoformat(),
    }


def words_of(task: Task) -> str:
    """Return what is to be done: as it was written, or what the service asks for in the reader's language."""
    return str(work_labels.BY_SERVICE[task.code]) if task.code else task.words


def on_case(page: CasePage) -> list[Row]:
    """Return what is to be done for a case, for components/task_list.html."""
    directs = page.may(Permission.ASSIGN)
    return [
        {
            "what": words_of(row) if row.code else page.read(row.words),
            "href": None if page.is_masked else url_for("staff.show_task", task_id=row.id),
            "who": page.names.get(row.owner_id, gettext("somebody of ours")),
            "finish_href": url_for("staff.finish_task", task_id=row.id)
            if directs or page.actor.id in (row.owner_id, row.added_by_id)
            else None,
            **due(row),
        }
        for row in page.tasks
    ]
