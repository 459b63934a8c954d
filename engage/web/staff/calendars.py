"""When the reader's sites work, the free days ahead, and the days communities keep for themselves. No case."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from babel import Locale
from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext

from engage import clock
from engage.domain.calendar_changes import slots_from, slots_text
from engage.models import Site
from engage.queries import calendars
from engage.services import sites
from engage.web.staff.acting import me
from engage.web.staff.blueprint import bp

AHEAD = timedelta(days=90)  # Ours: as far as somebody plans a meeting.


@bp.route("/calendars")
def show_calendars() -> ResponseReturnValue:
    return render_template(
        "staff/show_calendars.html", places=[_shown(site) for site in calendars.sites_of(me())], days=AHEAD.days
    )


def _shown(site: Site) -> dict[str, object]:
    """What the page says of one site, in the days of its zone."""
    today = clock.utcnow().astimezone(ZoneInfo(site.time_zone)).date()
    hours = calendars.hours_of(site.id)
    reasons = {one.code: gettext(one.label) for one in sites.in_force(site.id).pauses}
    names = (get_locale() or Locale("en")).days["stand-alone"]["wide"]
    week = slots_from(hours.slots) if hours else {}
    return {
        "site": site,
        "week": [(names[weekday], slots_text(week[weekday])) for weekday in sorted(week)],
        "free": calendars.free_days(site.id, since=today, until=today + AHEAD),
        "periods": [
            (row, reasons.get(row.reason_code, row.reason_code))
            for row in calendars.community_periods(site.id, today, today + AHEAD)
        ],
    }
