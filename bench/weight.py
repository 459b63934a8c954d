"""How many compressed bytes a person's first visit costs, and each public page after it."""

import re

from bench.client import Answer
from bench.fill import World
from bench.visits import Browser, person

# What a page makes a browser fetch before it is whole.
_FETCHED = re.compile(r'<(?:link\b[^>]*\bhref|script\b[^>]*\bsrc|img\b[^>]*\bsrc)="(/[^"]+)"')
_LATER = ("/raise", "/case", "/how-it-works", "/help", "/privacy", "/accessibility")


def first_visit(port: int) -> dict[str, int]:
    """Return the bytes of the home page and of everything it needs, heads included, by path."""
    browser = Browser(port)
    plain = browser.get("/").body.decode()
    paths = ["/", *dict.fromkeys(_FETCHED.findall(plain))]
    found = {path: _size(browser, path) for path in paths}
    browser.close()
    return found


def later_pages(port: int, world: World) -> dict[str, int]:
    """Return the bytes of public pages when style and scripts are in the browser already, by path."""
    browser = person(port, world)
    found = {path: _size(browser, path) for path in (*_LATER, "/case/view")}
    browser.close()
    return found


def _size(browser: Browser, path: str) -> int:
    answer: Answer = browser.get(path, Accept_Encoding="br, gzip")
    if answer.status != 200:
        raise RuntimeError(f"{path} answered {answer.status}")
    return answer.size
