"""What goes wrong on the way: put back, tried again, or given up so that everybody sees it."""

from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from engage import vault
from engage.domain.case import Road
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import CaseEvent, Errand, OutboxMessage, StaffUser
from engage.notify import addressing, claims, handing_over, outbox
from engage.services import delivery, outcomes
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from tests import states
from tests.mail_peer import Manner
from tests.notify.letters import ADDRESS, a_case_with, a_notice, forget_notices, row_of
from tests.states import a_site, case_of
from tests.threads import at_once


@pytest.fixture
def site_id(peer):
    return a_site(phone="+1 555 0100", outside_avenues=[{"name": "The ombudsman", "contact": "+1 555 0199"}])


@pytest.fixture
def team(peer):
    return states.Team()


@pytest.fixture
def reference(site_id):
    """The case of a person with an e-mail address; nothing is owed yet."""
    made = a_case_with(Road.DIRECT, site_id=site_id)
    forget_notices()
    return made


def events_of(reference):
    rows = select(CaseEvent.kind).where(CaseEvent.case_id == case_of(reference).id).order_by(CaseEvent.number)
    return db.session.scalars(rows).all()


def errands_of(reference):
    db.session.rollback()
    return db.session.scalars(select(Errand).where(Errand.case_id == case_of(reference).id)).all()


def test_a_mail_server_that_is_down_costs_no_attempt_and_loses_nothing(peer, reference, clock):
    peer.stop()
    keys = [a_notice(reference) for _ in range(5)]
    assert delivery.drain() == 0
    for key in keys:
        row = row_of(key)
        assert (row.attempts, row.sent_at, row.dead_at) == (0, None, None)
        assert row.last_error.split()[0] in ("down", "transport")
        assert row.not_before > clock.now
    peer.start()
    clock.advance(timedelta(days=4))
    assert delivery.drain() == 5
    assert len(peer.mails) == 5


@pytest.mark.parametrize("manner", [Manner.BUSY, Manner.STALL, Manner.DROP])
def test_a_mail_server_that_fails_in_the_middle_costs_no_attempt(peer, reference, clock, change_settings, manner):
    change_settings(SMTP_TIMEOUT_SECONDS=1)
    keys = [a_notice(reference) for _ in range(3)]
    peer.manner = manner
    delivery.drain()
    assert {row_of(key).attempts for key in keys} == {0}
    peer.manner = Manner.ACCEPT
    clock.advance(timedelta(hours=1))
    delivery.drain()
    assert {row_of(key).road for key in keys} == {"email"}
    sent_ids = {mail.message["Message-ID"] for mail in peer.mails}
    assert sent_ids == {f"<{row_of(key).id}@engage.test>" for key in keys}


def test_one_mail_that_breaks_the_connection_does_not_hold_up_the_others(peer, reference, clock, monkeypatch):
    keys = [a_notice(reference)]
    clock.advance(timedelta(seconds=1))
    keys += [a_notice(reference) for _ in range(2)]
    keep = type(peer)._keep

    def drop_first(self, sender, recipients, content):
        if str(row_id).encode() in content and self.manner is Manner.ACCEPT:
            raise ConnectionAbortedError
        keep(self, sender, recipients, content)

    row_id = row_of(keys[0]).id
    monkeypatch.setattr(type(peer), "_keep", drop_first)
    delivery.drain()
    assert [row_of(key).road for key in keys[1:]] == ["email", "email"]


def test_a_notice_that_is_refused_for_good_dies_at_once_and_everybody_sees_it(peer, team, caplog):
    reference = a_case_with(Road.DIRECT, site_id=team.site_id)
    forget_notices()
    key = a_notice(reference)
    peer.manner = Manner.REFUSE_RECIPIENT
    delivery.drain()
    row = row_of(key)
    assert row.dead_at is not None
    assert row.last_error == "refused 550 5.1.1"
    assert events_of(reference)[-1] == "NoticeUndeliverable"
    assert case_of(reference).could_not_reach
    assert [errand.road for errand in errands_of(reference)] == ["direct"]
    told = db.session.scalars(select(OutboxMessage.user_id).where(OutboxMessage.template == "could_not_reach")).all()
    assert set(told) == {team.coordinator.id, team.second_coordinator.id}
    ours = " ".join(line.getMessage() for line in caplog.records if line.name.startswith("engage"))
    assert str(row.id) in ours
    assert ADDRESS not in ours


def test_a_lost_mail_to_staff_is_on_the_case_and_owes_the_person_nothing(peer, team):
    reference = states.an_assessed_case(team)
    forget_notices()
    key = a_notice(reference, user_id=team.officer.id)
    with unit_of_work():
        db.session.get(StaffUser, team.officer.id).is_active = False
    delivery.drain()
    assert row_of(key).last_error == "refused inactive"
    assert events_of(reference)[-2:] == ["NoticeUndeliverable", "ToldInstead"]
    assert errands_of(reference) == []
    assert not case_of(reference).could_not_reach


def test_a_notice_without_a_case_that_dies_is_kept_and_logged(peer, caplog):
    key = a_notice(user_id=states.staff(Role.OVERSIGHT, is_active=False).id, template="late_count")
    delivery.drain()
    assert row_of(key).dead_at is not None
    assert "is dead" in caplog.text


def test_a_notice_to_a_person_without_a_case_is_nobodys(peer):
    key = a_notice()
    delivery.drain()
    assert row_of(key).last_error == "refused no case"


def test_a_notice_dies_only_after_enough_failures_of_its_own_and_enough_time(peer, reference, clock):
    key = a_notice(reference)
    peer.manner = Manner.GREYLIST
    begun, attempts = clock.now, 0
    while row_of(key).dead_at is None:
        clock.move_to(row_of(key).not_before)
        delivery.drain()
        attempts += 1
    assert attempts >= settings().OUTBOX_MAX_ATTEMPTS
    assert clock.now - begun >= timedelta(hours=settings().OUTBOX_DEAD_AFTER_HOURS)
    assert row_of(key).last_error == "deferred 451 4.7.1"


def test_a_notice_that_cannot_be_written_dies_visibly_and_does_not_hold_up_the_next(clock, peer, reference):
    broken = a_notice(reference, template="case_delayed")
    fine = a_notice(reference)
    delivery.drain()
    assert row_of(broken).last_error == "failed MissingValue"
    assert row_of(fine).road == "email"
    while row_of(broken).dead_at is None:
        clock.move_to(row_of(broken).not_before)
        delivery.drain()
    assert events_of(reference)[-1] == "NoticeUndeliverable"


def test_a_sealed_address_that_does_not_open_is_a_failure_of_that_notice(peer, site_id, tmp_path, change_settings):
    reference = a_case_with(Road.RELAY, site_id=site_id)
    forget_notices()
    key = a_notice(reference)
    vault.make_worker_keys(tmp_path)
    change_settings(VAR=tmp_path, KEY_RING=settings().key_ring)
    delivery.drain()
    assert row_of(key).last_error == "failed Unreadable"


def test_a_notice_that_kills_every_worker_is_given_up_in_the_end(peer, reference, clock):
    key = a_notice(reference)
    while row_of(key).attempts <= 28:
        clock.move_to(row_of(key).not_before)
        with unit_of_work():
            claims.claim(1)
    clock.advance(timedelta(hours=72))
    delivery.drain()
    assert row_of(key).last_error == "refused crashed"


def test_a_batch_whose_lease_is_running_out_is_taken_anew_instead_of_being_sent_twice(peer, reference, clock):
    keys = [a_notice(reference) for _ in range(3)]
    send = peer._keep

    def slow(*args):
        clock.advance(timedelta(seconds=31))
        send(*args)

    peer._keep = slow
    delivery.drain()
    assert [row_of(key).road for key in keys] == ["email"] * 3
    assert len(peer.mails) == 3


def test_no_transaction_and_no_connection_is_held_while_a_mail_is_on_its_way(peer, reference, monkeypatch):
    a_notice(reference)
    seen = []

    class Looking:
        def send(self, mail):
            seen.append((db.engine.pool.checkedout(), db.session().in_transaction()))

        def close(self):
            pass

    monkeypatch.setattr(handing_over, "take_transport", Looking)
    assert delivery.drain() == 1
    assert seen == [(0, False)]


def test_a_database_that_goes_away_costs_no_attempt(peer, reference, monkeypatch, clock):
    key = a_notice(reference)

    def gone(*_asked, **_how):
        raise OperationalError("SELECT", {}, ConnectionResetError())

    with monkeypatch.context() as patched:
        patched.setattr(addressing, "destination", gone)
        with pytest.raises(OperationalError):
            delivery.drain()
    assert row_of(key).last_error is None
    clock.advance(timedelta(minutes=5))
    assert delivery.drain() == 1


def test_a_long_queue_is_left_to_the_next_task_after_a_while(peer, reference, monkeypatch, sent_tasks, change_settings):
    change_settings(OUTBOX_BATCH=1)
    monkeypatch.setattr(delivery, "BATCHES", 2)
    for _ in range(3):
        a_notice(reference)
    sent_tasks.clear()
    assert delivery.drain() == 2
    assert [task.name for task in sent_tasks] == [outbox.DRAIN_TASK]


def test_a_dead_notice_that_another_worker_sent_meanwhile_is_left_alone(peer, reference):
    key = a_notice(reference)
    with unit_of_work():
        (message,) = claims.claim(1)
        claims.sent(message, "email")
    outcomes.bury(message, "refused 550", road="email")
    outcomes.ask_staff(message, message.case_id, "direct")
    assert row_of(key).dead_at is None
    assert errands_of(reference) == []


def test_the_password_of_the_mail_server_is_used_and_written_nowhere(peer, reference, change_settings, caplog):
    change_settings(SMTP_USER="engage", SMTP_PASSWORD=SecretStr("hunter2"))
    key = a_notice(reference)
    delivery.drain()
    assert row_of(key).last_error.startswith("down")
    assert "hunter2" not in caplog.text


@pytest.mark.postgres
def test_eight_workers_send_each_mail_once(app, peer, reference):
    keys = [a_notice(reference) for _ in range(40)]
    counts = at_once(app, 8, delivery.drain)
    assert sum(counts) == len(keys) == len(peer.mails)
    assert len({mail.message["Message-ID"] for mail in peer.mails}) == len(keys)
