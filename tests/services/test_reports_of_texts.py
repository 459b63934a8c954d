"""What a gateway reports of the texts that we sent, also before we wrote down that we did."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage import vault
from engage.domain.delivery import Outcome
from engage.domain.gateways import Arrival
from engage.extensions import db
from engage.models import DeliveryAttempt, EarlyReport, Errand
from engage.services import texts
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from tests import states
from tests.services.by_text import a_case, owed_to


@pytest.fixture
def team(session, sent_tasks, clock, gateway):
    vault.make_worker_keys(settings().VAR)
    return states.Team()


@pytest.fixture
def reference(team):
    """A case about which a text went to the person's phone."""
    made = a_case(team)
    owed_to(made)
    return made


def reported(arrival, name="gw-1", reason=""):
    with unit_of_work():
        texts.report(name, arrival, reason)


def outcomes():
    return sorted(db.session.scalars(select(DeliveryAttempt.outcome).where(DeliveryAttempt.road == "sms")))


def test_a_report_of_arrival_is_kept_once(team, reference):
    for _ in range(2):
        reported(Arrival.ARRIVED)
    assert outcomes() == [Outcome.ARRIVED, Outcome.SENT]


def test_a_report_that_it_is_on_its_way_changes_nothing(team, reference):
    reported(Arrival.ON_ITS_WAY)
    assert outcomes() == [Outcome.SENT]


def test_a_report_of_failure_makes_a_task_to_tell_the_person(team, reference):
    reported(Arrival.FAILED, reason="failed 30003")
    assert outcomes() == [Outcome.BOUNCED, Outcome.SENT]
    assert len(db.session.scalars(select(Errand)).all()) == 1


def early():
    db.session.rollback()
    return [(one.provider_id, one.arrival, one.reason) for one in db.session.scalars(select(EarlyReport))]


def test_a_failure_that_was_reported_before_we_wrote_down_that_the_text_left_is_heard_of(team, reference):
    for _ in range(2):
        reported(Arrival.FAILED, name="gw-2", reason="failed 30003")
    assert early() == [("gw-2", Arrival.FAILED, "failed 30003")]
    assert (texts.heed_early(), outcomes()) == (0, [Outcome.SENT])
    owed_to(reference)
    assert texts.heed_early() == 1
    assert outcomes() == [Outcome.BOUNCED, Outcome.SENT, Outcome.SENT]
    assert len(db.session.scalars(select(Errand)).all()) == 1
    assert (texts.heed_early(), early()) == (0, [])


def test_an_arrival_that_was_reported_too_early_counts_as_well(team, reference):
    reported(Arrival.ON_ITS_WAY, name="gw-2")
    reported(Arrival.ARRIVED, name="gw-2")
    owed_to(reference)
    assert texts.heed_early() == 1
    assert outcomes() == [Outcome.ARRIVED, Outcome.SENT, Outcome.SENT]


def test_a_report_about_a_text_that_we_did_not_send_is_forgotten_after_a_day(clock, team, reference):
    reported(Arrival.FAILED, name="gw-99")
    clock.advance(timedelta(hours=23))
    with unit_of_work():
        assert texts.forget_old() == 0
    clock.advance(timedelta(hours=2))
    with unit_of_work():
        assert texts.forget_old() == 1
    assert early() == []
