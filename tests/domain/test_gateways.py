"""A gateway as data: what a recipe may say, what answers and reports mean."""

import tomllib
from pathlib import Path

import pytest

from engage.domain.gateway_file import read_gateway
from engage.domain.gateways import Arrival, Meaning, arrival, at, filled, judged, reason_of
from engage.domain.sections import BadCatalogue

SHIPPED = Path(__file__).parents[2] / "engage" / "data" / "gateways"
NAMES = sorted(path.stem for path in SHIPPED.glob("*.toml"))


def raw(name="generic"):
    return tomllib.loads((SHIPPED / f"{name}.toml").read_text("utf-8"))


def recipe(name="generic"):
    return read_gateway(raw(name), f"{name}.toml")


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_recipe_can_be_read(name):
    assert recipe(name).name


def without(table, key):
    del table[key]


BROKEN = [
    (lambda made: made.update(name=" "), "name"),
    (lambda made: made.update(more=1), "more"),
    (lambda made: made["send"].update(method="GET"), "send.method"),
    (lambda made: made["send"].update(url="http://gateway.example.org/"), "send.url"),
    (lambda made: made["send"].update(format="xml"), "send.format"),
    (lambda made: made["send"].update(authentication="magic"), "send.authentication"),
    (lambda made: made["send"].update(authentication="header"), "send.authentication_header"),
    (lambda made: made["send"]["body"].update(to="nobody"), "send.body"),
    (lambda made: made["send"]["body"].update(text="{words}"), "send.body"),
    (lambda made: made["send"]["body"].update(more="{case}"), "send.body"),
    (lambda made: made["answer"].update(codes={"perhaps": ["1"]}), "answer.codes.perhaps"),
    (lambda made: made["answer"].update(states="all"), "answer.states"),
    (lambda made: made["status"].update(arrived=[]), "status.arrived"),
    (lambda made: made["status"].update(failed=[]), "status.failed"),
    (lambda made: without(made["inbound"], "from"), "inbound.from"),
    (lambda made: made["signature"].update(scheme="none"), "signature.scheme"),
    (lambda made: without(made["signature"], "header"), "signature.header"),
    (
        lambda made: made["signature"].update(scheme="token") or without(made["signature"], "header"),
        "signature.header",
    ),
    (lambda made: made["signature"].update(hexadecimal="yes"), "signature.hexadecimal"),
]


@pytest.mark.parametrize(("change", "key"), BROKEN, ids=[f"{place}-{key}" for place, (_, key) in enumerate(BROKEN)])
def test_a_recipe_that_cannot_work_is_refused_by_the_name_of_its_key(change, key):
    made = raw()
    change(made)
    with pytest.raises(BadCatalogue) as refused:
        read_gateway(made, "own.toml")
    assert refused.value.key == key


def test_braces_that_are_no_place_stay_as_they_are():
    made = raw()
    made["send"]["body"]["more"] = "{ {1} {"
    found = read_gateway(made, "own.toml")
    assert filled(found.sending.body["more"], {"to": "x"}) == "{ {1} {"


def test_what_is_filled_in_is_not_filled_in_again():
    assert filled("{text} to {to}, {other} {", {"text": "{to}", "to": "+1"}) == "{to} to +1, {other} {"


def test_a_path_leads_through_tables_and_lists_and_nowhere_else():
    values = {"a": [{"b": 5}, None], "c": {"d": None}}
    assert at("a.0.b", values) == "5"
    for nowhere in ("", "a", "a.1", "a.2.b", "a.x", "c.d", "c", "a.0.b.c", "z"):
        assert at(nowhere, values) == "", nowhere


@pytest.mark.parametrize(
    ("name", "status", "answer", "meaning", "id_"),
    [
        ("generic", 202, {"id": "x"}, Meaning.ACCEPTED, "x"),
        ("generic", 204, None, Meaning.ACCEPTED, None),
        ("generic", 422, {}, Meaning.REFUSED, None),
        ("generic", 429, {}, Meaning.DEFERRED, None),
        ("generic", 418, {}, Meaning.DEFERRED, None),
        ("generic", 302, {}, Meaning.DEFERRED, None),
        ("generic", 401, {}, Meaning.DOWN, None),
        ("generic", 503, "busy", Meaning.DOWN, None),
        ("twilio", 201, {"sid": "SM1", "status": "queued"}, Meaning.ACCEPTED, "SM1"),
        ("twilio", 400, {"code": 21211, "status": 400}, Meaning.REFUSED, None),
        ("twilio", 400, {"code": 21606, "status": 400}, Meaning.DOWN, None),
        ("twilio", 429, {"code": 20429}, Meaning.DEFERRED, None),
        (
            "africas-talking",
            201,
            {"SMSMessageData": {"Recipients": [{"statusCode": 101, "status": "Success", "messageId": "AT1"}]}},
            Meaning.ACCEPTED,
            "AT1",
        ),
        (
            "africas-talking",
            201,
            {"SMSMessageData": {"Recipients": [{"statusCode": 403, "status": "InvalidPhoneNumber"}]}},
            Meaning.REFUSED,
            None,
        ),
        ("africas-talking", 201, {"SMSMessageData": {"Recipients": [{"statusCode": 405}]}}, Meaning.DOWN, None),
    ],
)
def test_an_answer_means_what_the_recipe_says(name, status, answer, meaning, id_):
    verdict = judged(recipe(name).answering, status, answer)
    assert (verdict.meaning, verdict.id) == (meaning, id_)


@pytest.mark.parametrize("text", ["no such number +381641234567", "381641234567", "é", "x" * 41])
def test_a_reason_is_a_code_and_holds_no_number(text):
    assert judged(recipe().answering, 422, {"code": text}).reason == "422"
    assert reason_of(recipe().reporting, {"state": "failed", "reason": text}) == "failed"


def test_a_report_says_arrived_or_failed_or_is_on_its_way():
    reporting = recipe("twilio").reporting
    found = [arrival(reporting, {"MessageStatus": one}) for one in ("delivered", "undelivered", "sent", None)]
    assert found == [Arrival.ARRIVED, Arrival.FAILED, Arrival.ON_ITS_WAY, Arrival.ON_ITS_WAY]
    assert reason_of(reporting, {"MessageStatus": "failed", "ErrorCode": "30003"}) == "failed 30003"
