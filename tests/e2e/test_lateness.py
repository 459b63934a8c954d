"""In real browsers: more time asked for in time, then late all the same, and the word that we owe (domain R25, 2.3)."""

from datetime import timedelta

import pytest

from engage.domain.deadlines import Promise
from tests.e2e.people import Person, fill, in_days, words
from tests.e2e.test_road import ASSESSMENT, give_to_officer
from tests.e2e.times import was_due

MORE_TIME = "The laboratory needs a week more for the samples."
DELAY = {
    "done_so_far": "We took samples at three gardens.",
    "explanation": "The laboratory broke down.",
    "new_date": in_days(12),
}


@pytest.mark.parametrize("checked", ["ltr"], indirect=True)
def test_more_time_is_asked_for_and_a_delay_is_told_and_stays_on_record(person, staff, live):
    person.raise_concern("Dust lies on the salad again.")
    coordinator, officer = staff("coordinator.bor"), staff("officer.bor")
    coordinator.do(person.reference, "acknowledge", how="notice")
    coordinator.do(person.reference, "assess", **ASSESSMENT)
    give_to_officer(coordinator, person.reference)
    case = officer.open(person.reference)
    shown = case.locator("a[href*='/deadlines/']").evaluate_all("links => links.map(link => link.href)")
    for address in shown:
        case.goto(address)
        officer.check(case)
        if "propos" in words(case).lower() and case.locator("a[href*='/extend/']").count():
            break
    case.locator("a[href*='/extend/']").first.click()
    fill(case, {"explanation": MORE_TIME, "new_date": in_days(40)})
    officer.check(case)
    case.locator("main form button").first.click()
    case.wait_for_url(f"**/staff/cases/{person.reference}")
    person.come_back()
    assert MORE_TIME in words(person.page)
    was_due(live, person.reference, Promise.PROPOSE, timedelta(days=3))
    case.goto(f"/staff/cases/{person.reference}")
    link = case.locator(".govuk-notification-banner a[href*='/tell-delay/']").first
    link.wait_for()
    officer.check(case)
    assert "We are late here." in words(case)
    link.click()
    case.locator("main form button").first.click()
    assert case.locator(".govuk-error-summary").count() == 1
    officer.check(case)
    fill(case, DELAY)
    case.locator("main form button").first.click()
    case.wait_for_url(f"**/staff/cases/{person.reference}")
    officer.check(case)
    assert case.locator(".govuk-notification-banner a[href*='/tell-delay/']").count() == 0
    read = person.look()
    assert DELAY["done_so_far"] in read
    assert DELAY["explanation"] in read
    assert "did not keep that" in read
    case.goto(f"/staff/cases/{person.reference}/story")
    officer.check(case)
    assert "was not kept" in words(case) or "missed" in words(case).lower()


def test_that_we_are_late_is_read_without_scripts_on_a_narrow_phone(new_context, fits, live):
    """The person needs neither JavaScript nor width to learn that we are late, nor do we hide it."""
    person = Person(new_context(java_script_enabled=False, viewport={"width": 320, "height": 640}), fits)
    person.raise_concern("Nobody came to look at the crack in our wall.")
    was_due(live, person.reference, Promise.ACKNOWLEDGE, timedelta(days=4))
    person.come_back()
    read = words(person.page)
    assert "late, was due" in read
