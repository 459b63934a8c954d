"""In real browsers: a mail came back, a coordinator finds it, has it tried again, and somebody tells the person."""

import re

from tests.e2e.people import words

NOTICE = re.compile(r"/staff/delivery/[0-9a-f-]{36}$")


def test_a_mail_that_came_back_is_found_tried_again_and_told(staff):
    """R68: a bounce becomes a task; the console leads from the mail to the person who is told."""
    coordinator = staff("coordinator.all")
    page = coordinator.page
    page.goto("/staff/delivery")
    coordinator.check(page)
    assert "Waits longest to reach somebody" in words(page)
    page.goto("/staff/delivery?state=bounced")
    coordinator.check(page)
    before = page.locator(".app-cases tbody tr").count()
    assert before >= 2
    page.locator(".app-cases tbody th a").first.click()
    page.wait_for_url(NOTICE)
    coordinator.check(page)
    address, said = page.url, words(page)
    assert "came back" in said
    assert "What you can do" in said
    reference = page.locator("main .app-ref").first.inner_text()

    page.get_by_role("link", name=re.compile("^Tell the person")).click()
    page.wait_for_url("**/tell/*")
    page.locator("main [name=reached][value=yes]").check()
    page.locator("main form button:not([hidden])").first.click()
    page.wait_for_url(f"**/staff/cases/{reference}")
    page.locator("#notices summary").click()
    coordinator.check(page)
    assert "came back" in words(page)
    page.goto("/staff/delivery?state=bounced")
    assert page.locator(".app-cases tbody tr").count() == before - 1

    page.goto(address)
    assert "One of us told the person" in words(page)
    page.get_by_role("button", name="Try again now").click()
    page.wait_for_url(NOTICE)
    coordinator.check(page)
    assert "It is tried again now." in words(page)
    for _ in range(30):  # the worker takes it
        page.reload()
        if "it left" in words(page):
            break
        page.wait_for_timeout(1000)
    assert "it left" in words(page)
    assert "it came back" in words(page)
