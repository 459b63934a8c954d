"""In real browsers: whoever a case is about is kept out of it, and a lower level takes two people."""

from collections.abc import Callable

from tests.e2e.people import Person, Staff, words
from tests.e2e.test_road import ASSESSMENT


def triaged(person: Person, staff: Callable[[str], Staff], level: str) -> Staff:
    """A fresh concern that the coordinator has assessed."""
    person.raise_concern("A guard of the gate took my telephone and shouted at me.")
    coordinator = staff("coordinator.bor")
    coordinator.do(person.reference, "acknowledge", how="notice")
    coordinator.do(person.reference, "assess", **{**ASSESSMENT, "actual": level, "potential": level})
    return coordinator


def test_a_conflict_of_interest_is_refused_and_stays_on_the_record(person, staff):
    """R02: the subject of a complaint and their line cannot be given the case or read it."""
    coordinator, officer = triaged(person, staff, "2"), staff("officer.bor")
    case = officer.open(person.reference)
    assert person.reference in case.locator("body").inner_text()
    coordinator.page.goto(f"/staff/cases/{person.reference}/name-subject")
    coordinator.page.locator("main [name=kind][value=person]").check()
    label = coordinator.page.locator("main [name=user] option", has_text="Officer, Bor").first.inner_text()
    coordinator.page.locator("main [name=user]").select_option(label=label)
    coordinator.check(coordinator.page)
    coordinator.page.locator("main form button:not([hidden])").first.click()
    coordinator.page.wait_for_url(f"**/staff/cases/{person.reference}")
    assert label in words(coordinator.open(person.reference))
    answer = officer.page.goto(f"/staff/cases/{person.reference}")
    assert answer is not None
    assert answer.status == 404
    coordinator.page.goto(f"/staff/cases/{person.reference}/assign")
    coordinator.check(coordinator.page)
    assert label not in words(coordinator.page)
    auditor = staff("auditor.all")
    auditor.page.goto(f"/staff/cases/{person.reference}/story")
    auditor.check(auditor.page)
    assert label in words(auditor.page)


def test_a_lower_level_takes_a_second_person(person, staff):
    """R24: downgrade alone -> refused."""
    coordinator = triaged(person, staff, "3")
    lower = {"phase": "final", "actual": "1", "potential": "1", "why": "It was a misunderstanding, both say so."}
    coordinator.do(person.reference, "rate", **lower)
    answer = coordinator.page.goto(f"/staff/cases/{person.reference}/approve-rating")
    assert answer is not None
    assert answer.status == 409
    coordinator.check(coordinator.page)
    assert coordinator.page.locator("main form button").count() == 0
    approver = staff("approver.bor")
    approver.page.goto(f"/staff/cases/{person.reference}/approve-rating")
    assert lower["why"] in words(approver.page)
    approver.do(person.reference, "approve-rating", decision="yes")
    rated = coordinator.open(person.reference).locator("aside").inner_text()
    assert "1 (" in rated
