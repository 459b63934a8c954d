"""What happened in meetings and after closure, in words; engage.web.staff.story takes them in."""

import uuid
from collections.abc import Callable, Mapping

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from engage.queries.case_page import CasePage

_ = lazy_gettext
Values = Mapping[str, object]

TITLES: Mapping[str, LazyString] = {
    "MeetingHeld": _("Meeting held"),
    "ReportedBack": _("The group was told how it ended"),
    "RetaliationFound": _("Somebody says they were punished for speaking up"),
    "JoinedSystemicIssue": _("The same keeps happening here: part of a systemic issue"),
    "CorrectiveActionDecided": _("It was decided what we change because of it"),
    "CorrectiveActionPassedOn": _("Somebody else sees to what we change because of it"),
    "CorrectiveActionDone": _("What we change because of it is done"),
    "CorrectiveActionDue": _("Reminder of what we change because of it"),
}


def _owner(page: CasePage, values: Values) -> str:
    return page.names.get(uuid.UUID(str(values["owner_id"])), gettext("somebody of ours"))


DETAILS: Mapping[str, Callable[[CasePage, Values], str]] = {
    "MeetingHeld": lambda page, values: gettext("Round %(round)s", round=values["round"]),
    "CorrectiveActionDecided": _owner,
    "CorrectiveActionPassedOn": _owner,
    "CorrectiveActionDue": _owner,
}
