"""What pages say while somebody waits: the person for news, we for their answer, one of us for a word from above."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.extensions import db
from engage.models import StaffUser, Task
from engage.services import appeals, asking_for_news
from engage.unit_of_work import unit_of_work
from tests import states
from tests.states import act
from tests.web.as_staff import page, sign_in

DAY = timedelta(days=1)


@pytest.fixture
def team(session, client, sent_tasks, clock):
    return states.Team()


@pytest.fixture
def reference(team):
    return states.an_assessed_case(team)


def text_of(browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200
    return page(answer).get_text(" ", strip=True)


def test_the_task_to_tell_the_person_stands_on_the_day_on_the_case_and_on_its_own_page(client, team, reference, clock):
    clock.advance(14 * DAY)
    asking_for_news.ask_due()
    task_id = db.session.scalars(select(Task.id)).one()
    officer = sign_in(client, team.officer)
    for path in ("/staff/day", f"/staff/cases/{reference}", f"/staff/tasks/{task_id}"):
        assert "Tell the person how it stands" in text_of(officer, path)
    clock.advance(14 * DAY)
    asking_for_news.ask_due()
    story = text_of(sign_in(client, team.officer), f"/staff/cases/{reference}/story")
    assert "Nobody told the person how it stands: told one step up" in story


def test_the_public_page_and_the_receipt_promise_news(client, team):
    assert "you hear from us at least every 14 days" in text_of(client, "/how-it-works")
    assert "While it is open you hear from us, at least every" in text_of(client, "/s/BOR/how-it-works")


def test_naming_a_panel_waits_on_the_day_of_those_who_name_it_until_it_sits(client, team):
    reference = states.an_appealed_case(team)
    coordinator = sign_in(client, team.coordinator)
    assert "Name a panel" in text_of(coordinator, "/staff/day")
    browser = sign_in(client, team.officer)
    assert "Name a panel" not in text_of(browser, "/staff/day")
    act(reference, appeals.seat_panel, [team.panel.id], actor=team.coordinator)
    assert "Name a panel" not in text_of(coordinator, "/staff/day")


def test_where_nobody_is_free_for_a_panel_the_page_says_who_could_be_made_a_member(client, team):
    reference = states.an_appealed_case(team)
    with unit_of_work():
        db.session.get_one(StaffUser, team.panel.id).is_active = False
    coordinator = sign_in(client, team.coordinator)
    shown = text_of(coordinator, f"/staff/cases/{reference}/seat-panel")
    assert "An administrator has to give the role “Appeal panel”" in shown
    assert "It could be one of: " in shown
    assert "liaison" in shown
    with unit_of_work():
        for role in ("approver", "rights_lead", "custodian", "auditor", "liaison", "oversight", "second_coordinator"):
            db.session.get_one(StaffUser, getattr(team, role).id).is_active = False
    assert "It could be one of: " not in text_of(coordinator, f"/staff/cases/{reference}/seat-panel")
