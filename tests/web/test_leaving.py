"""Before somebody leaves, moves or loses a role an administrator sees what is handed on, as sums and names."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from engage.domain.policy import Membership, Role
from engage.models import AuditEvent, CaseEvent, OutboxMessage, StaffMembership, StaffUser
from engage.services import tasks
from engage.services.people import memberships_of
from engage.services.tasks import Todo
from engage.unit_of_work import unit_of_work
from tests import states
from tests.states import case_of
from tests.web.as_staff import done, filled, form_of, in_days, page, send, sign_in


@pytest.fixture
def team(session, client, sent_tasks):
    team = states.Team()
    team.chief = states.staff((Role.ADMIN, None))
    return team


@pytest.fixture
def chief(client, team):
    return sign_in(client, team.chief)


@pytest.fixture
def reference(team):
    reference = states.an_assessed_case(team)
    with unit_of_work():
        tasks.add_at_site(team.site_id, Todo("Order masks", team.officer.id), actor=team.officer)
    return reference


def words(answer) -> str:
    return page(answer).select_one("main").get_text(" ", strip=True)


def counts(session) -> list[int]:
    session.rollback()
    return [len(session.scalars(select(kind)).all()) for kind in (AuditEvent, CaseEvent, OutboxMessage)]


def user_of(session, actor) -> StaffUser:
    session.rollback()
    return session.get_one(StaffUser, actor.id)


def test_the_page_before_somebody_leaves_counts_and_names_no_case(session, team, chief, reference):
    before = counts(session)
    shown = chief.get(f"/admin/users/{team.officer.id}/deactivate")
    assert "1 case waits to be assigned coordinator, coordinator" in words(shown)
    assert "1 task coordinator" in words(shown)
    assert reference not in shown.text
    assert counts(session) == before
    assert case_of(reference).assignee_id == team.officer.id
    done(chief.post(f"/admin/users/{team.officer.id}/deactivate", data=filled(shown)))
    assert not user_of(session, team.officer).is_active
    assert case_of(reference).assignee_id is None


def test_somebody_who_has_nothing_in_hand_leaves_nothing_behind(team, chief):
    assert "They have nothing in hand" in words(chief.get(f"/admin/users/{team.liaison.id}/deactivate"))


def test_a_restricted_case_is_in_no_sum(team, chief):
    hidden = states.a_case(team.site_id, harms_child=True)
    with unit_of_work():
        case_of(hidden).assignee_id = team.focal.id
    shown = words(chief.get(f"/admin/users/{team.focal.id}/deactivate"))
    assert "They have nothing in hand" in shown
    assert "1" not in shown


def test_the_page_says_why_the_last_focal_point_cannot_leave(team, chief):
    with unit_of_work():
        states.db.session.execute(delete(StaffMembership).where(StaffMembership.user_id == team.second_focal.id))
    answer = chief.get(f"/admin/users/{team.focal.id}/deactivate")
    assert answer.status_code == 422
    assert "Make somebody else a focal point first." in page(answer).select_one(".govuk-error-summary").text


def test_a_role_is_taken_away_after_a_look_at_what_it_held(session, team, chief, reference):
    path = f"/admin/users/{team.officer.id}"
    shown = send(chief, path, roles=[f"auditor@{team.site_id}"], name="Renamed")
    assert shown.status_code == 200
    assert "1 case waits to be assigned" in words(shown)
    assert case_of(reference).assignee_id == team.officer.id
    assert user_of(session, team.officer).name == "officer"
    done(chief.post(path, data=filled(shown)))
    user = user_of(session, team.officer)
    assert (user.name, memberships_of(user)) == ("Renamed", {Membership(Role.AUDITOR, team.site_id)})
    assert case_of(reference).assignee_id is None


def test_what_came_in_between_is_shown_before_it_is_handed_on(session, team, chief, reference):
    path = f"/admin/users/{team.officer.id}"
    shown = send(chief, path, roles=[f"auditor@{team.site_id}"])
    states.an_assessed_case(team)
    again = chief.post(path, data=filled(shown))
    assert "2 cases wait to be assigned" in words(again)
    done(chief.post(path, data=filled(again)))


def test_somebody_moves_to_another_site_in_one_step(session, team, chief, reference):
    there = states.a_site("KOL")
    path = f"/admin/users/{team.officer.id}/move"
    shown = send(chief, path, here=str(team.site_id), there=str(there))
    assert "1 case waits to be assigned" in words(shown)
    done(chief.post(path, data=filled(shown)))
    assert memberships_of(user_of(session, team.officer)) == {Membership(Role.OFFICER, there)}


def test_somebody_without_work_moves_at_once(session, team, chief):
    there = states.a_site("KOL")
    done(send(chief, f"/admin/users/{team.liaison.id}/move", here=str(team.site_id), there=str(there)))
    assert memberships_of(user_of(session, team.liaison)) == {Membership(Role.LIAISON, there)}


def test_a_move_to_where_somebody_is_or_of_a_last_focal_point_is_refused_with_the_reason(session, team, chief):
    here = str(team.site_id)
    answer = send(chief, f"/admin/users/{team.liaison.id}/move", here=here, there=here)
    assert answer.status_code == 422
    assert "the two are the same" in words(answer)
    with unit_of_work():
        session.execute(delete(StaffMembership).where(StaffMembership.user_id == team.second_focal.id))
    answer = send(chief, f"/admin/users/{team.focal.id}/move", here=here, there=str(states.a_site("KOL")))
    assert answer.status_code == 422
    assert "Nobody else is a focal point for Site BOR" in words(answer)


def test_somebody_of_all_sites_has_no_site_to_move_from(team, chief):
    everywhere = states.staff((Role.AUDITOR, None))
    assert "there is nothing to move" in words(chief.get(f"/admin/users/{everywhere.id}/move"))


def test_a_last_day_is_set_shown_and_taken_back(session, team, chief):
    path = f"/admin/users/{team.officer.id}/end"
    done(send(chief, path, last=in_days(10)))
    ends_at = user_of(session, team.officer).ends_at
    assert timedelta(days=9) < ends_at - states.clock.utcnow() <= timedelta(days=11)
    assert "Works here until" in words(chief.get(f"/admin/users/{team.officer.id}"))
    assert filled(chief.get(path))["last"] == in_days(10)
    done(send(chief, path, last=["", "", ""]))
    assert user_of(session, team.officer).ends_at is None


def test_a_last_day_that_is_past_is_refused_and_kept(team, chief):
    answer = send(chief, f"/admin/users/{team.officer.id}/end", last=in_days(-2))
    assert answer.status_code == 422
    assert "Choose dates that lie ahead." in words(answer)
    assert form_of(answer).select_one("[name=last]")["value"] == in_days(-2)[0]


def test_an_administrator_of_one_site_moves_nobody_elsewhere(team, client):
    there = states.a_site("KOL")
    local = sign_in(client, team.admin)
    answer = send(local, f"/admin/users/{team.officer.id}/move", here=str(team.site_id), there=str(there))
    assert answer.status_code == 422
    for path in ("deactivate", "end"):
        assert local.get(f"/admin/users/{team.chief.id}/{path}").status_code == 404
