"""The pages on which staff stop the clock of a case, and what the person reads of it (domain 2.3; R49)."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from engage import clock
from engage.extensions import db
from engage.models import CommunityPeriod, Deadline
from engage.services import answers, proposals
from engage.unit_of_work import unit_of_work
from tests import states
from tests.promised import owed
from tests.states import act, person_of
from tests.web.as_person import come_back
from tests.web.as_staff import done, filled, in_days, kinds, page, send, sign_in

QUESTION = "Which well do you mean?"
WAITING = {"reason": "waiting_for_person", "explanation": QUESTION}


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


@pytest.fixture
def reference(team):
    return states.an_assessed_case(team)


@pytest.fixture
def browser(client, team):
    return sign_in(client, team.officer)


def stop(browser, reference, **typed):
    return send(browser, f"/staff/cases/{reference}/pause", **{**WAITING, "last_day": in_days(9), **typed})


def test_the_clock_is_stopped_from_the_menu_of_the_case_and_the_case_shows_it(browser, session, reference):
    before = owed(reference)
    shown = page(browser.get(f"/staff/cases/{reference}"))
    [door] = [link["href"] for link in shown.select("a") if link.get_text() == "Stop the clock for a time"]
    done(send(browser, door, **WAITING, last_day=in_days(9)))
    assert kinds(session, reference)[-1] == "ClockPaused"
    assert min(owed(reference).values()) > min(before.values()) + timedelta(days=8)
    shown = browser.get(f"/staff/cases/{reference}")
    assert "The clock stands still" in shown.text
    assert "We asked you something and wait for your answer, from" in shown.text
    assert "days in all" in shown.text
    assert "Clock stopped" in shown.text


def test_the_person_reads_the_question_and_why_the_date_moved_and_their_answer_lets_the_clock_run(
    client, browser, session, reference
):
    done(stop(browser, reference))
    person = come_back(client, reference)
    said = person.page()
    assert "We have asked you something. It is your turn." in said
    assert QUESTION in said
    assert "We asked you something and wait for your answer" in said
    person.send("/case/messages", on="/case/view", message="The one at the school.")
    assert "ClockResumed" in kinds(session, reference)
    shown = page(browser.get(f"/staff/cases/{reference}"))
    assert "The clock stands still" not in shown.select_one("aside").get_text()
    assert "the person wrote" in browser.get(f"/staff/cases/{reference}/story").text


def test_whoever_refused_reads_that_a_panel_looks_at_it_and_not_that_they_were_asked_something(
    client, browser, team, reference
):
    done(stop(browser, reference))
    act(reference, proposals.propose, states.offer("Water the road."), actor=team.officer)
    act(reference, answers.refuse, wants_panel=True, actor=person_of(reference))
    said = come_back(client, reference).page()
    assert "A panel is looking at it again. It is our turn." in said
    assert "It is your turn" not in said


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"last_day": in_days(-2)}, "Choose a last day that is not before the first day"),
        ({"first_day": in_days(-3)}, "What has passed counts"),
        ({"first_day": in_days(5), "last_day": in_days(3)}, "not before the first day"),
        ({"last_day": in_days(50)}, "can stand still 30 days more"),
        ({"last_day": ["31", "2", "2027"]}, "This is no date"),
        ({"last_day": ["1", "1", "9999"]}, "Choose a year"),
        ({"last_day": ["", "", ""]}, "Give the last day"),
        ({"explanation": " "}, "Write to the person why"),
        ({"reason": "mourning"}, "Write who of them wished it"),
        ({"reason": "holiday"}, "Not a valid choice"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words_and_nothing_typed_is_lost(browser, reference, typed, said):
    """Issue, bad input: dates in the past or in the wrong order say what to change."""
    before = owed(reference)
    refused = stop(browser, reference, **typed)
    assert refused.status_code == 422
    assert said in refused.text
    assert filled(refused)["explanation"] == typed.get("explanation", QUESTION).strip()
    assert owed(reference) == before


def test_today_is_now_and_a_later_first_day_begins_at_its_midnight(browser, session, reference):
    done(stop(browser, reference, first_day=in_days(0)))
    typed = {"reason": "mourning", "asked_by": "The council of elders.", "last_day": in_days(5)}
    done(stop(browser, reference, first_day=in_days(2), **typed))
    found = sorted(page(browser.get(f"/staff/cases/{reference}/end-pause")).select("label"), key=str)
    assert any("00:00" in label.get_text() for label in found)
    shown = page(browser.get(f"/staff/cases/{reference}")).select_one("aside").get_text()
    assert "The clock stands still" in shown and "The clock will stand still" in shown


def test_the_page_shows_what_the_communities_keep_for_themselves(browser, session, team, reference):
    today = clock.utcnow().date()
    with unit_of_work():
        for name, first, reason in (("Upper Bor", 3, "harvest"), ("Long ago", -30, "mourning"), ("Bor", 1, "gone")):
            period = CommunityPeriod(
                site_id=team.site_id,
                community=name,
                first_day=today + timedelta(days=first),
                last_day=today + timedelta(days=first + 4),
                reason_code=reason,
            )
            session.add(period)
    shown = page(browser.get(f"/staff/cases/{reference}/pause")).select_one("main").get_text(" ", strip=True)
    assert "Upper Bor" in shown
    assert "Harvest time in your community" in shown
    assert "Long ago" not in shown


def test_a_pause_is_ended_from_the_menu_and_the_only_one_is_chosen_already(browser, session, reference):
    done(stop(browser, reference))
    opened = browser.get(f"/staff/cases/{reference}/end-pause")
    assert filled(opened)["pause"]
    done(send(browser, f"/staff/cases/{reference}/end-pause"))
    assert kinds(session, reference)[-1] == "ClockResumed"
    assert browser.get(f"/staff/cases/{reference}/end-pause").status_code == 409


def test_whose_wish_it_is_to_go_on_is_asked_where_it_is_not_ours(browser, session, reference):
    """R49."""
    done(stop(browser, reference, reason="ceremony", asked_by="The priest."))
    refused = send(browser, f"/staff/cases/{reference}/end-pause")
    assert refused.status_code == 422
    assert "Write who of them wished it" in refused.text
    done(send(browser, f"/staff/cases/{reference}/end-pause", asked_by="The priest."))


def test_a_case_in_which_nothing_can_wait_says_so(client, team):
    reference = states.an_assessed_case(team)
    with unit_of_work():
        db.session.execute(update(Deadline).values(due_at=clock.utcnow() - timedelta(days=1)))
    path = f"/staff/cases/{reference}/pause"
    shut = sign_in(client, team.coordinator).get(path)
    assert shut.status_code == 409
    assert "Nothing is owed whose clock could be stopped" in shut.text
    act(reference, states.answers.withdraw, actor=states.person_of(reference))
    shut = sign_in(client, team.coordinator).get(path)
    assert shut.status_code == 409
    assert "The case is closed. Time can stand still only for what an open case owes." in shut.text
