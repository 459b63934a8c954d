"""In real browsers: a group hears how its concern ended before we close it (domain R46)."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.e2e.people import words
from tests.e2e.test_appeal import EXPLAINED
from tests.e2e.test_road import ASSESSMENT, give_to_officer

TOLD = {
    "on": datetime.now(ZoneInfo("Europe/Belgrade")).date().isoformat(),  # today, where the group is
    "place": "The school",
    "language": "Serbian",
    "who": "about 40, half of them women",
    "told": "The road is watered twice a day from now on.",
}


@pytest.mark.parametrize("checked", ["rtl"], indirect=True)
def test_a_group_is_told_before_its_concern_is_closed(person, staff):
    person.raise_slowly("Our spring runs dry since the drilling began.", is_collective="y")
    coordinator, officer = staff("coordinator.bor"), staff("officer.bor")
    coordinator.do(person.reference, "acknowledge", how="notice")
    coordinator.do(person.reference, "assess", **ASSESSMENT)
    give_to_officer(coordinator, person.reference)
    officer.do(person.reference, "propose", **EXPLAINED)
    person.come_back()
    person.do("/case/accept")
    assert person.page.locator("a[href$='/case/reopen']").count() == 0
    stopped = officer.why_not(person.reference, "verify")
    assert officer.page.locator("main form button").count() == 0
    assert stopped.strip()
    officer.page.goto(f"/staff/cases/{person.reference}/report-back")
    officer.page.locator("main form button").first.click()
    officer.check(officer.page)
    assert officer.page.locator(".govuk-error-summary").count() == 1
    officer.do(person.reference, "report-back", **TOLD)
    assert TOLD["told"] in person.look()
    officer.do(person.reference, "verify")
    person.look()
    assert person.page.locator("a[href$='/case/reopen']").count() == 1
    officer.page.goto(f"/staff/cases/{person.reference}/story")
    officer.check(officer.page)
    assert TOLD["place"] in words(officer.open(person.reference))
