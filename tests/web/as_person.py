"""A person at a browser without JavaScript: opens pages, fills in the form that is on them, presses the button."""

import re
from typing import Any

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from engage.services import cases, intake, receipt_codes
from engage.services.intake import Concern, Received
from engage.unit_of_work import unit_of_work
from tests.states import case_of


def a_concern(site_id: Any, **values: Any) -> Received:
    """A concern as its receipt shows it, code and all."""
    reach = values.pop("reach", None)
    concern = Concern(**{"what_happened": "Dust from the haul road covers our gardens.", **values})
    with unit_of_work():
        more = {"reach": reach} if reach else {}
        return intake.submit(intake.new_token(), concern, site_id=site_id, **more)


class Person:
    """Somebody who holds a browser; `code` opens their case."""

    def __init__(self, client: FlaskClient, code: str | None = None) -> None:
        self.client = client
        if code is not None:
            answer = self.send("/case", code=code)
            assert answer.status_code == 303, words(answer)

    def fields(self, path: str, action: str | None = None) -> dict[str, str]:
        """The hidden fields of the page's form, or of the one of its forms that goes to the action."""
        page = html5lib.parse(self.client.get(path).get_data(as_text=True), namespaceHTMLElements=False)
        for form in page.iter("form"):
            if form.get("method") == "post" and form.get("action") == (action or path):
                hidden = (one for one in form.iter("input") if one.get("type") == "hidden")
                return {one.get("name"): one.get("value") or "" for one in hidden}
        raise AssertionError(f"no form to {action or path} on {path}")

    def send(self, path: str, *, on: str | None = None, **typed: Any) -> TestResponse:
        """Open the page, fill in its form, and send it."""
        return self.client.post(path, data={**self.fields(on or path, path), **typed})

    def page(self, path: str = "/case/view") -> str:
        """The words of a page, in one line."""
        return words(self.client.get(path))


def come_back(client: FlaskClient, reference: str) -> Person:
    """The person of a case that is there already, back with a code of theirs."""
    with unit_of_work():
        code = receipt_codes.change_code(cases.lock_own(case_of(reference).id), intake.new_token()).code
    return Person(client, code)


def words(answer: TestResponse) -> str:
    """The words of an answer's page, in one line; its main part and banners."""
    page = html5lib.parse(answer.get_data(as_text=True), namespaceHTMLElements=False)
    return re.sub(r"\s+", " ", " ".join("".join(main.itertext()) for main in page.iter("main"))).strip()


def code_on(answer: TestResponse) -> str:
    """The code that a page shows."""
    found = re.search(r"([0-9A-Z]{4}-){3}[0-9A-Z]{4}", re.sub(r"<[^>]+>", "", answer.get_data(as_text=True)))
    assert found
    return found.group()
