"""Filling in a page's form as a browser does: what is not touched is sent as it stands."""

import io
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.page_invariants import text


@dataclass
class Page:
    """A page as a person sees it."""

    response: TestResponse
    root: Element

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def heading(self) -> str:
        return text(next(self.root.iter("h1")))

    @property
    def words(self) -> str:
        """Everything that can be read on the page, in one line."""
        main = next(iter(self.root.iter("main")), self.root)
        return " ".join(" ".join(main.itertext()).split())

    @property
    def errors(self) -> dict[str, str]:
        """What the error summary says, by id of the field it leads to."""
        links = [link for box in self.marked("govuk-error-summary") for link in box.iter("a")]
        return {link.get("href", "").removeprefix("#"): text(link) for link in links}

    @property
    def code(self) -> str | None:
        """The code in its frame, as it is shown."""
        frames = self.marked("app-code")
        return text(frames[0]) if frames else None

    def marked(self, name: str) -> list[Element]:
        return [element for element in self.root.iter() if name in (element.get("class") or "").split()]

    def fields(self) -> dict[str, Any]:
        """What the page's own form would send as it stands, without a button; a list of what is sent more than once."""
        sent: dict[str, list[Any]] = {}
        for name, value in (pair for control in self._form().iter() for pair in sent_by(control)):
            sent.setdefault(name, []).append(value)
        return {name: values if len(values) > 1 else values[0] for name, values in sent.items()}

    @property
    def action(self) -> str:
        return self._form().get("action") or self.response.request.path

    def _form(self) -> Element:
        return next(form for form in next(self.root.iter("main")).iter("form") if form.get("method") == "post")

    def submit(self, client: FlaskClient, to: str | None = None, **typed: Any) -> "Page":
        """Send the form with what is typed, and follow where it leads. None leaves a field out."""
        data = {name: value for name, value in {**self.fields(), **typed}.items() if value is not None}
        return seen(client.post(to or self.action, data=data, follow_redirects=True))


def sent_by(control: Element) -> list[tuple[str, Any]]:
    name = control.get("name")
    if name is None:
        return []
    if control.tag == "textarea":
        return [(name, (control.text or "").removeprefix("\n"))]
    if control.tag == "select":
        options = list(control.iter("option"))
        chosen = next((option for option in options if option.get("selected") is not None), options[0])
        return [(name, chosen.get("value", ""))]
    if control.tag != "input" or control.get("type") in ("submit", "file"):
        return []
    if control.get("type") in ("radio", "checkbox") and control.get("checked") is None:
        return []
    return [(name, control.get("value", ""))]


def seen(response: TestResponse) -> Page:
    return Page(response, html5lib.HTMLParser(namespaceHTMLElements=False).parse(response.get_data(as_text=True)))


def visit(client: FlaskClient, path: str, **headers: str) -> Page:
    return seen(client.get(path, headers=headers, follow_redirects=True))


def upload(content: bytes, name: str) -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name
