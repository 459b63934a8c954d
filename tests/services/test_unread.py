"""What people wrote to us and what nobody has read is counted, and told to operators as what stays unsent is."""

from datetime import timedelta

import pytest
from pydantic import SecretStr

from engage import vault
from engage.domain.received_mail import MailRoad
from engage.extensions import db
from engage.models import ReceivedMail
from engage.queries import delivery_health
from engage.services import alarms, texts
from engage.services.inbound import processing, receiving
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from tests.alarm_peer import beat, later, listening, states

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def well(session, clock, sent_tasks):
    """A service whose schedule and worker are heard of."""
    vault.make_worker_keys(settings().VAR, settings().worker_keys)
    beat()


@pytest.fixture
def peer(change_settings):
    with listening() as made:
        change_settings(ALARM_URL=SecretStr(made.address))
        yield made


def unread():
    found = delivery_health.health()
    return found.unread, found.oldest_unread


def test_mail_that_came_in_and_that_nobody_reads_is_told(peer, clock):
    receiving.receive(b"Subject: Hello", MailRoad.LMTP)
    (settings().worker_keys / vault.WORKER_KEY).rename(settings().VAR / "elsewhere")
    later(clock, timedelta(minutes=60))
    assert (processing.process_due(), unread(), alarms.watch()) == (0, (1, timedelta(minutes=60)), 0)
    later(clock, MINUTE)
    assert alarms.watch() == 1
    (settings().VAR / "elsewhere").rename(settings().worker_keys / vault.WORKER_KEY)
    assert processing.process_due() == 1
    later(clock, MINUTE)
    assert (unread(), alarms.watch()) == ((0, timedelta()), 1)
    assert states(peer) == [("inbound_stuck", "began"), ("inbound_stuck", "over")]


def test_a_mail_that_failed_and_waits_for_its_next_try_is_unread_since_it_came(clock):
    mail_id = receiving.receive(b"Subject: Hello", MailRoad.LMTP)
    clock.advance(timedelta(hours=2))
    with unit_of_work():
        db.session.get_one(ReceivedMail, mail_id).not_before = clock.now + timedelta(hours=1)
    assert unread() == (1, timedelta(hours=2))


def test_what_was_decided_of_a_mail_in_the_pen_waits_from_then_on(clock):
    mail_id = receiving.receive(b"Subject: Hello", MailRoad.LMTP)
    clock.advance(timedelta(days=9))
    with unit_of_work():
        db.session.get_one(ReceivedMail, mail_id).decided_at = clock.now
    clock.advance(MINUTE)
    assert unread() == (1, MINUTE)


def test_texts_that_nobody_reads_count_as_mail_does(clock):
    with unit_of_work():
        texts.receive("in-1", "+381641234599", "Hello")
    clock.advance(timedelta(hours=2))
    receiving.receive(b"Subject: Hello", MailRoad.LMTP)
    assert unread() == (2, timedelta(hours=2))
