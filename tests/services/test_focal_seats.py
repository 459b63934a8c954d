"""A place has three focal points at most; a fourth is refused, and nothing is changed by the attempt."""

import pytest

from engage.domain.policy import Membership, Role
from engage.extensions import db
from engage.models import StaffUser
from engage.services import accounts, checks
from engage.services.accounts import Details
from engage.services.focal_seats import TooManyFocalPoints
from engage.unit_of_work import unit_of_work
from tests import states
from tests.web.as_staff import done, page, send, sign_in


@pytest.fixture
def team(session, sent_tasks):
    """A site with two focal points, and an administrator of all sites."""
    made = states.Team()
    made.chief = states.staff((Role.ADMIN, None))
    return made


def make_focal(user, site_id, chief) -> None:
    with unit_of_work():
        accounts.set_roles(user.id, [Membership(Role.FOCAL, site_id)], actor=chief)


def test_a_third_is_let_in_and_a_fourth_is_not(team):
    third, fourth = states.staff(), states.staff()
    make_focal(third, team.site_id, team.chief)
    with pytest.raises(TooManyFocalPoints) as full:
        make_focal(fourth, team.site_id, team.chief)
    assert full.value.sites == ["Site BOR"]
    assert db.session.get_one(StaffUser, fourth.id, populate_existing=True).memberships == []


def test_a_new_account_and_one_let_in_again_are_counted_too(team):
    third = states.staff(Role.FOCAL, site_id=team.site_id)
    with unit_of_work():
        accounts.deactivate(third.id, actor=team.chief)
    with unit_of_work():
        accounts.add_user(
            Details("new@staff.engage.test", "New"), [Membership(Role.FOCAL, team.site_id)], actor=team.chief
        )
    with pytest.raises(TooManyFocalPoints), unit_of_work():
        accounts.reactivate(third.id, actor=team.chief)
    assert not db.session.get_one(StaffUser, third.id, populate_existing=True).is_active


def test_those_of_all_sites_are_three_as_well_and_need_no_place_of_a_site(team):
    for _ in range(3):
        make_focal(states.staff(), None, team.chief)
    with pytest.raises(TooManyFocalPoints) as full:
        make_focal(states.staff(), None, team.chief)
    assert full.value.sites == [None]
    make_focal(states.staff(), team.site_id, team.chief)


def test_whoever_is_one_keeps_it_when_other_roles_change(team):
    make_focal(states.staff(), team.site_id, team.chief)
    with unit_of_work():
        both = [Membership(Role.FOCAL, team.site_id), Membership(Role.PUBLISHER, team.site_id)]
        accounts.set_roles(team.focal.id, both, actor=team.chief)
    assert len(db.session.get_one(StaffUser, team.focal.id, populate_existing=True).memberships) == 2


def test_an_administrator_reads_why_and_what_was_typed_is_still_there(team, client):
    third = states.staff(Role.FOCAL, site_id=team.site_id)
    chief = sign_in(client, team.chief)
    focal = [f"focal@{team.site_id}"]
    refused = send(chief, "/admin/users/add", name="Fourth", email="four@staff.engage.test", roles=focal)
    assert refused.status_code == 422
    assert "no more are allowed" in refused.text
    assert page(refused).select_one("[name=name]")["value"] == "Fourth"
    other = states.staff(Role.OFFICER, site_id=team.site_id)
    refused = send(chief, f"/admin/users/{other.id}", roles=focal)
    assert refused.status_code == 422
    assert "There are 3 focal points for Site BOR" in refused.text
    path = f"/admin/users/{third.id}"
    token = page(chief.get(path)).select_one("main [name=csrf_token]")["value"]
    done(chief.post(f"{path}/deactivate", data={"csrf_token": token}))
    done(send(chief, f"/admin/users/{other.id}", roles=focal))
    refused = chief.post(f"{path}/reactivate", data={"csrf_token": token})
    assert refused.status_code == 422
    assert "no more are allowed" in refused.text


def test_a_site_without_a_focal_point_of_its_own_is_worth_a_look(team):
    states.a_site("KOL")
    found = {one.what: one for one in checks.look() if one.what.startswith("focal points")}
    assert list(found) == ["focal points of KOL"]
    assert found["focal points of KOL"].is_warning
    assert "up to three people" in found["focal points of KOL"].problem
