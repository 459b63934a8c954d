"""My day: what stands on it for whom, in which order, and what it costs."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import update

from engage.domain.policy import Role
from engage.domain.severity import Level
from engage.extensions import db
from engage.models import Case, Deadline
from engage.queries import day as queries
from engage.services import appeals, conversation, pauses, proposals, tasks, triage
from engage.services.pauses import Stop
from engage.services.tasks import Todo
from engage.unit_of_work import unit_of_work
from tests import states
from tests.statements import READING, statements
from tests.states import act, case_of, person_of
from tests.web.as_staff import done, page, sign_in

DAY = timedelta(days=1)


@pytest.fixture
def team(session, client, sent_tasks, clock):
    return states.Team()


def listed(browser, name: str) -> list[str]:
    answer = browser.get("/staff/day")
    assert answer.status_code == 200
    section = page(answer).select_one(f"section[aria-labelledby={name}]")
    return [line.get_text(" ", strip=True) for line in section.select("li")]


def of(client, actor, name: str) -> list[str]:
    return listed(sign_in(client, actor), name)


def due_on(reference: str, at) -> None:
    """Let everything owed in a case fall due at the instant."""
    with unit_of_work():
        db.session.execute(update(Deadline).where(Deadline.case_id == case_of(reference).id).values(due_at=at))


def test_the_late_come_first_then_today_and_the_rest_stands_with_its_date(client, team, clock):
    later, today, late = (states.an_assessed_case(team) for _ in range(3))
    due_on(later, clock.now + 9 * DAY)
    due_on(today, clock.now + timedelta(hours=2))
    due_on(late, clock.now - 2 * DAY)
    act(today, tasks.add, Todo("Call the driver", team.officer.id, clock.now + timedelta(hours=1)), actor=team.officer)
    due = of(client, team.officer, "due")
    assert late in due[0]
    assert "2 days late" in due[0]
    first = next(number for number, line in enumerate(due) if "Call the driver" in line)
    assert all(late in line for line in due[:first])
    assert all(today in line for line in due[first:])
    promised = of(client, team.officer, "promised")
    assert promised
    assert all(later in line and "March" in line for line in promised)


def test_what_waits_for_a_word_of_the_reader_stands_there_and_not_with_whoever_asked(client, team, clock):
    offered = states.an_assessed_case(team, Level.MODERATE)
    states.look_into(offered, team.officer)
    act(offered, proposals.propose, states.offer("Water the road."), actor=team.officer)
    out = states.an_acknowledged_case(team)
    act(out, triage.ask_screen_out, "not_connected", "Another mine.", "The council.", actor=team.coordinator)
    assert "Approve a proposal" in " ".join(of(client, team.approver, "waits"))
    assert "Approve a proposal" not in " ".join(of(client, team.officer, "waits"))
    assert "Decide on a screening out" in " ".join(of(client, team.approver, "waits"))
    assert "Decide on a screening out" not in " ".join(of(client, team.coordinator, "waits"))


def test_a_seat_a_reply_and_a_pause_that_ends_stand_with_those_they_are_for(client, team, clock):
    appealed = states.an_appealed_case(team)
    act(appealed, appeals.seat_panel, [team.panel.id], actor=team.coordinator)
    assert "Decide an appeal" in " ".join(of(client, team.panel, "waits"))
    spoken = states.an_assessed_case(team)
    act(spoken, conversation.write_as_person, "It is still grey.", actor=person_of(spoken))
    held = states.an_assessed_case(team)
    stop = Stop("waiting_for_person", "Which road is it?", clock.now + 2 * DAY)
    act(held, pauses.pause, stop, actor=team.officer)
    waits = " ".join(of(client, team.officer, "waits"))
    assert "Read what the person wrote" in waits
    assert "A pause ends" in waits


def test_what_came_in_stands_there_until_the_reader_has_seen_it(client, team, clock):
    coordinator = sign_in(client, team.coordinator)
    reference = states.a_case(team.site_id)
    assert any(reference in line for line in listed(coordinator, "arrived"))
    token = page(coordinator.get("/staff/day")).select_one("#arrived ~ form [name=csrf_token]")["value"]
    clock.advance(timedelta(minutes=1))
    done(coordinator.post("/staff/day/seen", data={"csrf_token": token}))
    assert listed(coordinator, "arrived") == []
    clock.advance(timedelta(minutes=1))
    newer = states.a_case(team.site_id)
    assert [newer in line for line in listed(coordinator, "arrived")] == [True]
    assert of(client, team.officer, "arrived") == []
    given = states.an_assessed_case(team)
    assert [given in line for line in of(client, team.officer, "arrived")] == [True]


def test_nothing_of_a_case_stands_with_those_who_may_not_know_of_it(client, team):
    reference = states.an_assessed_case(team)
    states.a_case(team.site_id)
    elsewhere = states.staff((Role.COORDINATOR, states.a_site("KOL")))
    act(reference, tasks.add, Todo("Call", team.officer.id), actor=team.officer)
    act(reference, triage.restrict, "violence", actor=team.coordinator)
    for actor in (elsewhere, team.officer, team.auditor):
        assert "BOR-" not in sign_in(client, actor).get("/staff/day").text
    assert reference in sign_in(client, team.focal).get("/staff/day").text


def test_who_sees_no_case_has_no_day(client, team):
    assert sign_in(client, team.admin).get("/staff/day").status_code == 403
    assert client.get("/staff/day").status_code == 303


def test_every_empty_list_says_what_that_means(client, team):
    said = page(sign_in(client, team.officer).get("/staff/day")).select(".app-day__empty")
    assert len(said) == 4
    assert all(len(one.text) > 15 for one in said)


def test_a_list_ends_and_says_that_there_is_more(client, team, monkeypatch):
    monkeypatch.setattr(queries, "MOST", 1)
    monkeypatch.setattr("engage.web.staff.day_view.MOST", 1)
    for _ in range(3):
        states.a_case(team.site_id)
    section = page(sign_in(client, team.coordinator).get("/staff/day")).select_one("section[aria-labelledby=arrived]")
    assert "1+" in section.select_one("h2").text
    assert len(section.select("li")) == 1


def test_the_number_of_statements_does_not_grow_with_the_cases(client, team):
    coordinator = sign_in(client, team.coordinator)
    states.a_case(team.site_id)
    taken = []
    for count in (0, 80):
        for _ in range(count):
            act(states.a_case(team.site_id), triage.acknowledge, actor=team.coordinator)
        with statements(READING) as sent:
            coordinator.get("/staff/day")
        taken.append(len(sent))
    assert taken == [8, 8]  # who asks, what waits for them, who is away, since when, and four lists


def test_my_day_is_in_the_navigation_and_works_right_to_left(client, team):
    browser = sign_in(client, team.coordinator)
    states.a_case(team.site_id)
    with browser.session_transaction() as kept:
        kept["language"] = "ar@pseudo"
    opened = BeautifulSoup(browser.get("/staff/day").text, "html.parser")
    assert opened.html["dir"] == "rtl"
    assert opened.select_one("nav a[aria-current=page]")["href"] == "/staff/day"
    assert opened.select_one('.app-day .app-ref[dir="ltr"]')
    assert db.session.query(Case).count() == 1
