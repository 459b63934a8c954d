"""The auditors' page of what was read in an unusual way."""

import pytest
from sqlalchemy import select

from engage.extensions import db
from engage.models import UnusualReading
from engage.services import readings
from engage.unit_of_work import unit_of_work
from tests import states
from tests.states import case_of
from tests.web.as_staff import done, page, send, sign_in, token_of


@pytest.fixture
def team(session, client, sent_tasks):
    return states.Team()


@pytest.fixture
def reading(team):
    reference = states.a_case(team.site_id)
    with unit_of_work():
        readings.note_conflict(case_of(reference), team.officer.id)
    return db.session.scalars(select(UnusualReading.id)).one()


def test_an_auditor_reads_what_is_unusual_and_writes_down_what_they_found(team, reading, client):
    browser = sign_in(client, team.auditor)
    listed = browser.get("/staff/unusual-readings")
    assert "Tried to open a case that is about them" in listed.text
    address = page(listed).select_one("main section a")["href"]
    refused = send(browser, address, words="")
    assert refused.status_code == 422
    assert "Write what you found" in refused.text
    done(send(browser, address, words="A mistake with two alike numbers."))
    assert "A mistake with two alike numbers." in browser.get(address).text
    again = browser.post(address, data={"csrf_token": token_of(browser), "version": "0", "words": "Once more."})
    assert again.status_code in (303, 422)


def test_nobody_else_finds_the_page(team, reading, client):
    for actor in (team.officer, team.coordinator, team.approver, team.focal):
        browser = sign_in(client, actor)
        assert browser.get("/staff/unusual-readings").status_code == 403
        assert browser.get(f"/staff/unusual-readings/{reading}").status_code == 404


def test_an_empty_list_says_what_it_means(team, client):
    assert "Nothing is unusual" in sign_in(client, team.auditor).get("/staff/unusual-readings").text
