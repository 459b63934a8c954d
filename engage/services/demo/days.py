"""When the sites of the demonstration work, when they are closed, and the days their communities keep."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from engage import clock
from engage.models import Closure, ClosureSource, CommunityPeriod, Site, SiteHours


def of_site(site: Site, plan: Mapping[str, Any], made_at: datetime) -> Iterator[SiteHours | Closure | CommunityPeriod]:
    """Yield the rows of a site. Days count from the one on which the demonstration is made, so that some lie ahead."""
    today = made_at.astimezone(ZoneInfo(site.time_zone)).date()
    yield SiteHours(
        site_id=site.id,
        version=1,
        country=site.country,
        region="",
        slots={str(weekday): plan["work_hours"] for weekday in plan["work_days"]},
        changed_at=clock.utcnow(),
    )
    for row in plan["closures"]:
        first, last = _days(row, today)
        yield Closure(site_id=site.id, first_day=first, last_day=last, reason=row["reason"], source=ClosureSource.TYPED)
    for row in plan["community_days"]:
        first, last = _days(row, today)
        yield CommunityPeriod(
            site_id=site.id, community=row["community"], first_day=first, last_day=last, reason_code=row["reason"]
        )


def _days(row: Mapping[str, Any], today: date) -> tuple[date, date]:
    first = today + timedelta(days=row["from"])
    return first, first + timedelta(days=row["days"] - 1)
