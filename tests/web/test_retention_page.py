"""The administrators' page of what is kept: counts alone, two people, and nothing of the restricted lane."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.policy import Role
from engage.models import RetentionRun, Site
from engage.services import retention
from tests import states
from tests.states import act, case_of, person_of
from tests.web.as_staff import done, in_days, page, send, sign_in

YEAR = timedelta(days=366)


@pytest.fixture
def team(clock, session, sent_tasks, change_settings, tmp_path):
    return states.Team()


@pytest.fixture
def admins(team):
    return [states.staff((Role.ADMIN, None), name=f"Admin {number}") for number in range(2)]


def press(browser, words):
    """Press the button that says so on the page."""
    shown = page(browser.get("/admin/retention"))
    for form in shown.select("main form"):
        if form.select_one("button").get_text(" ", strip=True) == words:
            data = {one["name"]: one["value"] for one in form.select("input")}
            return browser.post(form["action"], data=data)
    raise AssertionError(f"no button says {words!r}")


def said(browser):
    return page(browser.get("/admin/retention")).select_one("main").get_text(" ", strip=True)


def test_one_prepares_another_approves_and_the_night_erases(client, team, admins, session, clock):
    reference = states.a_closed_case(team)
    hidden = states.a_case(team.site_id, category="GBV")
    act(hidden, states.answers.withdraw, actor=person_of(hidden))
    clock.advance(8 * YEAR)
    first, second = (sign_in(client, one) for one in admins)
    assert "No run yet" in said(first)
    assert "7 years" in said(first)
    assert press(first, "Prepare a run").status_code == 303
    shown = said(first)
    assert "It is prepared." in shown
    assert "Grievances 1" in shown
    assert "another administrator has to approve it" in shown
    assert reference not in shown
    with pytest.raises(AssertionError):
        press(first, "Approve: erase for good")
    with pytest.raises(AssertionError):
        press(first, "Prepare a run")
    assert press(second, "Approve: erase for good").status_code == 303
    assert "It is erased the next night." in said(second)
    assert case_of(reference).erased_at is None
    session.rollback()
    retention.apply()
    assert "1 case was erased." in said(second)
    assert {case_of(one).erased_at is not None for one in (reference, hidden)} == {True}
    listed = page(second.get("/admin/changes")).select_one("main").get_text(" ", strip=True)
    assert "Erased by the schedule" in listed
    assert "ordinary: 1" in listed


def test_a_run_can_be_declined_and_a_stale_button_says_why_not(client, team, admins, session, clock):
    first, second = (sign_in(client, one) for one in admins)
    press(first, "Prepare a run")
    assert "Nothing that is counted here was due." in said(first)
    run_id = session.scalars(select(RetentionRun.id)).one()
    token = page(second.get("/admin/retention")).select_one("main input[name=csrf_token]")["value"]
    press(first, "Decline")
    stale = second.post(f"/admin/retention/{run_id}/approve", data={"csrf_token": token})
    assert stale.status_code == 303
    assert "Nothing waits for approval." in said(second)
    assert "Declined by Admin 0" in said(second)


def test_whoever_prepared_it_cannot_approve_by_a_form_of_their_own_either(client, team, admins, session):
    first = sign_in(client, admins[0])
    press(first, "Prepare a run")
    run_id = session.scalars(select(RetentionRun.id)).one()
    token = page(first.get("/admin/retention")).select_one("main input[name=csrf_token]")["value"]
    first.post(f"/admin/retention/{run_id}/approve", data={"csrf_token": token})
    assert "You prepared this yourself." in said(first)
    assert session.scalars(select(RetentionRun.approved_at)).one() is None


def test_the_page_says_when_it_goes_ahead_without_a_second(client, admins, change_settings):
    change_settings(RETENTION_AUTO_DAYS=30)
    assert "it goes ahead after 30 days" in said(sign_in(client, admins[0]))


def test_administrators_of_one_site_and_others_are_kept_out(client, team, admins):
    for actor in (team.admin, team.approver):
        assert sign_in(client, actor).get("/admin/retention").status_code == 403
    assert 'href="/admin/retention"' not in sign_in(client, team.admin).get("/admin/sites").text
    assert 'href="/admin/retention"' in sign_in(client, admins[0]).get("/admin/sites").text


def test_an_administrator_says_when_the_mine_closes(client, team, session):
    admin = sign_in(client, team.admin)
    address = "/admin/sites/BOR"
    bad = send(admin, address, closes_on=["31", "2", "2040"])
    assert bad.status_code == 422
    assert "This is no date." in bad.text
    done(send(admin, address, closes_on=in_days(400)))
    closes_on = session.scalars(select(Site.closes_on)).one()
    assert closes_on == states.today() + timedelta(days=400)
    done(send(admin, address, name="Bor mine"))
    assert session.scalars(select(Site.closes_on)).one() == closes_on
    done(send(admin, address, closes_on=["", "", ""]))
    assert session.scalars(select(Site.closes_on)).one() is None
