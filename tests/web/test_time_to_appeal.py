"""The thirty days in which an appeal needs no reason end with the thirtieth day, where the site lies."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from engage.extensions import db
from engage.models import Appeal
from tests import states
from tests.web.as_person import come_back, words


@pytest.fixture
def reference(clock, session, sent_tasks):
    """A case that was closed on the second of March, in the morning."""
    return states.a_closed_case(states.Team())


def test_on_the_evening_of_the_thirtieth_day_somebody_appeals_without_a_reason(client, reference, clock):
    """Product 4: public promises run in calendar days in the site's time zone."""
    clock.move_to(datetime(2026, 4, 1, 21, 59, tzinfo=UTC))  # a minute to midnight in Belgrade
    person = come_back(client, reference)
    assert "You can appeal until Wednesday 1 April" in words(client.get("/case/appeal"))
    person.send("/case/appeal", words="The dust is back.")
    assert db.session.scalars(select(Appeal.is_late)).all() == [False]


def test_a_minute_later_they_are_asked_why_they_come_now(client, reference, clock):
    clock.move_to(datetime(2026, 4, 1, 22, 0, tzinfo=UTC))
    person = come_back(client, reference)
    assert "The usual time ended on Wednesday 1 April" in words(client.get("/case/appeal"))
    assert person.send("/case/appeal", words="The dust is back.").status_code == 422
