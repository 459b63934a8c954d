"""The inbox in words: what its template and components are given."""

from collections.abc import Mapping
from functools import cache, partial
from typing import Any

from flask import url_for
from sqlalchemy import RowMapping

from engage.queries.accounts import Account
from engage.queries.inbox import Tab
from engage.queries.paging import Page
from engage.web import filters, labels
from engage.web.locale import gettext
from engage.web.staff import paging

Row = dict[str, object]
Kept = Mapping[str, Any]  # what the address keeps from page to page


def where_of(account: Account) -> str:
    """Return the place in the heading: the one site, or all of them."""
    names = [name for _, name in account.places]
    if account.is_everywhere:
        return str(gettext("All sites"))
    return ", ".join(names[:2]) + (" …" if len(names) > 2 else "")


def tabs(shown: Tab, counts: Mapping[Tab, int], kept: Kept) -> list[Row]:
    """Return the tabs with their counts; what is filtered and searched by stays."""
    return [
        {
            "label": labels.label("tab", tab),
            "href": url_for("staff.inbox", tab=tab.value, **kept),
            "count": filters.capped(count),
            "current": tab is shown,
            "late": tab is Tab.OVERDUE and count > 0,
        }
        for tab, count in counts.items()
    ]


class _Words:
    """Labels that many lines share, each looked up once per page."""

    def __init__(self) -> None:
        self.category = cache(labels.category)
        self.channel = cache(partial(labels.term, "channels"))
        self.stage = cache(partial(labels.label, "stage"))


def lines(page: Page) -> list[Row]:
    """Return the cases as lines; each speaks in the time of its own site."""
    words = _Words()
    # Written once and not 25 times: the reference is all by which the addresses differ, and it has no sign to escape.
    start = url_for("staff.show_case", reference="-").removesuffix("-")
    return [_line(row, words, start) for row in page.rows]


def _line(row: RowMapping, words: _Words, start: str) -> Row:
    filters.speak_in(row["time_zone"])
    due_at = row["next_due_at"]
    return {
        "reference": row["reference"],
        "href": f"{start}{row['reference']}",
        "title": _title(row),
        "facts": " · ".join(_facts(row, words)),
        **_due(row),
        "exact": filters.moment(due_at) if due_at else None,
        "iso": due_at.isoformat() if due_at else None,
        "severity": row["level"],
        "where": row["community"] or row["site"] if row["is_readable"] else row["site"],
        "stage": words.stage(row["stage"]),
        "owner": row["owner"],
    }


def _title(row: RowMapping) -> str:
    """The title, for those who may read words as they were written; for others what the concern is about."""
    if row["erased_at"] is not None:
        return str(gettext("Erased"))
    if row["is_readable"]:
        return row["title"] or str(gettext("Without words: a recording or a picture"))
    return labels.category(row["category"], row["subcategory"]) or labels.label("kind", row["kind"])


def _facts(row: RowMapping, words: _Words) -> list[str]:
    found = [
        words.category(row["category"]),
        words.channel(row["channel"]),
        filters.age(row["received_at"]),
        str(gettext("new message")) if row["unread_reply"] else "",
        str(gettext("could not reach the person")) if row["could_not_reach"] else "",
        str(gettext("explanation owed")) if row["owes_explanation"] else "",
        str(gettext("was late")) if row["was_late"] else "",
    ]
    return [text for text in found if text]


def _due(row: RowMapping) -> Row:
    """When something is owed: what is late first, then whose turn it is, then how long there is."""
    due_at = row["next_due_at"]
    if due_at is not None and filters.is_late(due_at):
        return {"due": filters.due(due_at), "tone": "late"}
    if row["their_turn"]:
        return {"due": gettext("their turn"), "tone": "quiet"}
    if due_at is None:
        return {"due": gettext("nothing owed"), "tone": "quiet"}
    return {"due": filters.due(due_at), "tone": "soon" if filters.is_soon(due_at) else None}


def ways(page: Page, tab: Tab, count: int, kept: Kept) -> Row:
    """Return where the page stands in its list, and the addresses of the pages on either side."""
    address = partial(url_for, "staff.inbox", tab=tab.value, **kept)
    return paging.ways(page, filters.capped(count), "next_due_at", address)


def empty(tab: Tab, *, narrowed: bool, searched: bool) -> Row:
    """Return what it means that there is nothing here."""
    if searched:
        return {
            "title": gettext("Nothing found"),
            "text": gettext("No case you may see has this reference or all of these words. Try fewer words."),
        }
    if narrowed:
        return {
            "title": gettext("Nothing fits these filters"),
            "text": gettext("There are no cases with all of what you chose."),
        }
    title, text = {
        Tab.TRIAGE: (gettext("Nothing waits for triage"), gettext("Every concern that came in has been looked at.")),
        Tab.MINE: (gettext("You have no open case"), gettext("Cases that are assigned to you stand here.")),
        Tab.SITE: (gettext("No open case"), gettext("Nothing is open at your site right now.")),
        Tab.OVERDUE: (gettext("Nothing is late"), gettext("Every promise whose day has come was kept.")),
        Tab.THEIRS: (
            gettext("Nobody has to answer us"),
            gettext("Cases wait here while a person thinks about what we propose."),
        ),
        Tab.UNREACHED: (
            gettext("Everybody was reached"),
            gettext("Cases stand here when a message did not arrive, or somebody has to be told by one of us."),
        ),
        Tab.ALL: (
            gettext("No cases yet"),
            gettext("As soon as somebody raises a concern that you may see, it stands here."),
        ),
    }[tab]
    return {"title": title, "text": text}


def first_tab(counts: Mapping[Tab, int]) -> Tab:
    """Return the tab that opens by itself: the first of the usual ones that has something in it."""
    usual = (Tab.TRIAGE, Tab.MINE, Tab.OVERDUE, Tab.SITE, Tab.ALL)
    return next((tab for tab in usual if counts.get(tab)), Tab.ALL)
