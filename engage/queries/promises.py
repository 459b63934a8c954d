"""How the date of a promise was counted, for the pages that explain it to the person and to staff."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

from engage.domain.deadlines import ByDate, Clock, span_from
from engage.domain.pauses import Pause, limited, set_since
from engage.models import Deadline
from engage.models import Pause as PauseRow
from engage.models.promise import HELD


def clock_of(row: Deadline, stops: Iterable[PauseRow], *, zone: ZoneInfo, limits: Mapping[str, timedelta]) -> Clock:
    """Return the deadline as the rules read it; its explanation ends at the date in force.

    `limits` is the most time each reason may take (`Catalogue.pause_limits`). A date that the promised span does not
    give here and now, because the case came from a site with another clock or the date was told despite a pause, is
    read as what it is: the date that was told.
    """
    known = [Pause(one.starts_at, one.ends_at, one.reason_code, one.set_at) for one in stops]
    pauses = limited(set_since(known, row.pauses_from), limits)
    counted = Clock(row.promise, row.starts_at, span_from(row.span), zone, pauses)
    if (counted.due_at or HELD) == row.due_at:
        return counted
    return Clock(row.promise, row.starts_at, ByDate(row.due_at), zone)
