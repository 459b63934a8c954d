"""Public pages on a phone: what is pressed or typed into is as high as a thumb needs (look.md: 44 px)."""

import pytest

# What stands in the middle of a sentence is as high as its line; what is hidden from the eye is pressed by nobody.
TOO_LOW = """() => [...document.querySelectorAll('a, button, summary, select, textarea, input:not([type=hidden])')]
  .filter(one => !one.closest('[class*=hidden], .govuk-skip-link, .govuk-radios, .govuk-checkboxes, .app-trap'))
  .filter(one => !(one.localName === 'a' && getComputedStyle(one).display === 'inline'))
  .filter(one => one.checkVisibility() && one.getBoundingClientRect().height < 43.5)
  .map(one => `${one.innerText || one.name}: ${one.getBoundingClientRect().height}`)"""


@pytest.fixture
def low(phone):
    def found(path):
        phone.goto(path)
        return phone.evaluate(TOO_LOW)

    return found


@pytest.mark.parametrize("path", ["/", "/help", "/how-it-works", "/raise", "/case", "/case/lost"])
def test_a_thumb_hits_what_strangers_see(low, path):
    assert low(path) == []


def test_a_thumb_hits_what_stands_behind_the_code(phone, low):
    phone.goto("/s/BOR/raise")
    phone.locator("#what_happened").fill("Dust.")
    phone.locator("button[value=now]").click()
    code = phone.locator(".app-code").first.inner_text()
    phone.goto("/case")
    phone.locator("[name=code]").fill(code)
    phone.keyboard.press("Enter")
    phone.wait_for_url("**/case/view")
    for path in ("/case/view", "/case/contact", "/case/code", "/case/withdraw"):
        assert low(path) == []
