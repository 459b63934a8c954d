"""Calls of the gateway: taken where they are signed, and by nobody else."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from engage import vault
from engage.extensions import db, limiter
from engage.models import EarlyReport, OutboxMessage, ReceivedText
from engage.settings import settings
from tests import states
from tests.gateway_peer import signed
from tests.services.test_roads import NUMBER, a_case, owed_to

STATUS, INBOUND = "/hooks/sms/status", "/hooks/sms/inbound"
TEXT = {"id": "in-1", "from": NUMBER, "text": "The road is wet again."}


@pytest.fixture
def reference(client, session, sent_tasks, clock, gateway):
    vault.make_worker_keys(settings().VAR)
    made = a_case(states.Team())
    owed_to(made)
    return made


def call(client, clock, path, values, **changed):
    return client.post(path, **{**signed(values, clock.now.timestamp()), **changed})


def taken():
    db.session.rollback()
    return len(db.session.scalars(select(ReceivedText)).all())


def row():
    db.session.rollback()
    return db.session.scalars(select(OutboxMessage).where(OutboxMessage.provider_id == "gw-1")).one()


def test_a_report_that_a_text_arrived_is_written_down(client, clock, reference):
    assert call(client, clock, STATUS, {"id": "gw-1", "state": "delivered"}).status_code == 204
    assert row().arrived_at == clock.now


def test_a_report_that_a_text_failed_is_written_down_in_codes_alone(client, clock, reference):
    report = {"id": "gw-1", "state": "failed", "reason": f"no such number {NUMBER}"}
    assert call(client, clock, STATUS, report).status_code == 204
    assert call(client, clock, STATUS, report).status_code == 204
    assert (row().bounced_at, row().last_error) == (clock.now, "failed")


def test_a_report_about_a_text_that_we_do_not_know_yet_is_taken(client, clock, reference):
    assert call(client, clock, STATUS, {"id": "gw-2", "state": "failed", "reason": f"to {NUMBER}"}).status_code == 204
    db.session.rollback()
    assert [(one.provider_id, one.reason) for one in db.session.scalars(select(EarlyReport))] == [("gw-2", "failed")]


def test_a_text_is_taken_once_however_often_it_is_brought(client, clock, reference):
    assert call(client, clock, INBOUND, TEXT).status_code == 204
    assert call(client, clock, INBOUND, TEXT).status_code == 204
    assert taken() == 1


@pytest.mark.parametrize("path", [STATUS, INBOUND])
@pytest.mark.parametrize("values", [{}, {"id": ""}, {"id": {"x": 1}}, [], "text", None])
def test_what_has_no_name_is_not_understood(client, clock, reference, path, values):
    assert call(client, clock, path, values).status_code == 400
    assert taken() == 0


@pytest.mark.parametrize("path", [STATUS, INBOUND])
def test_what_is_not_json_though_it_says_so_is_not_understood(client, clock, reference, path):
    stamp, body = str(int(clock.now.timestamp())), b"{"
    signature = hmac.digest(b"the secret of the gateway's calls", f"{stamp}.".encode() + body, hashlib.sha256).hex()
    headers = {"X-Engage-Time": stamp, "X-Engage-Signature": signature}
    assert client.post(path, data=body, headers=headers, content_type="application/json").status_code == 400


def test_without_a_signature_nothing_is_taken(client, clock, reference):
    assert client.post(INBOUND, json=TEXT).status_code == 403
    assert call(client, clock, INBOUND, TEXT, headers={}).status_code == 403
    assert taken() == 0


def test_a_signature_of_another_secret_or_another_body_or_of_nonsense_counts_for_nothing(client, clock, reference):
    at = clock.now.timestamp()
    assert client.post(INBOUND, **signed(TEXT, at, "another secret, just as long")).status_code == 403
    assert call(client, clock, INBOUND, TEXT, data=json.dumps(TEXT | {"id": "in-2"})).status_code == 403
    for nonsense in ("zz", "00", "é"):
        headers = {"X-Engage-Time": str(int(at)), "X-Engage-Signature": nonsense}
        assert call(client, clock, INBOUND, TEXT, headers=headers).status_code == 403
    assert taken() == 0


@pytest.mark.parametrize("age", [timedelta(minutes=6), timedelta(minutes=-6)])
def test_a_call_that_was_kept_for_later_counts_for_nothing(client, clock, reference, age):
    kept = signed(TEXT, (clock.now - age).timestamp())
    assert client.post(INBOUND, **kept).status_code == 403


@pytest.mark.parametrize("time", ["", "now", "1" * 12])
def test_a_call_without_a_time_counts_for_nothing(client, clock, reference, time):
    headers = signed(TEXT, clock.now.timestamp())["headers"] | {"X-Engage-Time": time}
    assert call(client, clock, INBOUND, TEXT, headers=headers).status_code == 403


def test_what_is_too_large_is_not_read(client, clock, reference):
    assert call(client, clock, INBOUND, TEXT | {"text": "x" * 70_000}).status_code == 413
    unsized = client.post(INBOUND, headers={"Transfer-Encoding": "chunked"}, content_type="application/json")
    assert unsized.status_code == 413


def test_whoever_keeps_guessing_is_told_to_stop(client, clock, reference):
    limiter.reset()
    answers = [client.post(INBOUND, json=TEXT).status_code for _ in range(61)]
    assert (answers[0], answers[-1]) == (403, 429)
    assert call(client, clock, INBOUND, TEXT).status_code == 204
    limiter.reset()


@pytest.mark.parametrize(
    "changed",
    [
        {"SMS_GATEWAY": None},
        {"SMS_GATEWAY": "nowhere"},
        {"SMS_WEBHOOK_SECRET": None},
        {"SMS_WEBHOOK_SECRET": SecretStr("short")},
    ],
)
def test_without_a_gateway_there_are_no_such_pages(client, clock, reference, change_settings, changed):
    change_settings(**changed)
    for path in (STATUS, INBOUND):
        assert call(client, clock, path, TEXT).status_code == 404


def test_nobody_opens_these_in_a_browser(client, reference):
    assert client.get(STATUS).status_code == 405


def test_a_gateway_that_signs_address_and_form_is_believed(client, clock, reference, change_settings):
    change_settings(SMS_GATEWAY="twilio")
    form = {"MessageSid": "SM1", "From": NUMBER, "Body": "The road – is wet"}
    base = f"https://localhost{INBOUND}?n=1" + "".join(name + form[name] for name in sorted(form))
    secret = b"the secret of the gateway's calls"
    signature = base64.b64encode(hmac.digest(secret, base.encode(), hashlib.sha1)).decode()
    headers = {"X-Twilio-Signature": signature}
    assert client.post(f"{INBOUND}?n=1", data=form, headers=headers).status_code == 204
    assert client.post(f"{INBOUND}?n=2", data=form, headers=headers).status_code == 403
    assert client.post(f"{INBOUND}?n=1", data=form | {"Body": "else"}, headers=headers).status_code == 403
    assert client.post(f"{INBOUND}?n=1", data=form, headers={"X-Twilio-Signature": "not base64!"}).status_code == 403
    assert taken() == 1


def test_a_gateway_that_signs_nothing_brings_the_token_in_its_address(client, clock, reference, change_settings):
    change_settings(SMS_GATEWAY="africas-talking")
    form = {"id": "AT1", "from": NUMBER, "text": "The road is wet"}
    token = "the secret of the gateway's calls"
    assert client.post(INBOUND, query_string={"token": token}, data=form).status_code == 204
    for wrong in ({}, {"token": ""}, {"token": "another"}, {"token": "é"}):
        assert client.post(INBOUND, query_string=wrong, data=form).status_code == 403
    assert taken() == 1
