"""Training through pages: written down, demanded, and what its owner sees of it."""

import pytest

from engage.domain.policy import Role
from engage.services import sites
from engage.unit_of_work import unit_of_work
from tests import states
from tests.web.as_staff import done, in_days, page, send, sign_in


@pytest.fixture
def team(session, client, sent_tasks):
    with unit_of_work():
        sites.ensure_group_intake()
    team = states.Team()
    team.chief = states.staff((Role.ADMIN, None))
    return team


@pytest.fixture
def chief(client, team):
    return sign_in(client, team.chief)


def words(answer) -> str:
    return page(answer).select_one("main").get_text(" ", strip=True)


def write_down(browser, user, **typed):
    given = {"course": "procedure", "taken_on": in_days(-3), "evidence": "List of the day", **typed}
    return send(browser, f"/admin/users/{user.id}/training", **given)


def test_a_course_is_written_down_and_shown_to_both(client, team, chief):
    done(write_down(chief, team.officer))
    shown = words(chief.get(f"/admin/users/{team.officer.id}/training"))
    assert "The procedure, and how we deal with people" in shown
    assert "Officer" in shown
    own = words(sign_in(client, team.officer).get("/account/"))
    assert "The procedure, and how we deal with people: counts until" in own


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"taken_on": in_days(2)}, "within the last ten years"),
        ({"evidence": " "}, "Say what shows it"),
        ({"taken_on": ["", "", ""]}, "Write a date."),
        ({"taken_on": ["31", "2", "2026"]}, "This is no date."),
    ],
)
def test_what_does_not_hold_is_said_and_what_was_typed_is_kept(team, chief, typed, said):
    answer = write_down(chief, team.officer, **typed)
    assert answer.status_code == 422
    assert said in words(answer) or said in page(answer).select_one(".govuk-error-summary").text
    if "evidence" not in typed:
        assert page(answer).select_one("[name=evidence]")["value"] == "List of the day"


def test_a_site_demands_its_training_and_the_roles_of_who_has_none_rest(client, team, chief):
    done(write_down(chief, team.coordinator))
    done(send(chief, "/admin/sites/BOR/training", since=in_days(0)))
    assert "These roles rest" in words(chief.get(f"/admin/users/{team.officer.id}/training"))
    officer = sign_in(client, team.officer)
    assert officer.get("/staff/").status_code == 403
    assert "These roles of yours rest" in words(officer.get("/account/"))
    done(write_down(chief, team.officer))
    assert officer.get("/staff/").status_code == 200
    done(send(chief, "/admin/sites/BOR/training", since=["", "", ""]))
    assert "These roles rest" not in words(chief.get(f"/admin/users/{team.liaison.id}/training"))


def test_a_day_that_is_none_is_refused(team, chief):
    answer = send(chief, "/admin/sites/BOR/training", since=["40", "1", "2026"])
    assert answer.status_code == 422


def test_an_administrator_of_one_site_writes_down_and_demands_there_alone(client, team):
    local = sign_in(client, team.admin)
    done(write_down(local, team.officer))
    assert local.get("/admin/sites/BOR/training").status_code == 200
    there = states.a_site("KOL")
    stranger = states.staff(Role.OFFICER, site_id=there)
    assert local.get(f"/admin/users/{stranger.id}/training").status_code == 404
    assert local.get("/admin/sites/KOL/training").status_code == 404


def test_an_administrator_of_the_intake_alone_does_not_speak_for_all_sites(client, session, team, chief):
    intake = session.scalars(states.select(sites.Site).where(sites.Site.is_group_intake)).one()
    code, local = intake.code, sign_in(client, states.staff(Role.ADMIN, site_id=intake.id))
    assert local.get(f"/admin/sites/{code}/training").status_code == 403
    assert "for roles at all sites, too" in words(chief.get(f"/admin/sites/{code}/training"))
