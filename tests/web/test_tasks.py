"""Tasks on the pages of staff: added to a case or a site, done, taken, passed on."""

import uuid

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from engage.domain.policy import Role
from engage.extensions import db
from engage.models import CaseSubject, Task
from engage.unit_of_work import unit_of_work
from tests import states
from tests.states import case_of
from tests.web.as_staff import done, filled, in_days, kinds, page, send, sign_in


@pytest.fixture
def team(session, client, sent_tasks, clock):
    return states.Team()


@pytest.fixture
def reference(team):
    return states.an_assessed_case(team)


def the_task() -> Task:
    return db.session.scalars(select(Task).execution_options(populate_existing=True)).one()


def press(browser, address, button, **typed):
    """Send the form of the page that holds the button."""
    opened = page(browser.get(address))
    token = opened.select_one("main form [name=csrf_token]")["value"]
    return browser.post(button, data={"csrf_token": token, **typed})


def add(browser, reference, **typed):
    return send(browser, f"/staff/cases/{reference}/add-task", what="Ask the driver for his log", **typed)


def test_a_task_of_a_case_is_added_shown_beside_it_and_done(client, team, reference, session):
    browser = sign_in(client, team.officer)
    done(add(browser, reference, due_on=in_days(2)))
    case = page(browser.get(f"/staff/cases/{reference}"))
    box = case.select_one("#tasks")
    assert "Ask the driver for his log" in box.text
    assert "2 days" in box.text
    button = box.select_one("form")["action"]
    done(press(browser, f"/staff/cases/{reference}", button))
    assert page(browser.get(f"/staff/cases/{reference}")).select_one("#tasks") is None
    assert kinds(session, reference)[-2:] == ["TaskAdded", "TaskFinished"]
    assert "Task done" in browser.get(f"/staff/cases/{reference}/story").text


def test_what_is_refused_is_said_and_nothing_typed_is_lost(client, team, reference):
    browser = sign_in(client, team.officer)
    for typed, said in (({"due_on": in_days(-2)}, "lie ahead"), ({"owner": ""}, "Choose who does it")):
        answer = add(browser, reference, **typed)
        assert answer.status_code == 422
        assert said in answer.text
        assert "Ask the driver for his log" in answer.text
    assert send(browser, f"/staff/cases/{reference}/add-task", what=" ").status_code == 422
    assert db.session.scalar(select(Task)) is None


def test_a_task_for_somebody_the_case_is_about_is_refused_and_stands_in_the_record(client, team, reference, session):
    done(add(sign_in(client, team.officer), reference))
    with unit_of_work():
        db.session.add(CaseSubject(case_id=case_of(reference).id, user_id=team.approver.id))
    browser = sign_in(client, team.coordinator)
    answer = add(browser, reference, owner=str(team.approver.id))
    assert answer.status_code == 422
    assert "about this person" in answer.text
    address = f"/staff/tasks/{the_task().id}"
    answer = press(browser, address, f"{address}/pass-on", owner=str(team.approver.id))
    assert answer.status_code == 422
    assert kinds(session, reference).count("ConflictRefused") == 1


def test_a_task_is_taken_and_passed_on(client, team, reference):
    done(add(sign_in(client, team.officer), reference))
    address = f"/staff/tasks/{the_task().id}"
    browser = sign_in(client, team.coordinator)
    done(press(browser, address, f"{address}/take"))
    assert the_task().owner_id == team.coordinator.id
    assert press(browser, address, f"{address}/pass-on").status_code == 422
    done(press(browser, address, f"{address}/pass-on", owner=str(team.officer.id)))
    assert the_task().owner_id == team.officer.id
    done(press(browser, address, f"{address}/finish", back="day"))
    again = press(browser, f"/staff/cases/{reference}", f"{address}/finish")
    assert again.status_code == 422
    assert "done already" in again.text


def test_a_task_of_a_site_belongs_to_no_case(client, team):
    browser = sign_in(client, team.officer)
    done(send(browser, "/staff/tasks/add", what="Order masks", due_on=in_days(1)))
    address = f"/staff/tasks/{the_task().id}"
    assert "Order masks" in browser.get(address).text
    assert "Order masks" in browser.get("/staff/day").text
    assert send(browser, "/staff/tasks/add", what="Order", due_on=in_days(-1)).status_code == 422
    assert send(browser, "/staff/tasks/add", what="").status_code == 422
    done(press(browser, address, f"{address}/pass-on", owner=str(team.liaison.id)))
    done(press(sign_in(client, team.liaison), address, f"{address}/finish"))


def test_nobody_opens_a_task_of_a_case_they_may_not_read(client, team, reference):
    done(add(sign_in(client, team.officer), reference))
    address = f"/staff/tasks/{the_task().id}"
    elsewhere = states.staff((Role.COORDINATOR, states.a_site("KOL")))
    for actor in (team.auditor, team.focal, elsewhere):
        browser = sign_in(client, actor)
        assert browser.get(address).status_code == 404
    assert sign_in(client, team.officer).get(f"/staff/tasks/{uuid.uuid4()}").status_code == 404
    auditor = sign_in(client, team.auditor)
    assert auditor.get("/staff/tasks/add").status_code == 403
    assert auditor.get(f"/staff/cases/{reference}/add-task").status_code == 403
    shown = page(auditor.get(f"/staff/cases/{reference}")).select_one("#tasks")
    assert shown.select("a, form") == []


def test_a_task_of_a_site_is_nobodys_business_elsewhere(client, team):
    done(send(sign_in(client, team.officer), "/staff/tasks/add", what="Order masks"))
    elsewhere = states.staff((Role.COORDINATOR, states.a_site("KOL")))
    assert sign_in(client, elsewhere).get(f"/staff/tasks/{the_task().id}").status_code == 404


@pytest.mark.parametrize("where", ["/staff/tasks/add", "/staff/tasks/{}", "/staff/cases/{}/add-task"])
def test_the_pages_of_tasks_work_right_to_left(client, team, reference, where):
    browser = sign_in(client, team.officer)
    done(add(browser, reference))
    with browser.session_transaction() as kept:
        kept["language"] = "ar@pseudo"
    answer = browser.get(where.format(reference if "case" in where else the_task().id))
    assert answer.status_code == 200
    assert BeautifulSoup(answer.text, "html.parser").html["dir"] == "rtl"


def test_a_double_click_adds_one_task_to_a_site(client, team):
    browser = sign_in(client, team.coordinator)
    form = {**filled(browser.get("/staff/tasks/add")), "what": "Book the hall", "owner": str(team.officer.id)}
    for _ in range(2):
        done(browser.post("/staff/tasks/add", data=form))
    assert the_task().words == "Book the hall"


def test_another_task_from_the_same_page_is_another_task(client, team):
    browser = sign_in(client, team.coordinator)
    form = filled(browser.get("/staff/tasks/add"))
    for what in ("Book the hall", "Order tea"):
        done(browser.post("/staff/tasks/add", data={**form, "what": what}))
    assert set(db.session.scalars(select(Task.words))) == {"Book the hall", "Order tea"}


def test_a_form_without_a_token_still_adds_its_task(client, team):
    browser = sign_in(client, team.coordinator)
    form = {**filled(browser.get("/staff/tasks/add")), "what": "Book the hall", "version": ""}
    done(browser.post("/staff/tasks/add", data=form))
    assert the_task().words == "Book the hall"
