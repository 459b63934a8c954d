"""What happened to tasks and notes for colleagues, in words; engage.web.staff.story takes them in."""

import uuid
from collections.abc import Callable, Mapping

from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from engage.queries.case_page import CasePage
from engage.web.locale import gettext

_ = lazy_gettext
Values = Mapping[str, object]

TITLES: Mapping[str, LazyString] = {
    "TaskAdded": _("Task added"),
    "TaskPassedOn": _("Task given to somebody else"),
    "RemedyPassedOn": _("Remedy given to somebody else to carry out"),
    "TaskFinished": _("Task done"),
    "TaskDue": _("Reminder of a task"),
    "ColleagueMentioned": _("Asked to read a note"),
    "NoticeTriedAgain": _("A message is tried again"),
}


def _owner(page: CasePage, values: Values) -> str:
    return _name(page, values["owner_id"])


def _name(page: CasePage, user: object) -> str:
    return page.names.get(uuid.UUID(str(user)), str(gettext("somebody of ours")))


DETAILS: Mapping[str, Callable[[CasePage, Values], str]] = {
    "TaskAdded": _owner,
    "TaskPassedOn": _owner,
    "RemedyPassedOn": _owner,
    "TaskDue": _owner,
    "ColleagueMentioned": lambda page, values: _name(page, values["user_id"]),
}
