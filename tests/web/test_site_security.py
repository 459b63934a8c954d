"""An administrator says who does security at a site (domain R47)."""

import pytest
from sqlalchemy import select

from engage.domain.policy import Role
from engage.models import Site
from tests import states
from tests.web.as_staff import done, page, send, sign_in

ADDRESS = "/admin/sites/BOR"


@pytest.fixture
def team(session, client):
    return states.Team()


@pytest.fixture
def admin(client, team):
    return sign_in(client, team.admin)


def said(session):
    session.rollback()
    return session.scalars(select(Site.security).where(Site.code == "BOR")).one()


def test_r47_departments_and_contractors_are_chosen_as_they_stand_with_people(team, admin, session):
    assert "Nobody stands with a department or a contractor yet" in admin.get(ADDRESS).text
    states.staff(Role.OFFICER, site_id=team.site_id, department="Security")
    states.staff(Role.OFFICER, site_id=team.site_id, contractor="Border Guards Ltd")
    done(send(admin, ADDRESS, security=["department:Security", "contractor:Border Guards Ltd"]))
    assert said(session) == [
        {"kind": "department", "name": "Security"},
        {"kind": "contractor", "name": "Border Guards Ltd"},
    ]
    ticked = [box["value"] for box in page(admin.get(ADDRESS)).select("input[name=security][checked]")]
    assert ticked == ["department:Security", "contractor:Border Guards Ltd"]
    done(send(admin, ADDRESS, name="Bor"))
    assert len(said(session)) == 2
    done(send(admin, ADDRESS, security=[]))
    assert said(session) == []


def test_a_name_that_nobody_stands_with_any_more_can_still_be_ticked_away_and_an_unknown_one_is_refused(
    team, admin, session
):
    session.scalars(select(Site).where(Site.code == "BOR")).one().security = [{"kind": "department", "name": "Old"}]
    session.commit()
    assert page(admin.get(ADDRESS)).select_one("input[value='department:Old'][checked]")
    answer = send(admin, ADDRESS, security=["department:Nonsense"], name="Typed name")
    assert answer.status_code == 422
    assert page(answer).select_one("input[name=name]")["value"] == "Typed name"
    done(send(admin, ADDRESS, security=[]))
    assert said(session) == []


def test_who_is_no_administrator_says_nothing_of_it(client, team):
    assert sign_in(client, team.coordinator).get(ADDRESS).status_code == 403


def test_a_line_of_help_for_children_stays_one_when_something_else_of_the_site_is_changed(team, admin, session):
    line = {"name": "Line for children", "phone": "0800", "hours": "always", "for": "children"}
    session.scalars(select(Site).where(Site.code == "BOR")).one().help_services = [line]
    session.commit()
    done(send(admin, ADDRESS, name="Bor, renamed"))
    session.rollback()
    site = session.scalars(select(Site).where(Site.code == "BOR")).one()
    assert (site.name, site.help_services) == ("Bor, renamed", [line])
