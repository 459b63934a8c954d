"""Closed by default: every endpoint that is not listed as public turns strangers away, whatever the method."""

import uuid

import pytest
from flask import Flask, url_for
from pydantic import SecretStr
from werkzeug.routing import Rule

from engage import create_app
from tests.architecture.public_endpoints import FOR_ANYONE, IN_THE_DEMONSTRATION, WITH_A_CODE

ARGUMENTS = {
    "IntegerConverter": 1,
    "FloatConverter": 1.0,
    "UUIDConverter": uuid.UUID(int=1),
    "UnicodeConverter": "x",
    "PathConverter": "x",
}


def endpoints(app: Flask) -> set[str]:
    return {rule.endpoint for rule in app.url_map.iter_rules()}


def address(app: Flask, rule: Rule) -> str:
    """Return a path that the rule matches, with an argument of each converter's kind."""
    values = {name: ARGUMENTS[type(converter).__name__] for name, converter in rule._converters.items()}
    with app.test_request_context():
        return app.url_map.bind("localhost").build(rule.endpoint, values)


def doors(app: Flask, wanted: set[str]) -> list[tuple[str, str, str]]:
    """Return endpoint, method and path of every way into the wanted endpoints."""
    return sorted(
        (rule.endpoint, method, address(app, rule))
        for rule in app.url_map.iter_rules()
        if rule.endpoint in wanted
        for method in (rule.methods or set()) - {"OPTIONS"}
    )


@pytest.fixture
def stranger(client, monkeypatch):
    """A browser without a sign-in. The token that forms need is not asked for, so that the gate alone can refuse."""
    monkeypatch.setitem(client.application.config, "WTF_CSRF_ENABLED", False)
    return client


def let_in(app: Flask, stranger, wanted: set[str], *, sent_to: str) -> list[tuple[str, str, str]]:
    """Return the ways in that did more than say there is no such page or send the stranger to the page given."""
    with app.test_request_context():
        identify = url_for(sent_to)
    open_doors = []
    for endpoint, method, path in doors(app, wanted):
        answer = stranger.open(path, method=method)
        turned_away = answer.status_code in (302, 303) and answer.location.partition("?")[0].endswith(identify)
        if not turned_away and answer.status_code not in (401, 404):
            open_doors.append((endpoint, method, answer.status))
    return open_doors


def test_every_endpoint_outside_the_public_list_refuses_a_stranger(app, stranger):
    closed = {name for name in endpoints(app) - FOR_ANYONE - WITH_A_CODE if not name.startswith(IN_THE_DEMONSTRATION)}
    assert closed
    assert let_in(app, stranger, closed, sent_to="account.sign_in") == []


def test_every_page_of_a_case_asks_a_stranger_for_its_code(app, stranger):
    assert let_in(app, stranger, set(WITH_A_CODE), sent_to="public.enter_code") == []


def test_the_public_list_names_no_endpoint_that_is_gone(app):
    assert sorted((FOR_ANYONE | WITH_A_CODE) - endpoints(app)) == []


def test_the_product_has_none_of_the_pages_of_the_demonstration(app, settings, tmp_path):
    product = settings.model_copy(update={"MODE": "serve", "VAR": tmp_path, "DATABASE_URL": SecretStr("sqlite://")})
    served = endpoints(create_app(product))
    create_app(settings)  # the extensions are one per process: point them back at the suite's own folder
    assert [name for name in sorted(served) if name.startswith(IN_THE_DEMONSTRATION)] == []
    assert served == {name for name in endpoints(app) if not name.startswith(IN_THE_DEMONSTRATION)}


def test_every_endpoint_is_written_in_lower_case_words(app):
    odd = {name for name in endpoints(app) if not name.replace(".", "_").isidentifier() or name.lower() != name}
    assert odd == set()
