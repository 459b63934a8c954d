"""The people of a journey at their browsers: the person with a code, and staff signed in by the demonstration."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from playwright.sync_api import BrowserContext, Page

from tests.e2e.live import Live

SEND = "main form button:not([hidden]):not([name=note]), main form input[type=submit]"


class Person:
    """Somebody who raised a concern and holds its code. `check` looks at every page on the way."""

    def __init__(self, context: BrowserContext, check: Callable[[Page], None]) -> None:
        self.page = context.new_page()
        self.check = check
        self.code = self.reference = ""

    def raise_concern(self, words: str, path: str = "/s/BOR/raise") -> None:
        self.page.goto(path)
        self.check(self.page)
        self.page.locator("#what_happened").fill(words)
        self.page.locator("button[value=now]").click()
        self.code = self.page.locator(".app-code").first.inner_text()
        self.reference = self.page.locator(".app-ref").first.inner_text()
        self.check(self.page)

    def raise_slowly(self, words: str, **who: str) -> None:
        """Raise a concern page by page, and fill in the one that asks who speaks."""
        self.page.goto("/s/BOR/raise")
        self.page.locator("#what_happened").fill(words)
        for step in ("where", "who", "check"):
            if step == "check":
                fill(self.page, who)
                self.check(self.page)
            self.page.locator("button[value=later]").click()
            self.page.wait_for_url(f"**/raise/{step}")
        self.check(self.page)
        self.page.locator("button[value=now]").click()
        self.code = self.page.locator(".app-code").first.inner_text()
        self.reference = self.page.locator(".app-ref").first.inner_text()
        self.check(self.page)

    def come_back(self, code: str | None = None) -> None:
        self.page.goto("/case")
        self.check(self.page)
        self.page.locator("[name=code]").fill(code or self.code.lower().replace("-", " "))
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/case/view")
        self.check(self.page)

    def look(self) -> str:
        """Open the case again, and return what stands on it."""
        self.page.goto("/case/view")
        self.check(self.page)
        return words(self.page)

    def do(self, path: str, **typed: str) -> None:
        """Open a page behind the code, fill it in and send it; the case comes back with what happened."""
        self.page.goto(path)
        fill(self.page, typed)
        self.check(self.page)
        self.page.locator(SEND).first.click()
        self.page.wait_for_url("**/case/view*")
        self.check(self.page)


class Staff:
    """A member of staff of the demonstration, by the first words of their address: `coordinator.bor`."""

    def __init__(self, context: BrowserContext, live: Live, who: str, check: Callable[[Page], None]) -> None:
        self.page = context.new_page()
        self.check = check
        self.name = who
        found = re.search(rf"{re.escape(who)}@\S+\s+(\S+)", live.said())
        assert found, f"the demonstration printed no account {who}"
        self.page.goto("/account/sign-in")
        self.check(self.page)
        self.page.locator("input[type=email]").fill(found.group(0).split()[0])
        self.page.locator("input[name=password]").fill(found.group(1))
        self.page.locator("input[name=password]").press("Enter")
        self.page.wait_for_url(re.compile("/(staff|admin)/|/sign-in/code"))
        self.check(self.page)
        if "/sign-in/code" in self.page.url:
            self._enter_code(found.group(0).split()[0])

    def _enter_code(self, email: str) -> None:
        """Type what the phone of this account shows; one that signed in a moment ago waits for the next code."""
        phone = self.page.context.new_page()
        phone.goto("/dev/codes")
        row = phone.locator("tr").filter(has=phone.get_by_text(email, exact=True))
        while not (code := row.locator(".app-ref")).count():
            phone.wait_for_timeout(2000)
            phone.reload()
        self.page.locator("input[name=code]").fill(code.inner_text())
        phone.close()
        self.page.locator("input[name=code]").press("Enter")
        self.page.wait_for_url(re.compile("/(staff|admin)/"))
        self.check(self.page)

    def open(self, reference: str) -> Page:
        self.page.goto(f"/staff/cases/{reference}")
        self.check(self.page)
        return self.page

    def why_not(self, reference: str, action: str) -> str:
        """Open the page of an action that waits for something, and return what it says; there is no button."""
        answer = self.page.goto(f"/staff/cases/{reference}/{action}")
        assert answer is not None and answer.status == 409, f"nothing speaks against {action}"
        self.check(self.page)
        return words(self.page)

    def do(self, reference: str, action: str, **typed: str) -> None:
        """Fill in the page of an action and send it; the case comes back."""
        self.page.goto(f"/staff/cases/{reference}/{action}")
        fill(self.page, typed)
        self.check(self.page)
        self.page.locator(SEND).first.click()
        self.page.wait_for_url(f"**/staff/cases/{reference}")
        self.check(self.page)


def words(page: Page) -> str:
    """What can be read on the page."""
    return page.locator("main").inner_text()


def fill(page: Page, typed: dict[str, str]) -> None:
    """Put values into the fields of a page by their names, whatever kind of field each is."""
    for name, value in typed.items():
        field = page.locator(f"main [name='{name}']")
        seen = page.locator(f"main [name='{name}']:visible")  # one of several may belong to an answer not chosen
        first = (seen if seen.count() else field).first
        kind = first.evaluate("field => field.localName === 'input' ? field.type : field.localName")
        if kind == "select":
            first.select_option(value)
        elif kind in ("radio", "checkbox"):
            page.locator(f"main [name='{name}'][value='{value}']").check()
        elif field.count() == 3:
            for part, text in zip(field.all(), value.split("-")[::-1], strict=True):
                part.fill(text)
        else:
            first.fill(value)


def in_days(count: int) -> str:
    """The date so many days from now, as year-month-day."""
    return (datetime.now(UTC) + timedelta(days=count)).date().isoformat()
