"""What pages show and ask for once we are late: the case, the inbox, the person's page (R25; domain 2.5)."""

from datetime import timedelta

import pytest

from engage.domain.deadlines import Promise
from engage.domain.lifecycle import Stage
from engage.services import answers, delays, escalation, explanations
from tests import states
from tests.promised import the_open
from tests.states import act, case_of, person_of
from tests.web.as_person import come_back
from tests.web.as_staff import done, filled, in_days, page, send, sign_in

P = Promise
WHY = "The laboratory was closed."


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


@pytest.fixture
def reference(team):
    return states.an_assessed_case(team)


def late_by(clock, reference, days, promise=P.CONSULT):
    clock.move_to(the_open(reference, promise).due_at + timedelta(days=days))
    escalation.climb()


def asked_for(browser, reference):
    """What the case asks for because we are late, by its words, with the link."""
    shown = page(browser.get(f"/staff/cases/{reference}"))
    rows = shown.select(".govuk-notification-banner li")
    return {row.get_text(" ", strip=True): row.select_one("a") and row.select_one("a")["href"] for row in rows}


def test_a_late_case_asks_for_word_to_the_person_first_and_then_for_an_explanation(client, clock, team, reference):
    late_by(clock, reference, 1)
    browser = sign_in(client, team.officer)
    assert [words for words in asked_for(browser, reference)] == ["Tell the person of the delay: Talk with the person"]
    late_by(clock, reference, 5)
    found = asked_for(sign_in(client, team.officer), reference)
    [words] = [words for words in found if words.startswith("Explain")]
    assert words.startswith("Explain in writing to: Site manager. Talk with the person")
    assert "By " in words
    browser = sign_in(client, team.officer)
    empty = send(browser, found[words])
    assert empty.status_code == 422
    assert "Write why it is late" in empty.text
    done(send(browser, found[words], explanation=WHY))
    assert not [one for one in asked_for(browser, reference) if one.startswith("Explain")]
    assert WHY in browser.get(f"/staff/cases/{reference}").text
    assert "It was explained in writing why it is late" in browser.get(f"/staff/cases/{reference}").text


def test_what_was_not_explained_in_time_says_when_it_was_due(client, clock, team, reference):
    late_by(clock, reference, 5)
    clock.advance(timedelta(days=3))
    explanations.miss_due()
    assert any("It was due on" in words for words in asked_for(sign_in(client, team.approver), reference))


def test_ten_days_late_somebody_else_is_suggested_to_those_who_can_do_it(client, clock, team, reference):
    late_by(clock, reference, 10)
    other = "Consider giving the case to somebody else"
    assert asked_for(sign_in(client, team.coordinator), reference)[other].endswith("/assign")
    assert other not in asked_for(sign_in(client, team.officer), reference)


def test_who_only_reads_sees_what_is_owed_without_a_way_to_it(client, clock, team, reference):
    late_by(clock, reference, 5)
    found = asked_for(sign_in(client, team.auditor), reference)
    assert found
    assert set(found.values()) == {None}


def test_an_explanation_of_another_case_is_not_found(client, clock, team, reference):
    other = states.an_assessed_case(team)
    late_by(clock, reference, 5)
    [href] = [href for words, href in asked_for(sign_in(client, team.officer), other).items() if "Explain" in words]
    assert sign_in(client, team.officer).get(href.replace(other, reference)).status_code == 404


def test_the_explanation_of_a_date_lists_the_rungs_that_came_and_that_come(client, clock, team, reference):
    late_by(clock, reference, 3)
    row = the_open(reference, P.CONSULT)
    shown = page(sign_in(client, team.officer).get(f"/staff/cases/{reference}/deadlines/{row.id}"))
    lines = [one.get_text() for one in shown.select("main ol")[1].select("li")]
    assert any(one.startswith("Reminder to whoever works the case, 24 hours before: left out") for one in lines)
    assert any(one.startswith("Coordinator, 2 days late: told on") for one in lines)
    assert any(one.startswith("Site manager of all sites, 10 days late: on") for one in lines)
    act(reference, states.proposals.consult, "We talked.", actor=team.officer)
    shown = page(sign_in(client, team.officer).get(f"/staff/cases/{reference}/deadlines/{row.id}"))
    assert not any(": on " in one.get_text() for one in shown.select("main ol")[1].select("li"))


def test_a_rung_that_went_one_step_up_says_so(client, clock, session, team, reference):
    clock.move_to(the_open(reference, P.CONSULT).due_at + timedelta(days=2))
    session.get_one(states.StaffUser, team.approver.id).last_sign_in_at = clock.now
    session.commit()
    escalation.climb()
    row = the_open(reference, P.CONSULT)
    shown = sign_in(client, team.officer).get(f"/staff/cases/{reference}/deadlines/{row.id}")
    assert ", and one step up" in shown.text


def test_the_inbox_keeps_the_mark_for_ever_and_shows_an_owed_explanation(client, clock, team, reference):
    """R25: the breach stays after closure."""
    late_by(clock, reference, 5)
    line = sign_in(client, team.officer).get("/staff/?tab=mine").text
    assert "was late" in line
    assert "explanation owed" in line
    act(reference, answers.withdraw, actor=person_of(reference))
    assert "was late" in sign_in(client, team.coordinator).get("/staff/?tab=all").text


def test_a_second_extension_by_the_same_person_is_refused_in_words_and_nothing_typed_is_lost(client, team, reference):
    row = the_open(reference, P.PROPOSE)
    act(reference, delays.extend, row.id, WHY, row.due_at + timedelta(days=2), actor=team.officer)
    again = the_open(reference, P.PROPOSE)
    typed = {"explanation": WHY, "new_date": in_days(40)}
    refused = send(sign_in(client, team.officer), f"/staff/cases/{reference}/extend/{again.id}", **typed)
    assert refused.status_code == 422
    assert "A second time is for somebody further up" in refused.text
    assert filled(refused)["explanation"] == WHY
    done(send(sign_in(client, team.approver), f"/staff/cases/{reference}/extend/{again.id}", **typed))


def test_a_promise_we_broke_stays_on_the_persons_page_whichever_date_comes_next(client, clock, team, reference):
    late_by(clock, reference, 1)
    late = the_open(reference, P.CONSULT)
    far = clock.now + timedelta(days=20)
    said = delays.Delay("We called twice.", WHY)
    act(reference, delays.tell_delay, late.id, said, far, actor=team.officer)
    shown = come_back(client, reference).page()
    assert "Talk with the person" not in shown
    assert "and did not keep that. We told you why on" in shown
    assert the_open(reference, P.START_INVESTIGATION).due_at < far


def test_whom_we_keep_waiting_asks_the_panel_from_their_page(client, clock, team, reference):
    """R32."""
    late_by(clock, reference, 20)
    person = come_back(client, reference)
    said = person.page()
    assert "You do not have to wait" in said
    assert "Ask a panel to look at it now" in said
    assert person.send("/case/appeal", words="I wait since spring.").status_code == 303
    assert case_of(reference).stage is Stage.APPEALED
    assert "You do not have to wait" not in person.page()


def test_staff_take_down_that_the_person_wants_the_panel_once_it_was_offered(client, clock, team, reference):
    browser = sign_in(client, team.officer)
    assert browser.get(f"/staff/cases/{reference}/appeal").status_code == 409
    late_by(clock, reference, 20)
    browser = sign_in(client, team.officer)
    assert "Record an appeal of the person" in browser.get(f"/staff/cases/{reference}").text
    done(send(browser, f"/staff/cases/{reference}/appeal", words="They wait since spring."))
