"""The fixtures keep what they promise: tests share nothing, and what would go unnoticed is noticed."""

import contextlib
import random
import smtplib
from datetime import timedelta

import pytest
import redis
import sqlalchemy as sa
from flask import Flask, g

from engage import clock as engage_clock
from engage.extensions import celery, db
from engage.models import Heartbeat
from engage.settings import settings as current_settings
from engage.unit_of_work import unit_of_work
from tests.fixtures.web import CheckedClient


@pytest.mark.parametrize("turn", ["first", "second"])
def test_each_test_finds_empty_tables(session, clock, turn):
    assert session.scalar(sa.select(sa.func.count()).select_from(Heartbeat)) == 0
    with unit_of_work():
        session.add(Heartbeat(entry=turn, finished_at=clock.now, count=0))
    assert session.scalar(sa.select(sa.func.count()).select_from(Heartbeat)) == 1


def test_the_clock_stands_still_until_it_is_moved(clock):
    before = engage_clock.utcnow()
    assert engage_clock.utcnow() == before
    assert clock.advance(timedelta(days=2)) - before == timedelta(days=2)


def test_tasks_are_recorded_instead_of_sent(app, sent_tasks):
    with app.app_context():
        celery.send_task("engage.drain_outbox", expires=60)
    assert [(task.name, task.options) for task in sent_tasks] == [("engage.drain_outbox", {"expires": 60})]


def test_a_setting_is_changed_for_one_test(app, settings, change_settings):
    change_settings(SMTP_PORT=2525)
    with app.app_context():
        assert current_settings().SMTP_PORT == 2525
    assert settings.SMTP_PORT != 2525


@pytest.mark.redis
def test_a_redis_database_is_empty_and_nobody_else_has_it(redis_url):
    with redis.Redis.from_url(redis_url) as connection:
        assert connection.dbsize() == 1


def test_mail_to_another_server_is_refused_and_noticed(no_mail_elsewhere):
    with pytest.raises(ConnectionRefusedError):
        smtplib.SMTP("127.0.0.1", 25)
    assert no_mail_elsewhere == ["127.0.0.1:25"]
    no_mail_elsewhere.clear()


@pytest.fixture
def small():
    made = Flask("small")
    made.test_client_class = CheckedClient

    @made.get("/broken")
    def broken():
        return "<p>No title, no heading"

    @made.get("/text")
    def text():
        g.seen = g.get("seen", 0) + 1
        return {"seen": g.seen}

    return made


def test_a_broken_page_fails_the_test_that_asked_for_it(small):
    with pytest.raises(AssertionError, match="title"):
        small.test_client().get("/broken")


@pytest.mark.parametrize(("method", "fails"), [("GET", True), ("POST", False)])
def test_a_get_that_commits_fails_and_a_post_may(database, method, fails):
    def write():
        with database.app_context(), db.engine.begin() as connection:
            connection.execute(sa.text("SELECT 1"))
        return {}

    made = Flask("writing")
    made.test_client_class = CheckedClient
    made.add_url_rule("/write", view_func=write, methods=["GET", "POST"])
    with pytest.raises(AssertionError, match="committed") if fails else contextlib.nullcontext():
        made.test_client().open("/write", method=method)


def test_requests_share_nothing_even_inside_a_context(small):
    with small.app_context():
        assert [small.test_client().get("/text").json["seen"] for _ in range(2)] == [1, 1]


def test_a_row_that_was_not_committed_is_noticed_before_a_request(session, client, clock):
    session.add(Heartbeat(entry="sweep", finished_at=clock.now, count=0))
    with pytest.raises(AssertionError, match="commit"):
        client.get("/")
    db.session.rollback()


def test_a_seed_that_is_given_throws_the_same_again(monkeypatch, request):
    monkeypatch.setenv("SEED", "7")
    assert request.getfixturevalue("dice").random() == random.Random(7).random()
    assert ("seed", 7) in request.node.user_properties
