"""Fixtures of the journeys: the whole service as `make run` starts it, and a browser that trusts nothing."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from tests.e2e.live import CHROMIUM, Live
from tests.e2e.people import Person, Staff

# Chromium's sandbox needs rights that a container does not give; the rest keeps it from calling home.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# What the browser itself says of an answer with an error code, which a journey may well be after.
EXPECTED_CONSOLE = "Failed to load resource: the server responded with a status of"

# Every rule of WCAG 2.2 A and AA that axe knows, and its own good practice.
AXE_OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}

PHONE = {"width": 320, "height": 640}
LAPTOP = {"width": 1280, "height": 900}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The whole service - web, worker and schedule - on a free port and a folder of its own."""
    service = Live(tmp_path_factory.mktemp("live"))
    try:
        service.start()
        yield service
    finally:  # also where it did not start in time: nothing is left running
        service.stop()


@pytest.fixture(scope="session")
def base_url(live: Live) -> str:
    return live.url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What the browsers of this test had to complain of; anything left here at the end fails the test."""
    heard: list[str] = []
    yield heard
    assert heard == []


@pytest.fixture
def new_context(browser: Browser, base_url: str, complaints: list[str]) -> Iterator[Callable[..., BrowserContext]]:
    """Open browsers that share nothing: `new_context(java_script_enabled=False, viewport=PHONE, locale="fr")`.

    At the end the test fails if a page asked another server for anything, or if its own policy stopped something.
    """
    opened: list[BrowserContext] = []

    def asked(request: Request) -> None:
        if not request.url.startswith((base_url, "data:", "blob:")):
            complaints.append(f"asked {request.url}")

    def said(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(EXPECTED_CONSOLE):
            complaints.append(f"{message.location['url']} said {message.text}")

    def make(**options: Any) -> BrowserContext:
        context = browser.new_context(base_url=base_url, **({"viewport": LAPTOP, "locale": "en-GB"} | options))
        context.set_default_timeout(15_000)
        context.on("request", asked)
        context.on("console", said)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    """A browser window with scripts, as wide as a laptop."""
    return new_context().new_page()


@pytest.fixture
def page_without_scripts(new_context: Callable[..., BrowserContext]) -> Page:
    """A browser window in which no JavaScript runs."""
    return new_context(java_script_enabled=False).new_page()


@pytest.fixture
def phone(new_context: Callable[..., BrowserContext]) -> Page:
    """A browser window 320 px wide, touched rather than clicked."""
    return new_context(viewport=PHONE, has_touch=True).new_page()


@pytest.fixture
def page_right_to_left(new_context: Callable[..., BrowserContext]) -> Page:
    """A browser window on the home page, in the pseudo-language that runs from right to left."""
    page = new_context().new_page()
    page.goto("/")
    page.locator("summary", has_text="Language").first.click()
    page.locator("[lang='ar-x-pseudo']").first.click()
    page.wait_for_selector("html[dir=rtl]")
    return page


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """Check the page that is shown: `axe(page)` fails with a report of every barrier found."""

    def check(page: Page) -> None:
        page.wait_for_load_state("load")  # a page still without its styles has other barriers than the one people see
        # What lies half under the heading that stays in view is there for a moment only: it is looked at from the top.
        page.evaluate("scrollTo(0, 0)")
        found = Axe().run(page, options=AXE_OPTIONS)
        assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"

    return check


@pytest.fixture
def fits() -> Callable[[Page], None]:
    """Check that the page that is shown needs no scrolling sideways: `fits(page)`."""

    def check(page: Page) -> None:
        widths = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert widths[0] <= widths[1], f"{page.url} is {widths[0]} px wide in a window of {widths[1]} px"

    return check


@pytest.fixture(params=["ltr", "rtl"])
def checked(request, axe, fits) -> Callable[[Page], None]:
    """Look at a page in one direction: no barrier, no scrolling sideways."""

    def check(page: Page) -> None:
        axe(page)
        fits(page)
        assert page.locator("html").get_attribute("dir") == request.param

    check.direction = request.param
    return check


@pytest.fixture
def open_context(new_context, checked) -> Callable[..., BrowserContext]:
    def make(**options) -> BrowserContext:
        context = new_context(**options)
        if checked.direction == "rtl":
            page = context.new_page()
            page.goto("/")
            page.locator("[lang='ar-x-pseudo']").first.evaluate("link => link.click()")
            page.wait_for_selector("html[dir=rtl]")
            page.close()
        return context

    return make


@pytest.fixture
def person(open_context, checked) -> Person:
    return Person(open_context(viewport=PHONE), checked)


@pytest.fixture
def staff(open_context, live: Live, checked) -> Callable[[str], Staff]:
    return lambda who: Staff(open_context(viewport=LAPTOP), live, who, checked)
