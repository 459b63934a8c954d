"""What pages say while somebody waits: the person for news, we for their answer, one of us for a word from above."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.deadlines import Promise
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import StaffUser, Task
from engage.services import appeals, asking_for_news, asking_for_time, delays, pauses
from engage.unit_of_work import unit_of_work
from tests import states
from tests.promised import the_open
from tests.states import act
from tests.web.as_staff import done, in_days, kinds, page, send, sign_in

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


def an_extended_case(team) -> tuple[str, str]:
    """A case whose proposal was put off once, and the address of its date."""
    reference = states.an_assessed_case(team)
    row = the_open(reference, Promise.PROPOSE)
    act(reference, delays.extend, row.id, "The expert is away.", row.due_at + DAY, actor=team.officer)
    return reference, f"/staff/cases/{reference}/deadlines/{the_open(reference, Promise.PROPOSE).id}"


def test_more_time_is_asked_for_and_granted_through_pages(client, session, team):
    reference, date = an_extended_case(team)
    asking, deciding = sign_in(client, team.officer), sign_in(client, team.approver)
    assert "Ask somebody further up for more time" in text_of(asking, date)
    assert "Put it off, with a reason" in text_of(deciding, date)
    empty = send(asking, f"{date}/ask-extension", explanation="Only half of it is measured.")
    assert empty.status_code == 422
    assert "Give a date" in empty.text
    assert "Only half of it is measured." in empty.text
    far = send(asking, f"{date}/ask-extension", explanation="The laboratory is closed.", new_date=in_days(200))
    assert far.status_code == 422
    assert "Choose a date at most 30 days later" in far.text
    asked = {"explanation": "The laboratory is closed.", "new_date": in_days(40)}
    done(send(asking, f"{date}/ask-extension", **asked))
    assert asking.get(f"{date}/ask-extension").status_code == 409
    assert "more time asked for, until" in text_of(asking, f"/staff/cases/{reference}")
    assert "Decide on more time: Propose" in text_of(deciding, "/staff/day")
    path = f"/staff/cases/{reference}/approve-extension"
    assert "Decide on more time" in text_of(deciding, f"/staff/cases/{reference}")
    assert "The laboratory is closed." in text_of(deciding, path)
    silent = send(deciding, path, decision="no")
    assert silent.status_code == 422
    assert "Write why the date stays" in silent.text
    assert asking.get(path).status_code == 403
    done(send(deciding, path, decision="yes"))
    assert {"ExtensionAsked", "DeadlineExtended"} <= set(kinds(session, reference))
    assert "More time asked for, one level up" in text_of(deciding, f"/staff/cases/{reference}/story")
    assert deciding.get(path).status_code == 409


def test_a_no_goes_back_with_words_and_nobody_decides_on_their_own_wish(client, session, team):
    reference, date = an_extended_case(team)
    coordinator = sign_in(client, team.coordinator)
    done(send(coordinator, f"{date}/ask-extension", explanation="It rains.", new_date=in_days(40)))
    deciding = sign_in(client, team.approver)
    done(send(deciding, f"/staff/cases/{reference}/approve-extension", decision="no", reason="It stops on Friday."))
    assert kinds(session, reference)[-1] == "ExtensionDeclined"
    assert "More time declined" in text_of(deciding, f"/staff/cases/{reference}/story")
    assert coordinator.get(f"/staff/cases/{reference}/deadlines/{team.site_id}/ask-extension").status_code == 404


def test_whoever_asked_sees_that_somebody_else_has_to_decide(client, team):
    reference = states.an_assessed_case(team)
    row = the_open(reference, Promise.PROPOSE)
    act(reference, delays.extend, row.id, "The expert is away.", row.due_at + DAY, actor=team.approver)
    other = states.staff(Role.APPROVER, site_id=team.site_id)
    row = the_open(reference, Promise.PROPOSE)
    act(reference, asking_for_time.ask, row.id, "It rains.", row.due_at + DAY, actor=other)
    own = sign_in(client, other).get(f"/staff/cases/{reference}/approve-extension")
    assert own.status_code == 409
    assert "Somebody else has to decide" in own.text


def test_the_person_who_was_asked_is_reminded_in_the_story(client, team, clock):
    reference = states.an_assessed_case(team)
    asked = pauses.Stop("waiting_for_person", "Which well?", clock.now + 9 * DAY)
    act(reference, pauses.pause, asked, actor=team.officer)
    clock.advance(3 * DAY)
    pauses.end_due()
    story = text_of(sign_in(client, team.officer), f"/staff/cases/{reference}/story")
    assert "The person was reminded of what we asked" in story
    assert "reminder 1 of 2" in story
