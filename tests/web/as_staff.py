"""A member of staff at a browser without script."""

import uuid
from datetime import UTC, datetime, timedelta

from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from engage import clock
from engage.domain import second_factor as rules
from engage.domain.policy import Actor
from engage.extensions import db
from engage.models import CaseEvent, StaffSession, StaffUser
from engage.services import second_factor
from engage.unit_of_work import unit_of_work
from tests import states
from tests.states import case_of

_NEVER = datetime(2999, 1, 1, tzinfo=UTC)

SPOKEN = {"sign_off": "thumbprint", "read_back": "y"}


def in_days(count: int) -> list[str]:
    """The date so many days from today where the site of the tests lies: near midnight that is not today in UTC."""
    day = states.today() + timedelta(days=count)
    return [str(day.day), str(day.month), str(day.year)]


def proposal(**more):
    return {
        "shared_findings": "We measured the dust.",
        "finding": "substantiated",
        "root_cause": "control_failed",
        "involvement": "caused",
        "close_type": "agreed_remedied",
        "lines-0-type_code": "repair",
        "lines-0-words": "Water the road.",
        "lines-0-due_on": in_days(10),
        **more,
    }


def plan(**more):
    return {
        "to_establish": "How much dust comes from the haul road.",
        "how": "Measure for a week.",
        "heard": "The person and two neighbours.",
        "evidence": "Measurements.",
        "due_on": in_days(10),
        **more,
    }


def assessment(level, **more):
    safe = {"danger": "none", "complexity": "simple"}
    safe |= {"retaliation_likelihood": "unlikely", "retaliation_severity": "light"}
    return {"category": "AIR", "actual": level, "potential": level, **safe, **more}


def kinds(session: Session, reference: str) -> list[str]:
    """What happened to the case, promises that were kept left out."""
    rows = select(CaseEvent.kind).where(CaseEvent.case_id == case_of(reference).id).order_by(CaseEvent.number)
    return [kind for kind in session.scalars(rows) if kind != "DeadlineMet"]


def sign_in(client: FlaskClient, actor: Actor) -> FlaskClient:
    """Return a browser of its own in which the member of staff is signed in, just now and with all that it takes."""
    browser: FlaskClient = client.application.test_client()
    user = db.session.get_one(StaffUser, actor.id)
    # Begun so late that no test which lets days pass outlives it; how long one lasts is tested at the sign-in page.
    begun = StaffSession(id=uuid.uuid4(), user_id=user.id, key=user.session_key, browser="", system="", began_at=_NEVER)
    session_id = begun.id
    with unit_of_work():
        db.session.add(begun)
        if rules.is_demanded_of(actor) and not second_factor.is_set_up(user.id):
            second_factor.keep(user, second_factor.new_secret())
    with browser.session_transaction() as session:
        session["_user_id"] = f"{user.id}:{user.session_key}:{session_id}"
        session["_fresh"] = True
        session["proved_at"] = int(clock.utcnow().timestamp())
        with client.application.test_request_context(environ_base=browser.environ_base):
            session["_id"] = client.application.login_manager._session_identifier_generator()
    return browser


def page(response: TestResponse) -> BeautifulSoup:
    return BeautifulSoup(response.text, "html.parser")


def text(response: TestResponse, where: str = "main") -> str:
    """What a page that opened says."""
    assert response.status_code == 200, response.status
    return page(response).select_one(where).get_text(" ", strip=True)


def token_of(browser: FlaskClient) -> str:
    """The token that the forms of somebody signed in carry."""
    return page(browser.get("/account/password")).select_one("main [name=csrf_token]")["value"]


def form_of(response: TestResponse) -> Tag:
    """The form of the page that says something, not the one that signs out."""
    return page(response).select_one("main form")


def filled(response: TestResponse) -> dict[str, object]:
    """What a browser would send of the form as it stands."""
    values: dict[str, object] = {}
    for field in form_of(response).select("input, textarea, select"):
        name = field.get("name")
        if not name or field.get("type") == "file":
            continue
        if field.name == "select":
            chosen = field.select_one("option[selected]") or field.select_one("option")
            values[name] = chosen["value"] if chosen else ""
        elif field.get("type") in ("radio", "checkbox"):
            if field.has_attr("checked"):
                values.setdefault(name, [])
                values[name] = [*values[name], field["value"]]
        elif name in values:  # the three parts of a date
            held = values[name] if isinstance(values[name], list) else [values[name]]
            values[name] = [*held, field.get("value", "")]
        else:
            text = field.string or "" if field.name == "textarea" else field.get("value", "")
            values[name] = text.removeprefix("\n")
    return values


def send(browser: FlaskClient, address: str, **typed: object) -> TestResponse:
    """Open a page, fill in its form and send it."""
    opened = browser.get(address)
    assert opened.status_code == 200, (opened.status, page(opened).select_one("main").get_text(" ", strip=True))
    return browser.post(address, data={**filled(opened), **typed})


def done(response: TestResponse) -> TestResponse:
    """Assert that it was done; what the page says instead otherwise."""
    said = page(response).select_one("main").get_text(" ", strip=True) if response.status_code != 303 else ""
    assert response.status_code == 303, (response.status, said)
    return response
