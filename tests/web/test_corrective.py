"""What we change because of a case, through the pages of staff and of the person."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from engage import clock as our_time
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import CorrectiveAction, SystemicIssue
from engage.services import conflicts, corrective, systemic
from engage.services.corrective import Change
from engage.unit_of_work import unit_of_work
from tests import states
from tests.states import act, case_of
from tests.web.as_person import Person, a_concern
from tests.web.as_staff import done, in_days, page, send, sign_in


@pytest.fixture
def team(session, sent_tasks, clock):
    return states.Team()


def decided(reference, team, owner=None, **values):
    due = our_time.utcnow() + timedelta(days=20)
    change = Change("Wet the road twice a day.", (owner or team.officer).id, due, **values)
    act(reference, corrective.decide, change, actor=team.coordinator)
    return db.session.scalars(select(CorrectiveAction)).one()


def the_box(browser, reference):
    box = page(browser.get(f"/staff/cases/{reference}")).select_one("#changes")
    return box.get_text(" ", strip=True) if box else None


def test_it_is_decided_on_a_closed_case_seen_on_its_page_and_on_the_day_and_done(client, team):
    reference = states.a_closed_case(team)
    boss, officer = sign_in(client, team.coordinator), sign_in(client, team.officer)
    assert the_box(boss, reference) is None
    address = f"/staff/cases/{reference}/correct"
    assert "Decide what we change because of it" in boss.get(f"/staff/cases/{reference}").text
    typed = {"what": "Wet the road twice a day.", "owner": str(team.officer.id), "due_on": in_days(20)}
    done(send(boss, address, **typed, may_share="y", shared="We water the road."))
    assert "Wet the road twice a day." in the_box(boss, reference)
    assert "the person reads of it" in the_box(boss, reference)
    assert "Wet the road twice a day." in officer.get("/staff/day").text
    row = db.session.scalars(select(CorrectiveAction)).one()
    done(send(officer, f"/staff/cases/{reference}/corrections/{row.id}", evidence="Photo of the tank."))
    assert "Photo of the tank." in the_box(boss, reference)
    assert "Mark as done" not in the_box(boss, reference)
    assert "Wet the road" not in officer.get("/staff/day").text
    assert "What we change because of it is done" in boss.get(f"/staff/cases/{reference}/story").text


def test_a_form_that_is_half_filled_in_keeps_what_was_typed(client, team):
    reference = states.an_assessed_case(team)
    address, boss = f"/staff/cases/{reference}/correct", sign_in(client, team.coordinator)
    empty = send(boss, address)
    assert empty.status_code == 422
    for words in ("Write what is changed", "Choose who sees to it", "Give the date by which it is done"):
        assert words in empty.text
    typed = {"what": "Wet the road.", "owner": str(team.officer.id), "due_on": in_days(20)}
    ticked = send(boss, address, **typed, may_share="y")
    assert (ticked.status_code, "Write what the person reads" in ticked.text) == (422, True)
    assert "Wet the road." in ticked.text
    untold = send(boss, address, **typed, shared="We water the road.")
    assert (untold.status_code, "Tick that the person may read it" in untold.text) == (422, True)
    assert "We water the road." in untold.text
    late = send(boss, address, **{**typed, "due_on": in_days(-3)})
    assert (late.status_code, "Choose dates that lie ahead" in late.text) == (422, True)
    row = decided(reference, team)
    nothing = send(boss, f"/staff/cases/{reference}/corrections/{row.id}")
    assert "Write what shows that it is done" in nothing.text


def test_who_does_not_work_the_case_is_refused_and_in_the_restricted_lane_it_does_not_exist(client, team):
    reference = states.an_assessed_case(team)
    row = decided(reference, team)
    custodian = sign_in(client, team.custodian)
    assert custodian.get(f"/staff/cases/{reference}/correct").status_code == 403
    assert custodian.get(f"/staff/cases/{reference}/corrections/{row.id}").status_code == 403
    assert "Mark as done" not in the_box(custodian, reference)
    boss = sign_in(client, team.coordinator)
    assert boss.get(f"/staff/cases/{reference}/corrections/{uuid.uuid4()}").status_code == 404
    with unit_of_work():
        corrective.cases.restrict(case_of(reference), "category", actor=team.coordinator)
    assert boss.get(f"/staff/cases/{reference}/correct").status_code == 404
    assert sign_in(client, team.officer).get("/staff/day").text.count("Wet the road") == 0
    assert the_box(sign_in(client, team.focal), reference)


def test_whoever_the_case_is_about_cannot_be_chosen_and_the_try_stands_on_the_record(client, team):
    reference, boss = states.an_assessed_case(team), sign_in(client, team.coordinator)
    act(reference, conflicts.name_person, team.officer.id, actor=team.coordinator)
    opened = boss.get(f"/staff/cases/{reference}/correct")
    assert str(team.officer.id) not in opened.text
    typed = {"what": "Wet the road.", "owner": str(team.officer.id), "due_on": in_days(20)}
    answer = send(boss, f"/staff/cases/{reference}/correct", **typed)
    assert answer.status_code == 422
    assert "was to change something because of it" in boss.get(f"/staff/cases/{reference}/story").text


def test_the_person_reads_in_plain_words_what_is_changed_and_only_what_is_meant_for_them(client, team):
    received = a_concern(team.site_id)
    reference = received.reference
    person = Person(client, received.code)
    assert "So that it does not happen again" not in client.get("/case/view").text
    decided(reference, team, owner=team.coordinator, shared_words="We water the road every morning.")
    due = our_time.utcnow() + timedelta(days=5)
    act(reference, corrective.decide, Change("Warn the driver.", team.coordinator.id, due), actor=team.coordinator)
    shown = person.client.get("/case/view").text
    assert "We water the road every morning." in shown
    assert "Warn the driver" not in shown
    assert "Wet the road twice a day" not in shown
    row = db.session.scalars(select(CorrectiveAction).where(CorrectiveAction.shared_words.is_not(None))).one()
    act(reference, corrective.finish, row.id, "Photo.", actor=team.coordinator)
    kept = person.client.get("/case/download").text
    assert "- We water the road every morning. (done on" in kept


def test_the_case_names_what_keeps_happening_and_its_other_cases_open_to_the_reader(client, team, session):
    first, second, _ = (states.an_assessed_case(team, category="AIR", community="Upper village") for _ in range(3))
    decided(first, team)
    systemic.watch()
    issue_id = session.scalars(select(SystemicIssue.id)).one()
    due = our_time.utcnow() + timedelta(days=9)
    with unit_of_work():
        systemic.add_action(issue_id, "Pave it.", team.officer.id, due, actor=team.coordinator)
    boss = sign_in(client, team.coordinator)
    assert second in the_box(boss, first)
    assert "Pave it." in the_box(boss, first)
    assert "Wet the road twice a day." in boss.get(f"/staff/systemic-issues/{issue_id}").text
    day = sign_in(client, team.officer).get("/staff/day")
    link = page(day).find("a", string="Pave it.")
    assert sign_in(client, team.officer).get(link["href"]).status_code == 200
    everywhere = sign_in(client, states.staff((Role.AUDITOR, None)))
    assert "Wet the road" in the_box(everywhere, first)
    assert "Wet the road" not in everywhere.get(f"/staff/systemic-issues/{issue_id}").text
