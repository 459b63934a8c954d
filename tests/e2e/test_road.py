"""A concern in real browsers from the web form to its closure, by the person and by staff, with worker and schedule."""

from collections.abc import Callable, Mapping

import pytest

from tests.e2e.conftest import LAPTOP, PHONE
from tests.e2e.people import Person, Staff, in_days

ASSESSMENT = {
    "category": "AIR",
    "actual": "2",
    "potential": "2",
    "danger": "none",
    "complexity": "simple",
    "retaliation_likelihood": "unlikely",
    "retaliation_severity": "light",
}
PROPOSAL = {
    "shared_findings": "We measured the dust. It is above what we promised.",
    "finding": "substantiated",
    "root_cause": "control_failed",
    "involvement": "caused",
    "close_type": "agreed_remedied",
    "lines-0-type_code": "repair",
    "lines-0-words": "Water the road twice a day.",
}


def proposed(
    person: Person, staff: Callable[[str], Staff], offer: Mapping[str, str] | None = None
) -> tuple[Staff, Staff]:
    """A fresh concern that has been triaged, assigned and answered with a proposal."""
    person.raise_concern("Dust from the haul road covers our gardens.")
    coordinator, officer = staff("coordinator.bor"), staff("officer.bor")
    coordinator.open(person.reference)
    coordinator.do(person.reference, "acknowledge", how="notice")
    coordinator.do(person.reference, "assess", **ASSESSMENT)
    give_to_officer(coordinator, person.reference)
    officer.do(person.reference, "propose", **(offer or {**PROPOSAL, "lines-0-due_on": in_days(10)}))
    return coordinator, officer


def give_to_officer(coordinator: Staff, reference: str) -> None:
    """Assign the case to the officer of the site."""
    coordinator.page.goto(f"/staff/cases/{reference}/assign")
    theirs = coordinator.page.locator("main label", has_text="Officer, Bor").first.get_attribute("for")
    value = coordinator.page.locator(f"#{theirs}").get_attribute("value")
    assert value
    coordinator.do(reference, "assign", assignee=value)


def test_the_whole_road_to_the_end(person, staff, live):
    _, officer = proposed(person, staff)
    person.come_back()
    person.do("/case/messages", message="Please begin in the morning.")
    person.do("/case/accept")
    officer.do(person.reference, "reply", message="We begin tomorrow at six.")
    officer.page.goto(f"/staff/cases/{person.reference}/finish-remedy")
    remedy = officer.page.locator("main [name=remedy]").first.get_attribute("value")
    assert remedy
    officer.do(person.reference, "finish-remedy", remedy=remedy, evidence="A photo of the water truck.")
    person.page.goto("/case/view")
    person.check(person.page)
    person.page.locator("a[href*='/case/remedies/'], form[action*='/case/remedies/'] button").first.click()
    if "/case/remedies/" in person.page.url:
        person.check(person.page)
        person.page.locator("main [name=confirmed][value=yes]").check()
        person.page.locator("main form button:not([hidden])").first.click()
    person.page.wait_for_url("**/case/view*")
    officer.do(person.reference, "verify")
    person.page.goto("/case/view")
    person.check(person.page)
    person.do("/case/feedback", treatment="5", result="4")
    story = officer.page.goto(f"/staff/cases/{person.reference}/story")
    assert story is not None
    assert story.status == 200
    officer.check(officer.page)


def test_the_second_of_two_staff_is_told_and_loses_nothing(person, staff):
    person.raise_concern("Trucks drive too fast past the school.")
    first, second = staff("coordinator.bor"), staff("coordinator.all")
    for one in (first, second):
        one.page.goto(f"/staff/cases/{person.reference}/note")
        one.page.locator("main textarea").first.fill(f"What {one.name} thinks.")
        one.check(one.page)
    first.do(person.reference, "acknowledge", how="notice")
    second.page.goto(f"/staff/cases/{person.reference}/acknowledge")
    second.check(second.page)
    assert second.page.locator("main").inner_text().strip()


def test_a_concern_of_one_wide_word_makes_no_page_wider_than_the_window(person, staff):
    person.raise_concern("\ufdfa" * 60)
    coordinator = staff("coordinator.bor")
    for size in (PHONE, LAPTOP):
        coordinator.page.set_viewport_size(size)
        coordinator.open(person.reference)
        coordinator.page.goto(f"/staff/cases/{person.reference}/acknowledge")
        coordinator.check(coordinator.page)
    person.come_back()


def test_somebody_without_a_name_comes_back_and_talks(person, staff):
    person.raise_concern("The spring below the dump is grey.")
    coordinator = staff("coordinator.bor")
    coordinator.do(person.reference, "ask", message="Since when is it grey?")
    person.page.context.clear_cookies()
    person.page.goto("/case/view")
    assert "/case/view" not in person.page.url


@pytest.mark.parametrize("who", ["coordinator.bor", "auditor.all", "liaison.bor", "focal.all", "admin.all"])
def test_every_role_lands_on_a_page_of_its_own_without_barriers(staff, who):
    member = staff(who)
    for link in member.page.locator("header nav a, header ul a").all():
        address = link.get_attribute("href")
        if address and "sign-out" not in address:
            member.page.goto(address)
            member.check(member.page)
            member.page.go_back()
