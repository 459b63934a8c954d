"""What staff do about corrections and holds, and what is left of a case for them to see."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.policy import SYSTEM
from engage.domain.retention import ASKED, Scope
from engage.models import Correction, LegalHold
from engage.services import corrections, corrective, erasing, holds
from engage.unit_of_work import unit_of_work
from tests import states
from tests.services.full_case import CANARY, a_full_case
from tests.states import act, case_of, person_of
from tests.web.as_staff import done, page, send, sign_in
from tests.web.printed import file_of, text


@pytest.fixture
def team(clock, session, sent_tasks, change_settings, tmp_path, settings):
    return states.Team()


def shown(browser, reference, path=""):
    return page(browser.get(f"/staff/cases/{reference}{path}")).select_one("main").get_text(" ", strip=True)


def test_a_correction_is_the_next_thing_to_do_and_is_answered_on_its_page(client, team, session):
    reference = states.an_assessed_case(team)
    act(reference, corrections.ask, "Not May.", "June.", actor=person_of(reference))
    officer = sign_in(client, team.officer)
    said = shown(officer, reference)
    assert "Answer a correction" in said
    assert "Not May." in said
    row_id = str(session.scalars(select(Correction.id)).one())
    address = f"/staff/cases/{reference}/answer-correction"
    bad = send(officer, address, correction=row_id, decision="yes", reason="")
    assert bad.status_code == 422
    assert "Write what we say to the person" in bad.text
    done(send(officer, address, correction=row_id, decision="no", reason="We found May in the log."))
    assert "We do not agree." in shown(officer, reference)
    assert "what the person said is wrong was answered" in shown(officer, reference, "/story").lower()
    assert officer.get(address).status_code == 409


def test_an_approver_sets_and_lifts_a_hold_that_everybody_on_the_case_sees(client, team, session):
    reference = states.an_assessed_case(team)
    approver, officer = sign_in(client, team.approver), sign_in(client, team.officer)
    assert send(approver, f"/staff/cases/{reference}/set-hold", reason="").status_code == 422
    done(send(approver, f"/staff/cases/{reference}/set-hold", reason="The district court asked."))
    assert "Nothing of this case may be erased." in shown(officer, reference)
    assert "The district court asked." in shown(officer, reference)
    assert approver.get(f"/staff/cases/{reference}/set-hold").status_code == 409
    assert officer.get(f"/staff/cases/{reference}/lift-hold").status_code == 403
    done(send(approver, f"/staff/cases/{reference}/lift-hold", reason="Over."))
    assert session.scalars(select(LegalHold.lift_words)).one() == "Over."
    assert "Nothing of this case may be erased." not in shown(officer, reference)
    assert approver.get(f"/staff/cases/{reference}/lift-hold").status_code == 409


def test_an_auditor_reads_a_hold_masked_and_sets_none(client, team):
    reference = states.an_assessed_case(team)
    act(reference, holds.set_hold, "Call 0641234567.", actor=team.approver)
    auditor = sign_in(client, team.auditor)
    assert "0641234567" not in shown(auditor, reference)
    assert auditor.get(f"/staff/cases/{reference}/set-hold").status_code == 403


def test_of_an_erased_case_staff_see_a_tombstone_and_can_do_nothing(client, team):
    reference = a_full_case(team)
    with unit_of_work():
        erasing.erase(states.cases.lock_own(case_of(reference).id), Scope.EVERYTHING, ASKED, actor=SYSTEM)
    for actor in (team.coordinator, team.officer, team.approver, team.auditor):
        browser = sign_in(client, actor)
        said = shown(browser, reference)
        assert "This case was erased" in said
        assert "The person asked for it" in said
        assert "Agreed, and put right" in said
        for path in ("", "/story"):
            assert CANARY not in browser.get(f"/staff/cases/{reference}{path}").text.lower()
        for path in ("/note", "/reply", "/set-hold", "/add-task", "/person"):
            assert browser.get(f"/staff/cases/{reference}{path}").status_code in (403, 405), path


def test_in_the_inbox_an_erased_case_is_named_as_such(client, team):
    reference = a_full_case(team)
    coordinator = sign_in(client, team.coordinator)
    with unit_of_work():
        erasing.erase(states.cases.lock_own(case_of(reference).id), Scope.EVERYTHING, "ordinary", actor=SYSTEM)
    listed = coordinator.get("/staff/?tab=all").text
    assert reference in listed
    assert "Erased" in listed
    assert "Grievances" in shown(coordinator, reference)


def test_the_file_to_print_of_an_erased_case_says_so(client, team):
    reference = a_full_case(team)
    with unit_of_work():
        erasing.erase(states.cases.lock_own(case_of(reference).id), Scope.EVERYTHING, ASKED, actor=SYSTEM)
    answer = file_of(sign_in(client, team.coordinator), f"/staff/cases/{reference}/file")
    assert "Erased." in text(answer)


def test_what_we_were_to_change_because_of_an_erased_case_is_asked_of_nobody_any_more(client, team, clock):
    reference = states.a_closed_case(team)
    due = clock.now + timedelta(days=9)
    act(reference, corrective.decide, corrective.Change("Wet the road.", team.officer.id, due), actor=team.officer)
    officer = sign_in(client, team.officer)
    assert "Wet the road." in officer.get("/staff/day").text
    with unit_of_work():
        erasing.erase(states.cases.lock_own(case_of(reference).id), Scope.EVERYTHING, ASKED, actor=SYSTEM)
    said = page(officer.get("/staff/day")).select_one("main").get_text(" ", strip=True)
    assert "Wet the road." not in said
    assert reference not in said
