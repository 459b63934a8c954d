"""What became of notices, in words: what the console, the page of one notice and the case page are given."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from flask import url_for
from flask_babel import ngettext
from sqlalchemy import RowMapping

from engage import clock
from engage.domain.case import CaseClass
from engage.domain.delivery import NoticeState, Urgency
from engage.domain.policy import Permission
from engage.models import Recipient
from engage.queries import case_notices
from engage.queries.case_page import CasePage
from engage.queries.delivery import Summary
from engage.queries.paging import Page
from engage.web import delivery_labels, filters, notice_labels
from engage.web.delivery_words import reason, what_you_can_do
from engage.web.locale import gettext
from engage.web.staff import paging

Row = dict[str, object]

LATE = timedelta(minutes=15)  # ours, as the health page has it: owed for longer than many sweeps
FAILED = (NoticeState.BOUNCED, NoticeState.DEAD)


def address(state: NoticeState, kept: Mapping[str, Any]) -> str:
    """Return the address of a list, narrowed to what is kept."""
    return url_for("staff.list_notices", state=state.value, **kept)


def head(summary: Summary) -> Row:
    """Return what is owed by site and road, and the way to the notice that has waited longest."""
    oldest = summary.oldest
    total = sum(one.count for one in summary.owed)
    return {
        "oldest": {
            "age": filters.age(oldest.made_at),
            "reference": oldest.reference,
            "href": url_for("staff.show_notice", notice_id=oldest.id),
        }
        if oldest
        else None,
        "owed": [
            {
                "site": one.site,
                "road": delivery_labels.road(one.road),
                "count": _at_least(one.count, summary),
                "age": filters.age(one.oldest_at),
                "href": address(NoticeState.WAITING, {"site": one.site_id, "road": one.road}),
            }
            for one in summary.owed
        ],
        "total": _at_least(total, summary) if total else None,
    }


def _at_least(count: int, summary: Summary) -> str:
    return "999+" if summary.is_partial else filters.capped(count)


def tabs(shown: NoticeState, counts: Mapping[NoticeState, int], kept: Mapping[str, Any]) -> list[Row]:
    """Return the lists with their counts; what is filtered by stays. What went well is not counted."""
    return [
        {
            "label": text,
            "href": address(state, kept),
            "count": filters.capped(counts[state]) if state in counts else None,
            "current": state is shown,
            "late": state in FAILED and bool(counts[state]),
        }
        for state, text in delivery_labels.TABS.items()
    ]


def lines(page: Page, state: NoticeState, now: datetime) -> list[Row]:
    """Return the notices as lines; each speaks in the time of its own site."""
    return [_line(row, state, now) for row in page.rows]


def _line(row: RowMapping, state: NoticeState, now: datetime) -> Row:
    filters.speak_in(row["time_zone"])
    return {
        "what": _what(row, is_restricted=row["class_"] is CaseClass.RESTRICTED),
        "to": row["reader"] or gettext("the person"),
        "href": url_for("staff.show_notice", notice_id=row["id"]),
        "reference": row["reference"],
        "age": filters.age(row["created_at"]),
        "exact": filters.moment(row["created_at"]),
        "iso": row["created_at"].isoformat(),
        "tone": _tone(state, row, now),
        "urgent": row["urgency"] == Urgency.URGENT,
        "road": delivery_labels.road(row["road"]),
        "site": row["site"],
        "fate": " · ".join(_fate(row, state, now)),
    }


def _tone(state: NoticeState, row: RowMapping, now: datetime) -> str | None:
    if state in FAILED:
        return "late"
    if state in (NoticeState.SENT, NoticeState.REPLACED):
        return "quiet"
    was_due = row["not_before"] <= now or row["last_error"]
    return "late" if was_due and now - row["created_at"] > LATE else None


def _what(row: RowMapping, *, is_restricted: bool) -> str:
    to_staff = row["recipient"] is Recipient.STAFF
    return notice_labels.of_staff(row["template"], is_restricted=is_restricted, to_staff=to_staff)


def _at(instant: datetime) -> str:
    """Write an instant in short; its zone is that of the site, which stands beside it."""
    return f"{filters.short_day(instant)} {filters.clock_time(instant)}"


def _fate(row: RowMapping, state: NoticeState, now: datetime) -> list[str]:
    """When it last changed, when it is tried next, and why it did not arrive."""
    found = []
    match state:
        case NoticeState.SENT:
            found.append(gettext("sent %(at)s", at=_at(row["sent_at"])))
        case NoticeState.BOUNCED:
            found.append(gettext("came back %(at)s", at=_at(row["bounced_at"])))
        case NoticeState.DEAD:
            found.append(gettext("given up %(at)s", at=_at(row["dead_at"])))
        case NoticeState.REPLACED:
            found.append(gettext("said by another message %(at)s", at=_at(row["replaced_at"])))
        case NoticeState.CLAIMED:
            found.append(gettext("is being sent"))
        case _:
            found.append(next_try(row["not_before"], row["last_error"], now))
    if row["last_error"] and state is not NoticeState.SENT:
        found.append(str(reason(row["last_error"]).said))
    return found


def next_try(not_before: datetime, last_error: str | None, now: datetime) -> str:
    """Return when a notice that waits leaves."""
    if not_before <= now:
        return gettext("leaves as soon as a worker is free")
    if last_error:
        return gettext("tried again %(at)s", at=_at(not_before))
    return gettext("leaves %(at)s", at=_at(not_before))


def ways(page: Page, state: NoticeState, total: str | None, kept: Mapping[str, Any]) -> Row:
    """Return where the page stands in its list, and the addresses of the pages on either side."""
    return paging.ways(page, total, "created_at", lambda **side: address(state, {**kept, **side}))


def empty(state: NoticeState, *, narrowed: bool) -> Row:
    """Return what it means that there is nothing here."""
    if narrowed:
        return {
            "title": gettext("Nothing fits these filters"),
            "text": gettext("There are no messages with all of what you chose."),
        }
    title, text = {
        NoticeState.BOUNCED: (
            gettext("Nothing came back"),
            gettext("No message that left was sent back to us and still needs somebody."),
        ),
        NoticeState.DEAD: (
            gettext("Nothing was given up"),
            gettext("Every message was delivered, is still being tried, or was told by one of us."),
        ),
        NoticeState.WAITING: (gettext("Nothing waits"), gettext("Every message has left.")),
        NoticeState.CLAIMED: (gettext("Nothing is being sent"), gettext("No worker has a message in its hands.")),
        NoticeState.SENT: (
            gettext("Nothing was sent lately"),
            gettext("Messages about your cases that left in the last 30 days stand here."),
        ),
        NoticeState.REPLACED: (
            gettext("Nothing was said by another message"),
            gettext(
                "A message of the last 30 days stands here when another one says it, by another way or for several."
            ),
        ),
    }[state]
    return {"title": title, "text": text}


class Why(NamedTuple):
    """Why a notice did not arrive: the words, what can be done, and the code for those who run the service."""

    said: str
    help: str
    code: str


def why(code: str | None, *, to_staff: bool) -> Why | None:
    """Return why in words, or None where nothing went wrong."""
    if code is None:
        return None
    found = reason(code)
    return Why(str(found.said), what_you_can_do(found.help, to_staff=to_staff), code)


def on_case(page: CasePage) -> Row | None:
    """Return the notices of a case for staff/_notices.html; None for who does not look after them."""
    if not page.may(Permission.SEE_DELIVERY):
        return None
    now, is_restricted = clock.utcnow(), page.case.class_ is CaseClass.RESTRICTED
    rows = [_on_case(row, now, is_restricted=is_restricted) for row in case_notices.of_case(page.case.id)]
    failed = sum(1 for row in rows if row["failed"])
    return {
        "rows": rows,
        "failed": ngettext("%(num)d did not arrive", "%(num)d did not arrive", failed) if failed else None,
        "more": len(rows) == case_notices.MOST,
    }


def _on_case(row: RowMapping, now: datetime, *, is_restricted: bool) -> Row:
    state = case_notices.state_in(row, now)
    return {
        "what": _what(row, is_restricted=is_restricted),
        "to": row["reader"] or gettext("the person"),
        "href": url_for("staff.show_notice", notice_id=row["id"]),
        "state": delivery_labels.STATES[state],
        "failed": state in FAILED,
        "road": delivery_labels.road(row["road"]),
        "fate": " · ".join(_fate(row, state, now)),
        "arrived": _at(row["arrived_at"]) if row["arrived_at"] else None,
        "tries": row["tries"],
    }
