"""What notices may say: pages to open, and a site's own ways to be reached. Nothing of a concern."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from engage.extensions import db
from engage.models import Case, Deadline
from engage.notify import links

FAR = datetime(2500, 1, 1, tzinfo=UTC)  # A date that a pause without an end holds lies beyond; it is no date to tell.


def values_of(case: Case | None) -> dict[str, Any]:
    """Return what every notice may say."""
    pages = {
        "home": links.home(),
        "how_it_works": links.how_it_works(),
        "outside_avenues": links.outside_avenues(),
        "time_zone": case.site.time_zone if case else "UTC",
    }
    if case is None:
        return pages
    site = case.site
    return pages | {
        "reference": case.reference,
        "kind": case.kind.value,
        "channel": case.channel,
        "received_at": case.received_at.isoformat(),
        "site": "" if site.is_group_intake else site.name,
        "phone": site.phone or "",
        "phone_hours": site.phone_hours or "",
        "office": site.office or "",
        "avenues": [f"{item['name']}: {item['contact']}" for item in site.outside_avenues],
    }


def dates_of(case: Case) -> dict[str, Any]:
    """Return the dates in force of what we promised the person, the nearest first."""
    rows = db.session.execute(
        select(Deadline.promise, Deadline.due_at)
        .where(Deadline.case_id == case.id, Deadline.ended_at.is_(None), Deadline.due_at < FAR)
        .order_by(Deadline.due_at)
    ).all()
    return {"dates": [{"promise": promise.value, "due_at": due_at.isoformat()} for promise, due_at in rows]}
