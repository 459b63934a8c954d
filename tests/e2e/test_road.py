"""A concern in real browsers from the web form to its closure, by the person and by staff, with worker and schedule."""

from collections.abc import Callable

import pytest

from tests.e2e.people import Person, Staff, in_days

ASSESSMENT = {
    "category": "AIR",
    "actual": "2",
    "potential": "2",
    "retaliation_likelihood": "unlikely",
    "retaliation_severity": "light",
}
PROPOSAL = {
    "shared_findings": "We measured the dust. It is above what we promised.",
    "finding": "substantiated",
    "root_cause": "control_failed",
    "close_type": "agreed_remedied",
    "lines-0-type_code": "repair",
    "lines-0-words": "Water the road twice a day.",
}


def proposed(person: Person, staff: Callable[[str], Staff]) -> tuple[Staff, Staff]:
    """A fresh concern that has been triaged, assigned and answered with a proposal."""
    person.raise_concern("Dust from the haul road covers our gardens.")
    coordinator, officer = staff("coordinator.bor"), staff("officer.bor")
    coordinator.open(person.reference)
    coordinator.do(person.reference, "acknowledge", how="notice")
    coordinator.do(person.reference, "assess", **ASSESSMENT)
    coordinator.page.goto(f"/staff/cases/{person.reference}/assign")
    theirs = coordinator.page.locator("main label", has_text="Officer, Bor").first.get_attribute("for")
    value = coordinator.page.locator(f"#{theirs}").get_attribute("value")
    assert value
    coordinator.do(person.reference, "assign", assignee=value)
    officer.do(person.reference, "propose", **PROPOSAL, **{"lines-0-due_on": in_days(10)})
    return coordinator, officer


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


def test_a_refusal_goes_to_a_panel_that_decides(person, staff):
    coordinator, officer = proposed(person, staff)
    person.come_back()
    person.do("/case/refuse", panel="yes", words="Water is not enough.")
    coordinator.page.goto(f"/staff/cases/{person.reference}/seat-panel")
    coordinator.page.locator("main [name=members]").first.check()
    coordinator.check(coordinator.page)
    seated = coordinator.page.locator("main [name=members]:checked").first.locator("xpath=..").inner_text()
    coordinator.page.locator("main form button").first.click()
    coordinator.page.wait_for_url(f"**/staff/cases/{person.reference}")
    assert seated
    for who in ("panel.bor", "panel.all", "second.panel.all"):
        member = staff(who)
        answer = member.page.goto(f"/staff/cases/{person.reference}/panel")
        if answer is not None and answer.status == 200:
            member.check(member.page)
            member.page.get_by_label("No. I know nobody").check()
            member.page.get_by_role("button", name="Continue").click()
            member.check(member.page)
            member.page.get_by_label("A note for the panel").fill("The road was dry on Monday.")
            member.page.get_by_role("button", name="Keep the note").click()
            assert "The road was dry on Monday." in member.page.locator("main").inner_text()
            member.do(
                person.reference, "decide", outcome="upheld", reasons="The road has to be paved.", then="proposal"
            )
            break
    else:
        pytest.fail("nobody who was seated can decide")
    officer.do(person.reference, "propose", **{**PROPOSAL, "lines-0-words": "Pave it.", "lines-0-due_on": in_days(30)})
    person.page.goto("/case/view")
    assert "Pave it." in person.page.locator("main").inner_text()


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
