"""The pages that are measured, asked for as browsers do: with the cookies and hidden fields that pages gave out."""

import re
import secrets
from collections.abc import Callable
from html import unescape
from ipaddress import ip_address
from urllib.parse import urlencode

from bench.client import Answer, Connection, get, post
from bench.fill import PASSWORD, WORDS, World

_HIDDEN = re.compile(r'<input\b(?=[^>]*\btype="hidden")[^>]*>')
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
RAISE, CODE, STATUS, SIGN_IN, INBOX = "/raise", "/case", "/case/view", "/account/sign-in", "/staff/"


class Browser:
    """Keeps cookies from page to page, and fills in forms."""

    def __init__(self, port: int) -> None:
        self._connection = Connection(port)
        self._cookies: dict[str, str] = {}
        # Each comes from a place of its own, as behind a proxy: very many concerns from one place wait their turn.
        self._from = {"X_Forwarded_For": str(ip_address(0x0A000000 + secrets.randbelow(1 << 24)))}

    def get(self, path: str, **headers: str) -> Answer:
        """Ask for a page."""
        return self._keep(self._connection.send(self.request(path, **headers)))

    def request(self, path: str, **headers: str) -> bytes:
        """Return what asks for a page with the cookies held, to be sent by others."""
        return get(path, **headers, **self._from, **self._cookie)

    def form(self, path: str, page: Answer, **typed: str) -> bytes:
        """Return what sends the form of a page, its hidden fields included."""
        return post(path, urlencode({**hidden_fields(page), **typed}).encode(), **self._from, **self._cookie)

    def send(self, path: str, **typed: str) -> Answer:
        """Open a page with a form and send it.

        Raises:
            RuntimeError: it was not answered with the next page.
        """
        answer = self._keep(self._connection.send(self.form(path, self.get(path), **typed)))
        if answer.status not in (302, 303):
            raise RuntimeError(f"{path} answered {answer.status} to its form")
        return answer

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    @property
    def _cookie(self) -> dict[str, str]:
        return (
            {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())} if self._cookies else {}
        )

    def _keep(self, answer: Answer) -> Answer:
        for line in answer.headers("Set-Cookie"):
            name, _, rest = line.partition("=")
            self._cookies[name] = rest.partition(";")[0]
        return answer


def hidden_fields(page: Answer) -> dict[str, str]:
    """Return the hidden fields of a page by name; of two forms on it, those of the last."""
    found: dict[str, str] = {}
    for field in _HIDDEN.findall(page.body.decode()):
        attributes = dict(_ATTRIBUTE.findall(field))
        found[attributes.get("name", "")] = unescape(attributes.get("value", ""))
    return found


def submissions(port: int, count: int) -> list[bytes]:
    """Open the form so often, each time as another person, and return what sends each with one field filled in."""
    made = []
    for _ in range(count):
        browser = Browser(port)
        page = browser.get(RAISE)
        made.append(browser.form(RAISE, page, what_happened=f"{WORDS} {secrets.token_hex(4)}", send="now"))
        browser.close()
    return made


def person(port: int, world: World) -> Browser:
    """Return the browser of the person who has entered the code of their case."""
    browser = Browser(port)
    browser.send(CODE, code=world.code)
    return browser


def staff(port: int, world: World) -> Browser:
    """Return the browser of the coordinator who has signed in and has opened the case once, which is recorded."""
    browser = Browser(port)
    browser.send(SIGN_IN, email=world.email, password=PASSWORD)
    browser.get(case_page(world))
    return browser


def case_page(world: World) -> str:
    """Return the path of the case as staff see it."""
    return f"/staff/cases/{world.reference}"


Pages = dict[str, Callable[[int], list[bytes]]]


def pages(port: int, world: World) -> Pages:
    """Return, by name, what makes so many requests for each page."""
    own, office = person(port, world), staff(port, world)
    return {
        "submission": lambda count: submissions(port, count),
        "status page": lambda count: [own.request(STATUS)] * count,
        "inbox": lambda count: [office.request(INBOX)] * count,
        "case page": lambda count: [office.request(case_page(world))] * count,
        "home": lambda count: [get("/")] * count,
    }
