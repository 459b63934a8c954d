"""Operators hear by another road that notices do not reach people: once, again after a while, and when it is over."""

import json
import logging
import sys
from datetime import timedelta

import pytest
from pydantic import SecretStr

from engage.domain.alarms import LEASE, Fault
from engage.domain.case import Road
from engage.extensions import db
from engage.models import Alarm, OutboxMessage
from engage.notify import alarm_roads, claims
from engage.services import alarms, delivery
from engage.unit_of_work import unit_of_work
from tests.alarm_peer import beat, later, listening, states
from tests.notify.letters import ADDRESS, a_case_with, a_notice, forget_notices, row_of
from tests.threads import at_once

MINUTE = timedelta(minutes=1)


@pytest.fixture
def peer(change_settings):
    with listening() as made:
        change_settings(ALARM_URL=SecretStr(made.address))
        yield made


@pytest.fixture
def well(session, clock, sent_tasks):
    """A service of which nothing is owed, whose schedule and worker are heard of."""
    reference = a_case_with(Road.DIRECT)
    forget_notices()
    beat()
    return reference


def test_where_all_is_well_nobody_hears_anything(well, peer):
    assert alarms.watch() == 0
    assert peer.told == []
    assert db.session.query(Alarm).count() == 0


def test_a_notice_that_is_owed_too_long_is_told_once_and_again_and_when_it_is_over(well, peer, clock):
    key = a_notice(well)
    later(clock, timedelta(minutes=61))
    assert alarms.watch() == 1
    for _ in range(3):
        later(clock, timedelta(hours=1))
        assert alarms.watch() == 0
    later(clock, timedelta(hours=1))
    assert alarms.watch() == 1
    delivery.drain()
    assert row_of(key).sent_at is not None
    later(clock, MINUTE)
    assert alarms.watch() == 1
    assert alarms.watch() == 0
    assert states(peer) == [("owed_too_long", "began"), ("owed_too_long", "lasts"), ("owed_too_long", "over")]
    assert db.session.query(Alarm).count() == 0


def test_no_operator_is_called_each_morning_for_what_waited_for_the_morning(well, peer, clock):
    key = a_notice(well, not_before=clock.now + timedelta(hours=10))
    later(clock, timedelta(hours=10, seconds=30))
    assert alarms.watch() == 0
    with unit_of_work():
        claims.claim(1)
    assert alarms.watch() == 0
    later(clock, timedelta(minutes=61))
    assert alarms.watch() == 1
    assert row_of(key).sent_at is None


def test_an_alarm_says_codes_and_numbers_and_nothing_of_a_case(well, peer, clock):
    a_notice(well)
    later(clock, timedelta(hours=2))
    alarms.watch()
    assert peer.told == [
        {
            "service": "engage",
            "alarm": "owed_too_long",
            "state": "began",
            "since": "2026-03-02T11:00:00+00:00",
            "count": 1,
        }
    ]
    assert peer.headers[0]["Content-Type"] == "application/json"


def test_a_mail_server_that_is_down_is_told_after_a_while_by_a_road_that_is_not_mail(
    well, peer, clock, change_settings, known_mail_servers, mail_peer
):
    mail_peer.stop()
    change_settings(MAIL="smtp", SMTP_HOST=mail_peer.host, SMTP_PORT=mail_peer.port)
    a_notice(well)
    for minutes in range(16):
        delivery.drain()
        assert alarms.watch() == int(minutes == 15)
        later(clock, MINUTE)
    mail_peer.start()
    later(clock, timedelta(minutes=2))
    assert delivery.drain() == 1
    assert alarms.watch() == 1
    assert states(peer) == [("road_down", "began"), ("road_down", "over")]


def test_a_short_fault_is_told_to_nobody(well, peer, clock, change_settings, mail_peer):
    mail_peer.stop()
    change_settings(MAIL="smtp", SMTP_HOST=mail_peer.host, SMTP_PORT=mail_peer.port)
    a_notice(well)
    delivery.drain()
    assert alarms.watch() == 0
    assert db.session.query(Alarm).one().fault is Fault.ROAD_DOWN
    mail_peer.start()
    later(clock, timedelta(minutes=2))
    delivery.drain()
    assert alarms.watch() == 0
    assert db.session.query(Alarm).count() == 0
    assert peer.told == []


def test_many_notices_that_were_given_up_are_told_and_forgotten_after_a_day(well, peer, clock, change_settings):
    change_settings(ALARM_DEAD=1)
    for _ in range(2):
        a_notice(template="case_news")  # to a person without a case: nobody to tell
    delivery.drain()
    assert db.session.query(OutboxMessage).filter(OutboxMessage.dead_at.is_not(None)).count() == 2
    alarms.watch()
    later(clock, timedelta(hours=25))
    alarms.watch()
    assert states(peer) == [("many_given_up", "began"), ("many_given_up", "over")]


def test_a_worker_that_is_gone_is_told_by_whoever_looks_from_outside(well, peer, clock, app):
    clock.advance(timedelta(minutes=30))
    answer = app.test_cli_runner().invoke(args=["engage", "watch-delivery"])
    assert answer.output == "1 told\n"
    assert states(peer) == [("worker_away", "began")]
    clock.advance(timedelta(minutes=71))
    alarms.watch()
    assert states(peer)[1:] == [("schedule_silent", "began")]


@pytest.mark.parametrize("status", [302, 404, 500])
def test_an_alarm_that_nobody_took_is_told_again(well, peer, clock, status, caplog):
    a_notice(well)
    later(clock, timedelta(hours=2))
    peer.status = status
    with caplog.at_level(logging.ERROR, "engage"):
        assert alarms.watch() == 0
    assert "did not leave by the address: HTTPStatusError" in caplog.text
    assert peer.address not in caplog.text
    peer.status = 204
    assert alarms.watch() == 0  # whoever tells it may still be at it
    later(clock, LEASE)
    assert alarms.watch() == 1
    assert states(peer) == [("owed_too_long", "began")]


def test_an_address_where_nobody_listens_breaks_nothing(well, clock, change_settings, caplog):
    with listening() as gone:
        pass
    change_settings(ALARM_URL=SecretStr(gone.address))
    a_notice(well)
    later(clock, timedelta(hours=2))
    with caplog.at_level(logging.ERROR, "engage"):
        assert alarms.watch() == 0
    assert "ConnectError" in caplog.text


def test_without_another_road_the_log_says_it(well, clock, caplog):
    a_notice(well)
    later(clock, timedelta(hours=2))
    with caplog.at_level(logging.ERROR, "engage"):
        assert alarms.watch() == 1
    assert "alarm began: owed_too_long" in caplog.text
    assert ADDRESS not in caplog.text
    assert alarms.watch() == 0


def test_a_program_gets_the_same_words_and_none_of_our_variables(well, clock, change_settings, tmp_path, monkeypatch):
    monkeypatch.setenv("ENGAGE_SECRET_KEY", "not for programs")
    took = tmp_path / "took.json"
    program = tmp_path / "tell me.py"
    program.write_text(
        "import json, os, pathlib, sys\n"
        f"pathlib.Path({str(took)!r}).write_text(json.dumps([sys.argv[1:], json.load(sys.stdin), dict(os.environ)]))\n"
    )
    change_settings(ALARM_COMMAND=f"{sys.executable} '{program}' 'the first' $HOME")
    a_notice(well)
    later(clock, timedelta(hours=2))
    assert alarms.watch() == 1
    arguments, words, variables = json.loads(took.read_text())
    assert arguments == ["the first", "$HOME"]
    assert words["alarm"] == "owed_too_long"
    assert "ENGAGE_SECRET_KEY" not in variables


def test_a_program_that_fails_is_run_again(well, clock, change_settings, caplog):
    change_settings(ALARM_COMMAND=f"{sys.executable} -c 'raise SystemExit(1)'")
    a_notice(well)
    later(clock, timedelta(hours=2))
    with caplog.at_level(logging.ERROR, "engage"):
        assert alarms.watch() == 0
    assert "did not leave by the command: CalledProcessError" in caplog.text


def test_two_that_look_at_the_same_moment_tell_it_once(well, peer, clock, monkeypatch):
    a_notice(well)
    later(clock, timedelta(hours=2))
    tell, inner = alarm_roads.tell, []

    def telling(*args, **values):
        if not inner:
            inner.append(None)
            inner.append(alarms.watch())
        return tell(*args, **values)

    monkeypatch.setattr(alarm_roads, "tell", telling)
    assert alarms.watch() == 1
    assert inner[1] == 0
    assert states(peer) == [("owed_too_long", "began")]


def test_two_workers_at_once_tell_each_alarm_once(app, well, peer, clock, change_settings):
    change_settings(ALARM_DEAD=0)
    a_notice(template="case_news")
    delivery.drain()
    a_notice(well)
    later(clock, timedelta(hours=2))
    db.session.rollback()
    assert sum(at_once(app, 2, alarms.watch)) == 2
    assert sorted(states(peer)) == [("many_given_up", "began"), ("owed_too_long", "began")]
    with unit_of_work():
        db.session.query(OutboxMessage).delete()
    assert sum(at_once(app, 2, alarms.watch)) == 2
    assert sorted(states(peer))[1::2] == [("many_given_up", "over"), ("owed_too_long", "over")]


def test_a_fault_that_ends_while_it_is_told_is_told_as_over_next(well, peer, clock, monkeypatch):
    a_notice(well)
    later(clock, timedelta(hours=2))
    tell = alarm_roads.tell

    def telling(*args, **values):
        monkeypatch.setattr(alarm_roads, "tell", tell)
        with unit_of_work():
            db.session.query(Alarm).one().told_at = clock.now
        delivery.drain()
        with unit_of_work():
            alarms._write_down({}, alarms._limits())
        return tell(*args, **values)

    monkeypatch.setattr(alarm_roads, "tell", telling)
    assert alarms.watch() == 1
    assert alarms.watch() == 1
    assert states(peer) == [("owed_too_long", "began"), ("owed_too_long", "over")]


def test_a_fault_that_comes_back_before_its_end_was_told_goes_on(well, peer, clock):
    key = a_notice(well)
    later(clock, timedelta(hours=2))
    alarms.watch()
    peer.status = 500
    delivery.drain()
    assert alarms.watch() == 0
    assert db.session.query(Alarm).one().ended_at is not None
    with unit_of_work():
        row = row_of(key)
        row.sent_at, row.not_before = None, row.created_at
    peer.status = 204
    later(clock, timedelta(minutes=3))
    assert alarms.watch() == 0
    found = db.session.query(Alarm).one()
    db.session.refresh(found)
    assert found.ended_at is None
    assert states(peer) == [("owed_too_long", "began")]
