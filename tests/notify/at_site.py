"""Time on the wall of the site, and what happens there, for the tests of quiet hours."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from engage.domain.event import Event
from engage.domain.policy import SYSTEM
from engage.services.timeline import record
from engage.unit_of_work import unit_of_work
from tests import states
from tests.states import case_of

HERE = ZoneInfo(states.ZONE)
# The hours and waits that come with the product; other tests have none.
AS_SHIPPED = {"QUIET_HOURS": "21:00-07:00", "NEWS_GATHER_MINUTES": 10, "NEWS_AGAIN_DAYS": 7}


def at(clock, *parts: int) -> None:
    """Put the clock to a time on the wall of the site."""
    clock.move_to(datetime(*parts, tzinfo=HERE).astimezone(UTC))


def happen(reference: str, *happened: Event) -> None:
    """Put the events on the record of the case, as the service itself."""
    with unit_of_work():
        for event in happened:
            record(case_of(reference), event, actor=SYSTEM)
