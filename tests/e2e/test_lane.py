"""In real browsers: somebody tells us safely on a small phone, and a focal point offers help."""

import re

from tests.e2e.people import SEND, fill, words


def test_somebody_tells_us_safely_is_offered_help_and_decides(person, staff):
    phone = person.page
    phone.goto("/s/BOR/help")
    person.check(phone)
    phone.locator("main a[href='/s/BOR/help/tell']").click()
    phone.wait_for_url("**/help/tell")
    person.check(phone)
    fill(phone, {"words": "Somebody follows me to the well.", "involved": "yes", "age": "18_to_59"})
    phone.locator(SEND).last.click()
    code = phone.locator(".app-code").first.inner_text()
    person.check(phone)
    focal = staff("focal.bor")
    focal.page.goto("/staff/lane/")
    focal.check(focal.page)
    address = next(
        href
        for href in focal.page.locator("main .app-box a").evaluate_all("links => links.map(one => one.pathname)")
        if "Somebody follows me to the well." in _opened(focal, href)
    )
    focal.page.goto(address)
    focal.page.locator("summary").nth(1 if focal.page.locator("header details").count() else 0).click()
    focal.page.locator("main [name=service]").fill("Women's room of the health centre")
    focal.check(focal.page)
    focal.page.locator("main form[action$='/offer'] button").click()
    focal.page.wait_for_url(re.compile(f"{address}$"))
    focal.check(focal.page)
    person.come_back(code.lower().replace("-", " "))
    assert "Women's room of the health centre" in words(phone)
    phone.locator("button[value=consent_to_referral]").click()
    phone.wait_for_url("**/case/view*")
    person.check(phone)
    assert phone.locator("button[value=decline_referral]").count() == 1
    for path in ("/case/contact", "/case/withdraw", "/case/code"):
        phone.goto(path)
        person.check(phone)
    phone.goto("/case/erase")
    person.check(phone)
    phone.locator(SEND).first.click()
    phone.wait_for_url("**/")
    answer = focal.page.goto(address)
    assert answer is not None
    assert answer.status == 404


def _opened(focal, href: str) -> str:
    focal.page.goto(href)
    focal.check(focal.page)
    return words(focal.page)
