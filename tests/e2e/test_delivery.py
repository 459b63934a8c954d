"""In real browsers: a mail came back, a coordinator finds it, has it tried again, and somebody tells the person."""

import re

from playwright.sync_api import expect

NOTICE = re.compile(r"/staff/delivery/[0-9a-f-]{36}$")
REASON = re.compile(r"5\.[12]\.[12]")  # as the demonstration has them: no such mailbox, or a full one


def test_a_mail_that_came_back_is_found_tried_again_and_told(staff):
    """R68: a bounce becomes a task; the console leads from the mail to the person who is told."""
    coordinator = staff("coordinator.all")
    page = coordinator.page
    page.goto("/staff/delivery")
    coordinator.check(page)
    expect(page.locator("main p a").first).to_have_attribute("href", NOTICE)  # the one that waits longest
    page.goto("/staff/delivery?state=bounced")
    coordinator.check(page)
    lines = page.locator(".app-cases tbody tr")
    before = lines.count()
    assert before >= 1
    page.locator(".app-cases tbody th a").first.click()
    page.wait_for_url(NOTICE)
    coordinator.check(page)
    address, reference = page.url, page.locator("main .app-ref").first.inner_text()
    expect(page.locator("main")).to_contain_text(REASON)
    tries = page.locator(".moj-timeline__item").count()

    page.locator('a[href*="/tell/"]').click()
    page.wait_for_url("**/tell/*")
    page.locator("main [name=result][value=reached]").check()
    page.locator("main form button:not([hidden])").first.click()
    page.wait_for_url(f"**/staff/cases/{reference}")
    page.locator("#notices summary").click()
    coordinator.check(page)
    expect(page.locator("#notices .app-message__fate--failed")).to_be_visible()
    page.goto("/staff/delivery?state=bounced")
    expect(lines).to_have_count(before - 1)

    page.goto(address)
    expect(page.locator('a[href*="/tell/"]')).to_have_count(0)
    page.locator('form[action$="/again"] button').click()
    page.wait_for_url(NOTICE)
    coordinator.check(page)
    for _ in range(60):  # until the worker took it
        if page.locator(".moj-timeline__item").count() > tries:
            break
        page.wait_for_timeout(1000)
        page.reload()
    expect(page.locator(".moj-timeline__item")).to_have_count(tries + 1)
    expect(page.locator('form[action$="/again"]')).to_have_count(0)
