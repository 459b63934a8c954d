"""The page on which one says that one is away."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.policy import Role
from engage.extensions import db
from engage.models import Absence
from engage.services import tasks
from engage.services.tasks import Todo
from tests import states
from tests.states import act
from tests.web.as_staff import page, sign_in

DAY = timedelta(days=1)


@pytest.fixture
def team(session, client, sent_tasks, clock):
    made = states.Team()
    made.second_officer = states.staff(Role.OFFICER, site_id=made.site_id, name="second officer")
    return made


def send(browser, address, **typed):
    token = page(browser.get(address)).select_one("input[name=csrf_token]")["value"]
    return browser.post(address, data={"csrf_token": token, **typed})


def last_day(clock, days):
    on = (clock.now + days * DAY).date()
    return {"last_day": [str(on.day), str(on.month), str(on.year)]}


def test_one_says_that_one_is_away_and_whoever_stands_in_sees_it_on_their_day(client, team, clock):
    reference = states.an_assessed_case(team)
    act(reference, tasks.add, Todo("Call the driver", team.officer.id), actor=team.coordinator)
    browser = sign_in(client, team.officer)
    assert "/staff/absence" in browser.get("/staff/day").text
    sent = send(browser, "/staff/absence", replacement=str(team.second_officer.id), **last_day(clock, 3))
    assert sent.status_code == 303
    shown = browser.get("/staff/absence").text
    assert "second officer" in shown
    assert "5 March" in shown
    theirs = sign_in(client, team.second_officer).get("/staff/day").text
    assert "You stand in for" in theirs


def test_what_is_wrong_stands_on_the_page_with_what_was_typed(client, team, clock):
    browser = sign_in(client, team.officer)
    empty = send(browser, "/staff/absence")
    assert empty.status_code == 422
    assert "Give the last day" in empty.text and "Choose who stands in" in empty.text
    past = send(browser, "/staff/absence", replacement=str(team.second_officer.id), **last_day(clock, -3))
    assert past.status_code == 422
    assert page(past).select_one("input[name=last_day]")["value"] == "27"
    stranger = send(browser, "/staff/absence", replacement=str(team.panel.id), **last_day(clock, 3))
    assert stranger.status_code == 422
    assert db.session.scalars(select(Absence)).all() == []


def test_a_coordinator_notes_it_for_a_colleague_and_lists_say_so(client, team, clock):
    browser = sign_in(client, team.coordinator)
    address = f"/staff/absence/{team.officer.id}"
    assert address in browser.get("/staff/absence").text
    assert send(browser, address, replacement=str(team.second_officer.id), **last_day(clock, 3)).status_code == 303
    reference = states.an_acknowledged_case(team)
    assert "away until 5 Mar" in browser.get(f"/staff/cases/{reference}/assign").text


def test_a_colleagues_absence_is_not_for_everybody_to_set(client, team, clock):
    browser = sign_in(client, team.officer)
    assert browser.get(f"/staff/absence/{team.second_officer.id}").status_code == 404
    other = sign_in(client, team.second_officer)
    send(other, "/staff/absence", replacement=str(team.officer.id), **last_day(clock, 3))
    absence_id = db.session.scalars(select(Absence.id)).one()
    token = page(browser.get("/staff/absence")).select_one("input[name=csrf_token]")["value"]
    assert browser.post(f"/staff/absences/{absence_id}/end", data={"csrf_token": token}).status_code == 404


def test_one_comes_back_early_once(client, team, clock):
    browser = sign_in(client, team.officer)
    send(browser, "/staff/absence", replacement=str(team.second_officer.id), **last_day(clock, 3))
    absence_id = db.session.scalars(select(Absence.id)).one()
    clock.advance(timedelta(hours=2))
    shown = page(browser.get("/staff/absence"))
    token = shown.select_one("input[name=csrf_token]")["value"]
    for answer in ("with you again", "over already"):
        browser.post(f"/staff/absences/{absence_id}/end", data={"csrf_token": token})
        assert answer in browser.get("/staff/day").text
    assert browser.post(f"/staff/absences/{absence_id}/end").status_code == 400
