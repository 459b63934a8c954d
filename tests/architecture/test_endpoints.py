"""Closed by default: every endpoint that is not listed as public turns strangers away, whatever the method."""

import uuid

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests.architecture.public_endpoints import FOR_ANYONE, WITH_A_CODE

ARGUMENTS = {
    "IntegerConverter": 1,
    "FloatConverter": 1.0,
    "UUIDConverter": uuid.UUID(int=1),
    "UnicodeConverter": "x",
    "PathConverter": "x",
}


def address(app: Flask, rule: Rule) -> str:
    """Return a path that the rule matches, with an argument of each converter's kind."""
    values = {name: ARGUMENTS[type(converter).__name__] for name, converter in rule._converters.items()}
    with app.test_request_context():
        return app.url_map.bind("localhost").build(rule.endpoint, values, force_external=False)


def doors(
    app: Flask, *, but: frozenset[str] = frozenset(), only: frozenset[str] | None = None
) -> list[tuple[str, str, str]]:
    return sorted(
        (rule.endpoint, method, address(app, rule))
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in but and (only is None or rule.endpoint in only)
        for method in (rule.methods or set()) - {"OPTIONS"}
    )


@pytest.fixture
def stranger(client, monkeypatch):
    """A browser without a sign-in. The token that forms need is not asked for, so that the gate alone can refuse."""
    monkeypatch.setitem(client.application.config, "WTF_CSRF_ENABLED", False)
    return client


def refusal(response, sign_in: str) -> bool:
    """Whether the answer shows nothing: a redirect to where one identifies oneself, or no such page."""
    if response.status_code in (301, 302, 303):
        return response.location.partition("?")[0].endswith(sign_in)
    return response.status_code in (401, 404)


def test_every_endpoint_outside_the_public_list_refuses_a_stranger(app, stranger):
    closed = doors(app, but=FOR_ANYONE | WITH_A_CODE)
    assert closed
    let_in = [
        (endpoint, method, answer.status)
        for endpoint, method, path in closed
        if not refusal(answer := stranger.open(path, method=method), "/sign-in")
    ]
    assert let_in == []


def test_every_page_of_a_case_asks_a_stranger_for_its_code(app, stranger):
    let_in = [
        (endpoint, method, answer.status)
        for endpoint, method, path in doors(app, only=WITH_A_CODE)
        if not refusal(answer := stranger.open(path, method=method), "/case")
    ]
    assert let_in == []


def test_the_public_list_names_no_endpoint_that_is_gone(app):
    assert sorted((FOR_ANYONE | WITH_A_CODE) - {rule.endpoint for rule in app.url_map.iter_rules()}) == []


def test_every_endpoint_is_named_verb_noun_or_one_word(app):
    odd = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if not rule.endpoint.replace(".", "_").isidentifier() or rule.endpoint.lower() != rule.endpoint
    }
    assert odd == set()
