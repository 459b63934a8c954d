"""In real browsers: from a refusal over a panel of people who had no part in it to an end, and to a body outside."""

import pytest

from tests.e2e.people import SEND, Staff, in_days, words
from tests.e2e.test_road import PROPOSAL, proposed

PAVED = {**PROPOSAL, "lines-0-words": "Pave it.", "lines-0-due_on": in_days(30)}
EXPLAINED = {
    **PROPOSAL,
    "close_type": "agreed_explained",
    "lines-0-type_code": "",
    "lines-0-words": "",
    "lines-0-due_on": "--",  # the page brings the last one along
}
PANEL = ("panel.bor", "panel.all", "second.panel.all")
ONE_WAY = pytest.mark.parametrize("checked", ["ltr"], indirect=True)


def in_the_room(member: Staff) -> None:
    """The panel's own page: nothing before a word on conflicts, then notes that only the panel reads."""
    member.check(member.page)
    member.page.locator("main [name=conflict][value=no]").check()
    member.page.locator(SEND).first.click()
    member.page.locator("main [name=words]").wait_for()
    member.check(member.page)
    member.page.locator("main [name=words]").fill("The road was dry on Monday.")
    member.page.locator(SEND).first.click()
    member.page.get_by_text("The road was dry on Monday.").first.wait_for()
    member.check(member.page)


def test_an_appeal_goes_to_its_end(person, staff):
    """R32, R33: a panel of people who touched nothing decides, and the person hears of each step."""
    coordinator, officer = proposed(person, staff)
    person.come_back()
    person.do("/case/refuse", panel="yes", words="Water is not enough.")
    assert person.page.locator("main a[href*='/outside-avenues']").count()
    coordinator.page.goto(f"/staff/cases/{person.reference}/seat-panel")
    offered = coordinator.page.locator("main [name=members]").locator("xpath=..").all_inner_texts()
    assert offered and not [one for one in offered if "Officer" in one or "Coordinator" in one]
    coordinator.page.locator("main [name=members]").first.check()
    coordinator.check(coordinator.page)
    coordinator.page.locator("main form button").first.click()
    coordinator.page.wait_for_url(f"**/staff/cases/{person.reference}")
    for who in PANEL:
        member = staff(who)
        answer = member.page.goto(f"/staff/cases/{person.reference}/panel")
        if answer is not None and answer.status == 200:
            in_the_room(member)
            reasons = {"reasons": "The road has to be paved.", "then": "proposal"}
            member.do(person.reference, "decide", outcome="upheld", **reasons)
            break
    else:
        pytest.fail("nobody who was seated can decide")
    assert "The road has to be paved." in person.look()
    refused = officer.page.goto(f"/staff/cases/{person.reference}/decide")
    assert refused is not None and refused.status in (403, 404)
    officer.do(person.reference, "propose", **PAVED)
    assert "Pave it." in person.look()
    person.do("/case/accept")
    officer.page.goto(f"/staff/cases/{person.reference}/finish-remedy")
    remedy = officer.page.locator("main [name=remedy]").first.get_attribute("value")
    assert remedy
    officer.do(person.reference, "finish-remedy", remedy=remedy, evidence="A photo of the paved road.")
    person.do(f"/case/remedies/{remedy}", confirmed="yes")
    officer.do(person.reference, "verify")
    closed = person.look()
    assert person.page.locator("main a[href$='/case/appeal']").count()
    person.page.locator("main a[href$='/outside-avenues']").first.click()
    person.page.wait_for_url("**/outside-avenues")
    person.check(person.page)
    assert words(person.page) != closed


@ONE_WAY
def test_a_body_outside_reports_and_a_proposal_follows(person, staff):
    """R33, R34: a closed case goes outside; the person reads what was found, and answers what follows from it."""
    coordinator, officer = proposed(person, staff)
    person.come_back()
    person.do("/case/refuse", panel="no", words="That is not what I asked for.")
    outside = {"listed": "Ombudsman", "words": "They agreed on the telephone; its own rules."}
    coordinator.do(person.reference, "refer", **outside)
    assert "A body outside the company is looking at it." in person.look()
    found = {"outcome": "partly_upheld", "report": "The company measured too seldom."}
    coordinator.do(person.reference, "report", **found, then="proposal")
    assert found["report"] in person.look()
    officer.do(person.reference, "propose", **EXPLAINED)
    person.look()
    person.do("/case/accept")
    assert "Your concern is closed." in person.look()
    coordinator.do(person.reference, "refer", **outside)
    coordinator.do(person.reference, "report", outcome="not_upheld", report="Nothing more to do.", then="close")
    end = person.look()
    assert "Nothing more to do." in end
    assert "It ended like this" in end
