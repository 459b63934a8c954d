"""What keeps happening, through the pages of staff."""

import pytest
from sqlalchemy import select

from engage.domain.policy import Role
from engage.models import CorrectiveAction, SystemicIssue
from engage.services import conflicts, systemic
from tests import states
from tests.states import act
from tests.web.as_staff import done, filled, in_days, send, sign_in


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


@pytest.fixture
def references(team):
    return [states.an_assessed_case(team, category="AIR", community="Upper village") for _ in range(3)]


@pytest.fixture
def address(references, session):
    systemic.watch()
    return f"/staff/systemic-issues/{session.scalars(select(SystemicIssue.id)).one()}"


def test_what_keeps_happening_is_listed_dealt_with_and_ended(client, team, session, address):
    """R53: root cause and corrective action with owner and date, from the list to the end."""
    boss, officer = sign_in(client, team.coordinator), sign_in(client, team.officer)
    assert "upper village" in boss.get("/staff/systemic-issues").text
    done(send(boss, f"{address}/add-action", words="Pave it.", owner=str(team.officer.id), due_on=in_days(20)))
    row = session.scalars(select(CorrectiveAction)).one()
    early = send(boss, f"{address}/close", root_cause="control_failed", words="It is paved.")
    assert early.status_code == 422
    assert "Not done yet: 1" in early.text
    assert "It is paved." in early.text
    assert "Pave it." in officer.get(address).text
    done(send(officer, f"{address}/actions/{row.id}", evidence="Photo of the road."))
    done(send(boss, f"{address}/close", root_cause="control_failed", words="It is paved."))
    assert "It is paved." in boss.get(address).text
    assert "ended on" in boss.get("/staff/systemic-issues").text


def test_who_does_not_decide_here_is_refused_and_elsewhere_it_does_not_exist(client, team, address):
    officer = sign_in(client, team.officer)
    assert officer.get(f"{address}/add-action").status_code == 403
    assert officer.get(f"{address}/close").status_code == 403
    assert officer.get(f"{address}/actions/{team.site_id}").status_code == 404
    elsewhere = sign_in(client, states.staff(Role.COORDINATOR, site_id=states.a_site("KOL")))
    assert elsewhere.get(address).status_code == 404
    assert "Nothing repeats" in elsewhere.get("/staff/systemic-issues").text


def test_a_form_that_is_not_filled_in_says_what_is_missing(client, team, address):
    boss = sign_in(client, team.coordinator)
    answer = send(boss, f"{address}/add-action", words="Pave it.")
    assert answer.status_code == 422
    assert "Give the date by which it is done" in answer.text


def test_a_double_click_decides_on_one_change(client, team, session, address):
    boss = sign_in(client, team.coordinator)
    form = {**filled(boss.get(f"{address}/add-action")), "words": "Pave it.", "owner": str(team.officer.id)}
    for _ in range(2):
        done(boss.post(f"{address}/add-action", data={**form, "due_on": in_days(20)}))
    assert session.scalars(select(CorrectiveAction)).one().words == "Pave it."


def test_a_count_does_not_tell_anybody_that_a_case_is_about_them(client, team, references, address):
    act(references[0], conflicts.name_person, team.coordinator.id, actor=team.second_coordinator)
    reader, other = sign_in(client, team.coordinator), sign_in(client, team.second_coordinator)
    shown = reader.get(address).text
    assert "2 cases" in shown and "3 cases" not in shown
    assert "You see those that are open to you" not in shown
    assert "3 cases" not in reader.get("/staff/systemic-issues").text
    assert "3 cases" in other.get(address).text
