"""A browser that is sent to the provider of the tests, and comes back."""

from urllib.parse import urlencode

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from engage.extensions import db
from engage.models import AuditEvent
from tests.oidc_provider import Provider
from tests.web import as_staff
from tests.web.as_staff import page
from tests.web.test_sign_in import EMAIL

SSO, BACK = "/account/sso", "/account/sso/return"
CHECKED = {"email": EMAIL, "email_verified": True}


def said(answer: TestResponse) -> str:
    return page(answer).select_one("main").get_text(" ", strip=True)


def leave(browser: FlaskClient, **query: str) -> str:
    """Where the browser is sent."""
    answer = browser.get(f"{SSO}?{urlencode(query)}")
    assert answer.status_code == 303, said(answer)
    return answer.location


def come_back(browser: FlaskClient, answer: dict[str, str]) -> TestResponse:
    """What the browser does with the page it comes back to: it shows it, and sends its one form."""
    shown = browser.get(f"{BACK}?{urlencode(answer)}")
    assert shown.status_code == 200
    return browser.post(BACK, data=as_staff.filled(shown))


def enter(browser: FlaskClient, provider: Provider, **query: str) -> TestResponse:
    return come_back(browser, provider.let_in(leave(browser, **query)))


def kinds() -> list[str]:
    """What the record of changes says."""
    db.session.rollback()
    return list(db.session.scalars(select(AuditEvent.kind).order_by(AuditEvent.number)))
