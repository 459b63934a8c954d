"""What machines ask: is it well, and in figures."""

from datetime import timedelta

import pytest
from flask import request
from pydantic import SecretStr
from sqlalchemy.exc import OperationalError

from engage import create_app
from engage.queries import notices
from engage.services import delivery, heartbeats
from engage.unit_of_work import unit_of_work
from engage.web import health
from tests.mail_peer import Manner
from tests.notify.letters import a_notice, row_of
from tests.states import a_case, a_site


@pytest.fixture
def reference(clock, session, sent_tasks):
    made = a_case(a_site())
    delivery.drain()
    return made


NOTHING_HELD_UP = {"held_by_ceiling": False, "roads_down": []}


def beat(*entries):
    for entry in entries:
        with unit_of_work():
            heartbeats.beat(entry, 0)


def test_all_is_well_where_nothing_is_owed_and_the_schedule_runs(client, reference):
    beat("sweep-outbox", *health.BY_DEADLINES)
    answer = client.get("/health")
    assert answer.status_code == 200
    assert answer.json == {
        "database": "up",
        "notices": {"owed": 0, "oldest_seconds": 0, "dead": 0, "is_late": False, **NOTHING_HELD_UP},
        "schedule": {"seconds_since": dict.fromkeys(["sweep-outbox", *health.BY_DEADLINES], 0), "silent": []},
    }


def test_a_notice_that_does_not_leave_and_a_schedule_that_stands_still_are_seen(client, reference, clock):
    beat("sweep-outbox")
    a_notice(reference)
    clock.advance(timedelta(minutes=20))
    found = client.get("/health").json
    assert found["notices"] == {"owed": 1, "oldest_seconds": 1200, "dead": 0, "is_late": True, **NOTHING_HELD_UP}
    assert found["schedule"]["silent"] == sorted(["sweep-outbox", *health.BY_DEADLINES])


def test_a_notice_that_is_for_later_is_not_owed_yet(client, reference, clock):
    a_notice(reference, not_before=clock.now + timedelta(days=1))
    assert client.get("/health").json["notices"]["owed"] == 0


def test_a_dead_notice_is_counted_until_it_is_tried_again(client, reference, mail_peer, change_settings):
    key = a_notice(template="case_news")
    delivery.drain()
    assert row_of(key).dead_at is not None
    assert client.get("/health").json["notices"]["dead"] == 1
    assert mail_peer.manner is Manner.ACCEPT


def test_a_database_that_is_gone_is_said_and_nothing_else_breaks(client, monkeypatch):
    def gone():
        raise OperationalError("SELECT", {}, ConnectionRefusedError())

    monkeypatch.setattr(notices, "health", gone)
    answer = client.get("/health")
    assert (answer.status_code, answer.json) == (503, {"database": "down"})


@pytest.mark.parametrize("token", [None, "a long token"])
@pytest.mark.parametrize("given", [None, "Bearer wrong", "Bearer ", "Bearer é"])
def test_figures_are_closed_to_whoever_has_no_token(client, change_settings, token, given):
    change_settings(METRICS_TOKEN=SecretStr(token) if token else None)
    answer = client.get("/metrics", headers={"Authorization": given} if given else {})
    assert answer.status_code == 404


def test_figures_are_shown_to_whoever_has_the_token(client, reference, change_settings):
    change_settings(METRICS_TOKEN=SecretStr("a long token"))
    beat("sweep-outbox")
    answer = client.get("/metrics", headers={"Authorization": "Bearer a long token"})
    assert answer.status_code == 200
    assert "engage_notices_owed 0.0" in answer.text
    assert 'engage_schedule_age_seconds{entry="sweep-outbox"} 0.0' in answer.text


def test_behind_a_proxy_people_keep_their_own_addresses_and_a_secure_page(settings):
    made = create_app(settings.model_copy(update={"TRUSTED_PROXIES": 1}))
    made.add_url_rule("/who", "who", lambda: f"{request.remote_addr} {request.url}")
    told = {"X-Forwarded-For": "1.1.1.1, 2.2.2.2", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "engage.test"}
    answer = made.test_client().get("/who", headers=told)
    assert answer.text == "2.2.2.2 https://engage.test/who"
    assert answer.headers["Strict-Transport-Security"]


def test_a_service_reached_over_https_says_so_even_behind_a_proxy_that_tells_nothing(client):
    assert "Strict-Transport-Security" in client.get("/health", base_url="http://localhost").headers
