"""My day in words: what its template is given."""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from flask import url_for

from engage.queries import case_parts
from engage.queries.accounts import Account
from engage.queries.day import MOST, Day, Item
from engage.queries.day_waits import UNDECLARED
from engage.web import filters, labels, work_labels
from engage.web.locale import gettext

Row = dict[str, object]


def lists(found: Day, now: datetime) -> list[Row]:
    """Return the four lists with their headings and counts, and what it means where one is empty."""
    mine = sorted([*found.owed, *found.tasks], key=lambda one: (one.at, str(one.subject_id)))
    due = [one for one in mine if _is_for_today(one, now)]
    later = [one for one in mine if not _is_for_today(one, now)]
    return [
        _list("due", gettext("Due today, and late"), due, gettext("Nothing of yours is due today.")),
        _list("waits", gettext("Waits for you"), found.waits, gettext("Nobody waits for your word.")),
        _list("arrived", gettext("Arrived"), found.arrived, gettext("Nothing new has come in.")),
        _list("promised", gettext("What you promised"), later, gettext("You owe nothing after today.")),
    ]


def names_of(users: Sequence[uuid.UUID]) -> list[str]:
    """Return the names of those for whom the reader stands in."""
    return [name for _, name in case_parts.names_of(users)] if users else []


def since(found: Day, account: Account) -> str:
    """Return since when things count as arrived: in UTC for whoever works at several sites."""
    zones = {one.time_zone for one in (*found.arrived, *found.owed)}
    filters.speak_in(zones.pop() if len(zones) == 1 and len(account.places) == 1 else "UTC")
    return filters.moment(found.seen_at)


def _is_for_today(one: Item, now: datetime) -> bool:
    zone = ZoneInfo(one.time_zone)
    return one.at <= now or one.at.astimezone(zone).date() <= now.astimezone(zone).date()


def _list(name: str, title: str, items: Sequence[Item], empty: str) -> Row:
    shown = items[:MOST]
    return {
        "name": name,
        "title": title,
        "count": str(len(shown)) + ("+" if len(items) > MOST else ""),
        "items": [_line(one, dated=name in ("due", "promised")) for one in shown],
        "empty": empty,
    }


def _line(one: Item, *, dated: bool) -> Row:
    filters.speak_in(one.time_zone)
    is_late = dated and filters.is_late(one.at)
    return {
        "what": one.words or _WHAT[one.kind](one.code),
        "is_typed": one.words is not None,
        "href": _href(one),
        "reference": one.reference,
        "title": _title(one),
        "level": one.level,
        "due": filters.due(one.at) if dated or one.kind in _UNTIL else filters.age(one.at),
        "day": filters.day(one.at) if dated and not is_late else None,
        "tone": "late" if is_late else "soon" if dated and filters.is_soon(one.at) else None,
        "exact": filters.moment(one.at),
        "iso": one.at.isoformat(),
    }


def _title(one: Item) -> str | None:
    """The title of the case, where it is of one; who is to decide an appeal reads it once they said the one thing."""
    if one.reference is None:
        return None
    if (one.kind, one.code) == ("seat", UNDECLARED):
        return gettext("you read it once you have said whether you have a conflict of interest")
    return one.title or gettext("Without words: a recording or a picture")


_WHAT: dict[str, Callable[[str], str]] = {
    "deadline": partial(labels.label, "promise"),
    "errand": lambda code: gettext("Tell the person"),
    "explanation": lambda code: gettext("Explain in writing why it is late"),
    "remedy": lambda code: gettext("Remedy: %(what)s", what=labels.term("remedies", code)),
    "task": lambda code: str(work_labels.BY_SERVICE[code]),  # what somebody wrote is shown as it is
    "change": lambda code: gettext("So that it does not happen again"),
    "proposal": lambda code: gettext("Approve a proposal"),
    "screening": lambda code: (
        gettext("Decide on a screening out")
        if labels.term("information_refusals", code) == code
        else gettext("Decide on refusing information")
    ),
    "rating": lambda code: gettext("Decide on a lower level"),
    "extension": lambda code: gettext("Decide on more time: %(promise)s", promise=labels.label("promise", code)),
    "opening": lambda code: gettext("Decide whether somebody may see who the person is"),
    "panel": lambda code: gettext("Name a panel"),
    "seat": lambda code: gettext("Decide an appeal"),
    "reply": lambda code: gettext("Read what the person wrote"),
    "pause": lambda code: gettext("A pause ends"),
    "case": lambda code: labels.label("stage", code),
}
_UNTIL = ("pause", "panel")  # what waits until an instant that lies ahead
_DECISIONS = {
    "proposal": "staff.approve_proposal_case",
    "screening": "staff.approve_screen_out_case",
    "rating": "staff.approve_rating_case",
    "extension": "staff.approve_extension_case",
    "opening": "staff.decide_opening_case",
    "panel": "staff.seat_panel_case",
    "seat": "staff.deliberate_case",
}


def _href(one: Item) -> str:
    """Where it is done: the page of the step itself where there is one."""
    if one.kind == "task":
        return url_for("staff.show_task", task_id=one.subject_id)
    if one.kind == "change" and one.reference is None:
        return url_for("staff.finish_corrective_action", issue_id=uuid.UUID(one.code), action_id=one.subject_id)
    if one.kind == "change":
        return url_for("staff.finish_correction_case", reference=one.reference, action_id=one.subject_id)
    if one.kind == "errand":
        return url_for("staff.tell_person", reference=one.reference, errand_id=one.subject_id)
    if one.kind == "explanation":
        return url_for("staff.explain_deadline", reference=one.reference, deadline_id=one.subject_id)
    return url_for(_DECISIONS.get(one.kind, "staff.show_case"), reference=one.reference)
