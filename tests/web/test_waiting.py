"""What pages say while somebody waits: the person for news, we for their answer, one of us for a word from above."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.extensions import db
from engage.models import Task
from engage.services import asking_for_news
from tests import states
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
