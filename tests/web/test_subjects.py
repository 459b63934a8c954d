"""Conflicts of interest through pages: naming, taking back, being refused, and what stays on the record of it."""

import pytest
from sqlalchemy import select

from engage.domain.policy import Role
from engage.domain.severity import Level
from engage.extensions import db
from engage.models import Involvement, StaffUser
from engage.services import conflicts
from tests import states
from tests.states import act, case_of
from tests.web.as_staff import done, filled, kinds, page, send, sign_in


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


def name(client, actor, reference, **typed):
    return send(sign_in(client, actor), f"/staff/cases/{reference}/name-subject", **typed)


def words(answer) -> str:
    return page(answer).select_one("main").get_text(" ", strip=True)


def test_naming_whoever_works_the_case_takes_it_from_them_through_the_page(client, session, team):
    """R02."""
    reference = states.an_assessed_case(team)
    browser = sign_in(client, team.officer)
    assert browser.get(f"/staff/cases/{reference}").status_code == 200
    done(name(client, team.coordinator, reference, kind="person", user=str(team.officer.id)))
    for path in ("", "/story", "/reply", "/note", "/name-subject", "/person"):
        assert browser.get(f"/staff/cases/{reference}{path}").status_code == 404
    assert reference not in browser.get("/staff/?tab=all").text
    assert kinds(session, reference)[-3:] == ["SubjectNamed", "TakenOff", "ConflictRefused"]
    seen = sign_in(client, team.auditor).get(f"/staff/cases/{reference}/story")
    assert "officer: tried to open the case" in words(seen)


def test_a_subject_cannot_be_given_the_case_and_the_attempt_is_on_the_record(client, session, team):
    """R02: assign to U -> refused, and it appears in the record."""
    reference = states.an_assessed_case(team)
    name(client, team.coordinator, reference, kind="person", user=str(team.officer.id))
    browser = sign_in(client, team.coordinator)
    opened = browser.get(f"/staff/cases/{reference}/assign")
    assert str(team.officer.id) not in opened.text
    refused = browser.post(
        f"/staff/cases/{reference}/assign", data={**filled(opened), "assignee": str(team.officer.id)}
    )
    assert refused.status_code == 422
    assert "They have no part in it" in words(refused)
    assert case_of(reference).assignee_id is None
    assert kinds(session, reference)[-1] == "ConflictRefused"
    assert "was to be given the case" in words(sign_in(client, team.auditor).get(f"/staff/cases/{reference}/story"))


def test_a_subject_cannot_be_seated_and_the_attempt_is_on_the_record(client, session, team):
    reference = states.an_appealed_case(team)
    name(client, team.coordinator, reference, kind="person", user=str(team.panel.id))
    browser = sign_in(client, team.coordinator)
    form = filled(browser.get(f"/staff/cases/{reference}/seat-panel"))
    refused = browser.post(f"/staff/cases/{reference}/seat-panel", data={**form, "members": [str(team.panel.id)]})
    assert refused.status_code == 422
    assert kinds(session, reference)[-1] == "ConflictRefused"


def test_the_case_page_says_whom_it_is_about_and_an_approver_can_take_it_back(client, session, team):
    reference = states.an_assessed_case(team)
    named = name(client, team.officer, reference, kind="contractor", name="Haul Ltd")
    assert named.location.endswith(reference)
    shown = sign_in(client, team.officer).get(f"/staff/cases/{reference}")
    assert "Haul Ltd" in words(shown)
    assert "Not about them" not in words(shown)
    row = session.scalars(select(Involvement)).one()
    address = f"/staff/cases/{reference}/subjects/{row.id}/remove"
    assert sign_in(client, team.officer).get(address).status_code == 403
    done(send(sign_in(client, team.approver), address, why="It was another lorry."))
    assert sign_in(client, team.approver).get(address).status_code == 404
    assert "Haul Ltd" not in words(sign_in(client, team.officer).get(f"/staff/cases/{reference}"))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Choose whom or what it is about"),
        ({"kind": "person"}, "Choose somebody, or write a name."),
        ({"kind": "department", "name": "  "}, "Choose somebody, or write a name."),
        ({"kind": "person", "user": "nobody"}, "Not a valid choice"),
    ],
)
def test_naming_nobody_is_refused_and_nothing_typed_is_lost(client, team, typed, said):
    reference = states.an_assessed_case(team)
    answer = name(client, team.coordinator, reference, **typed)
    assert answer.status_code == 422
    assert said in page(answer).select_one("body").get_text(" ")


def test_who_steps_back_from_a_case_is_led_to_the_inbox(client, team):
    reference = states.an_assessed_case(team, Level.HIGH)
    gone = done(name(client, team.coordinator, reference, kind="person", user=str(team.coordinator.id)))
    assert gone.location.endswith("/staff/")
    row = db.session.scalars(select(Involvement)).one()
    answer = sign_in(client, team.coordinator).get(f"/staff/cases/{reference}/subjects/{row.id}/remove")
    assert answer.status_code == 404


def test_who_may_open_a_file_of_the_case_may_not_once_it_is_about_them(client, session, team):
    reference = states.an_assessed_case(team)
    act(reference, conflicts.name_person, team.officer.id, actor=team.coordinator)
    answer = sign_in(client, team.officer).get(f"/staff/cases/{reference}/deadlines/{case_of(reference).id}")
    assert answer.status_code == 404


@pytest.fixture
def chief(client, team):
    return sign_in(client, states.staff((Role.ADMIN, None), name="Administrator"))


def test_an_administrator_says_where_somebody_stands(chief, session, team):
    address = f"/admin/users/{team.officer.id}/line"
    done(send(chief, address, reports_to=str(team.approver.id), department=" Security ", contractor=""))
    user = db.session.get_one(StaffUser, team.officer.id, populate_existing=True)
    assert (user.reports_to_id, user.department, user.contractor) == (team.approver.id, "Security", None)
    assert "Place in the line changed" in chief.get("/admin/changes").text
    again = chief.get(address)
    assert page(again).select_one("option[selected]")["value"] == str(team.approver.id)


def test_a_circle_in_the_line_is_refused_beside_its_field(chief, team):
    done(send(chief, f"/admin/users/{team.officer.id}/line", reports_to=str(team.approver.id)))
    answer = send(chief, f"/admin/users/{team.approver.id}/line", reports_to=str(team.officer.id))
    assert answer.status_code == 422
    assert "Nobody can report to themselves" in page(answer).select_one("#reports_to-error").get_text()


def test_an_administrator_of_one_site_keeps_a_lead_of_another(client, session, team):
    far = states.staff(Role.APPROVER, site_id=states.a_site("ZAM"))
    chief = sign_in(client, states.staff((Role.ADMIN, None)))
    done(send(chief, f"/admin/users/{team.officer.id}/line", reports_to=str(far.id)))
    own = sign_in(client, team.admin)
    assert "somebody of another site" in own.get(f"/admin/users/{team.officer.id}/line").text
    done(send(own, f"/admin/users/{team.officer.id}/line", department="Roads"))
    user = db.session.get_one(StaffUser, team.officer.id, populate_existing=True)
    assert (user.reports_to_id, user.department) == (far.id, "Roads")
