"""In real browsers: how cases end when nobody answers or the person is not happy, and that neither is the last word."""

from datetime import timedelta

import pytest

from tests.e2e.people import Person, Staff, fill, in_days, words
from tests.e2e.test_appeal import EXPLAINED
from tests.e2e.test_road import ASSESSMENT, PROPOSAL, give_to_officer, proposed
from tests.e2e.times import was_proposed

ONE_WAY = pytest.mark.parametrize("checked", ["ltr"], indirect=True)
LATER = timedelta(days=61)


def tried(officer: Staff, person: Person, channel: str) -> None:
    officer.do(person.reference, "log-attempt", channel=channel, reached="no")


@ONE_WAY
def test_a_case_lapses_only_after_honest_attempts_and_can_be_taken_up_at_any_time(person, staff, live):
    """Product 3: at least 3 attempts, 2 ways, 60 days and an approver; it reopens without a time bar."""
    person.raise_slowly("The blast cracked our chimney.", road="relay", email="neighbour@example.org")
    coordinator, officer, approver = staff("coordinator.bor"), staff("officer.bor"), staff("approver.bor")
    coordinator.do(person.reference, "acknowledge", how="notice")
    coordinator.do(person.reference, "assess", **ASSESSMENT)
    give_to_officer(coordinator, person.reference)
    officer.do(person.reference, "propose", **PROPOSAL, **{"lines-0-due_on": in_days(10)})
    assert "0 of 3 attempts" in approver.why_not(person.reference, "lapse")
    for _ in range(3):
        tried(officer, person, "voice_call")
    assert "at least 2 different ways" in approver.why_not(person.reference, "lapse")
    tried(officer, person, "sms")
    assert "at least 60 days" in approver.why_not(person.reference, "lapse")
    was_proposed(live, person.reference, LATER)
    refused = officer.page.goto(f"/staff/cases/{person.reference}/lapse")
    assert refused is not None
    assert refused.status in (403, 404)
    approver.do(person.reference, "lapse")
    person.come_back()
    assert "You can still appeal, or open it again." in words(person.page)
    person.do("/case/reopen", reason="I was in hospital. The chimney is still cracked.")
    assert "It is our turn" in words(person.page)
    assert "I was in hospital." in words(coordinator.open(person.reference))


@ONE_WAY
def test_somebody_who_is_not_happy_says_so_and_opens_it_again(person, staff):
    """R55: two questions at the end, and an unhappy answer is followed by a way on, not by silence."""
    coordinator, officer = proposed(person, staff, EXPLAINED)
    person.come_back()
    person.do("/case/accept")
    person.page.locator("main a[href$='/case/feedback']").first.click()
    person.page.wait_for_url("**/case/feedback")
    fill(person.page, {"treatment": "1", "result": "1", "words": "Nobody listened."})
    person.page.locator("main form button").first.click()
    person.page.wait_for_url("**/case/not-good-yet")
    person.check(person.page)
    person.page.locator("main a[href$='/case/reopen']").click()
    person.page.wait_for_url("**/case/reopen")
    person.page.locator("main form button").first.click()
    person.check(person.page)
    assert person.page.locator(".govuk-error-summary").count() == 1
    person.do("/case/reopen", reason="The dust is back.")
    assert "The dust is back." in words(coordinator.open(person.reference))
    officer.do(person.reference, "propose", **PROPOSAL, **{"lines-0-due_on": in_days(10)})
    assert "It is your turn." in person.look()
