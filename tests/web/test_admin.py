"""What administrators can do with people and settings, what they cannot, and that they never see a case."""

import json
import uuid

import pytest
from sqlalchemy import delete, select

from engage.domain.policy import Membership, Role
from engage.models import AuditEvent, Site, StaffMembership, StaffUser
from engage.services import audit, passwords
from engage.services.people import memberships_of
from engage.unit_of_work import unit_of_work
from tests import states
from tests.web.as_staff import done, page, send, sign_in

CONCERN = "The spring behind the chapel is grey."


@pytest.fixture
def team(session, client):
    team = states.Team()
    team.chief = states.staff((Role.ADMIN, None), name="Administrator, all sites")
    return team


@pytest.fixture
def chief(client, team):
    return sign_in(client, team.chief)


def record(session) -> list[AuditEvent]:
    session.rollback()
    return list(session.scalars(select(AuditEvent).order_by(AuditEvent.number)))


def user_of(session, email: str) -> StaffUser:
    session.rollback()
    return session.scalars(select(StaffUser).where(StaffUser.email == email)).one()


def pages_of_admin(app, user_id) -> list[str]:
    values = {"code": "BOR", "user_id": user_id, "notice_id": uuid.uuid4(), "message": "case_news", "locale": "en"}
    with app.test_request_context():
        return [
            app.url_map.bind("localhost").build(rule.endpoint, {name: values[name] for name in rule.arguments})
            for rule in app.url_map.iter_rules()
            if rule.endpoint.startswith("admin.") and "GET" in (rule.methods or ())
        ]


def test_no_page_of_the_administrator_says_anything_of_a_case(app, session, team, chief):
    reference = states.a_case(team.site_id, what_happened=CONCERN)
    for path in pages_of_admin(app, user_id=team.officer.id):
        answer = chief.get(path)
        assert answer.status_code == 200, path
        assert "chapel" not in answer.text
        assert reference not in answer.text


def test_an_administrator_opens_no_case_and_no_inbox(team, chief):
    reference = states.a_case(team.site_id)
    for path in ("/staff/", f"/staff/cases/{reference}"):
        assert chief.get(path).status_code == 403
    links = {one["href"] for one in page(chief.get("/admin/sites")).select('a[href^="/staff"]')}
    assert links == {"/staff/notifications/"}  # their own, of accounts and of what operators look after


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_nobody_else_opens_a_page_of_the_administrator(app, client, session, role):
    site_id = states.a_site()
    browser = sign_in(client, states.staff(role, site_id=site_id))
    for path in pages_of_admin(app, user_id=uuid.uuid4()):
        assert browser.get(path).status_code == 403, path


def test_a_session_that_moved_elsewhere_signs_in_again_before_people_and_settings(team, chief):
    with chief.session_transaction() as kept:
        kept["_fresh"] = False
    assert chief.get("/admin/users").location.startswith("/account/sign-in")
    assert chief.get("/account/").status_code == 200


def test_a_person_is_added_with_a_password_shown_once(session, team, chief):
    roles = [f"officer@{team.site_id}", "auditor@all"]
    answer = send(chief, "/admin/users/add", name="Officer two", email="New@staff.engage.test", roles=roles)
    assert answer.status_code == 200
    password = page(answer).select_one("main .app-ref").text
    user = user_of(session, "new@staff.engage.test")
    assert passwords.is_right(password, user.password_hash)
    assert user.must_change_password
    assert memberships_of(user) == {Membership(Role.OFFICER, team.site_id), Membership(Role.AUDITOR, None)}
    added, given = record(session)[-2:]
    assert (added.kind, given.kind, given.actor_id) == ("user_added", "roles_changed", team.chief.id)
    assert json.loads(given.payload)["after"]["roles"] == ["auditor@all", f"officer@{team.site_id}"]
    assert "staff.engage.test" not in "".join(row.payload for row in record(session))


def test_an_address_belongs_to_one_person(session, team, chief):
    user = session.get_one(StaffUser, team.officer.id)
    answer = send(chief, "/admin/users/add", name="Somebody", email=user.email.upper())
    assert answer.status_code == 422
    assert "There is an account with this address." in answer.text


def test_roles_and_details_are_changed_and_recorded(session, team, chief):
    path = f"/admin/users/{team.officer.id}"
    done(send(chief, path, name="Officer, moved", roles=[f"coordinator@{team.site_id}"]))
    session.rollback()
    user = session.get_one(StaffUser, team.officer.id)
    assert user.name == "Officer, moved"
    assert memberships_of(user) == {Membership(Role.COORDINATOR, team.site_id)}
    kinds = [row.kind for row in record(session)]
    assert kinds == ["user_changed", "roles_changed"]
    assert audit.breaks_in(record(session)) == []
    shown = chief.get("/admin/changes").text
    assert "Roles changed" in shown
    assert "Administrator, all sites" in shown


def test_saving_without_a_change_leaves_no_entry(session, team, chief):
    done(send(chief, f"/admin/users/{team.officer.id}"))
    assert record(session) == []


def test_someone_deactivated_is_out_at_once_and_can_be_let_in_again(client, session, team, chief):
    officer = sign_in(client, team.officer)
    assert officer.get("/staff/").status_code == 200
    token = page(chief.get(f"/admin/users/{team.officer.id}")).select_one("[name=csrf_token]")["value"]
    done(chief.post(f"/admin/users/{team.officer.id}/deactivate", data={"csrf_token": token}))
    assert officer.get("/staff/").status_code == 303
    done(chief.post(f"/admin/users/{team.officer.id}/reactivate", data={"csrf_token": token}))
    session.rollback()
    assert session.get_one(StaffUser, team.officer.id).is_active
    assert [row.kind for row in record(session)] == ["user_deactivated", "user_reactivated"]


def test_the_last_focal_point_stays_and_the_page_says_why(session, team, chief):
    with unit_of_work():
        session.execute(delete(StaffMembership).where(StaffMembership.user_id == team.second_focal.id))
    path = f"/admin/users/{team.focal.id}"
    token = page(chief.get(path)).select_one("[name=csrf_token]")["value"]
    for answer in (chief.post(f"{path}/deactivate", data={"csrf_token": token}), send(chief, path, roles=[])):
        assert answer.status_code == 422
        assert "Nobody else is a focal point for Site BOR" in page(answer).select_one(".govuk-error-summary").text
    assert session.get_one(StaffUser, team.focal.id).is_active
    assert record(session) == []


def test_how_many_cases_somebody_holds_is_said_before_they_are_deactivated(session, team, chief):
    reference = states.an_assessed_case(team)
    with unit_of_work():
        states.case_of(reference).assignee_id = team.officer.id
    answer = chief.get(f"/admin/users/{team.officer.id}").text
    assert "1 open case is theirs" in answer
    assert reference not in answer


def test_a_new_password_ends_the_sessions_of_its_owner(client, session, team, chief):
    officer = sign_in(client, team.officer)
    answer = send(chief, f"/admin/users/{team.officer.id}/password")
    password = page(answer).select_one("main .app-ref").text
    assert officer.get("/staff/").status_code == 303
    assert passwords.is_right(password, session.get_one(StaffUser, team.officer.id).password_hash)


def test_nobody_changes_their_own_roles_or_lets_themself_out(session, team, chief):
    path = f"/admin/users/{team.chief.id}"
    token = page(chief.get(path)).select_one("[name=csrf_token]")["value"]
    own = {"csrf_token": token, "name": "x", "email": "x@staff.engage.test", "locale": "en", "roles": ["focal@all"]}
    assert chief.post(path, data=own).status_code == 403
    assert chief.post(f"{path}/deactivate", data=own).status_code == 403
    assert chief.post(f"{path}/password", data=own).status_code == 403
    assert record(session) == []


class TestAnAdministratorOfOneSite:
    @pytest.fixture
    def local(self, client, team):
        team.other_site = states.a_site("KOL")
        team.stranger = states.staff(Role.OFFICER, site_id=team.other_site)
        team.both = states.staff((Role.OFFICER, team.site_id), (Role.APPROVER, None), name="Works at both")
        return sign_in(client, team.admin)

    def test_knows_only_that_site_and_its_people(self, team, local):
        assert local.get("/admin/sites/KOL").status_code == 404
        assert local.get(f"/admin/users/{team.stranger.id}").status_code == 404
        assert str(team.stranger.id) not in local.get("/admin/users").text
        assert "KOL" not in local.get("/admin/sites").text

    @pytest.mark.parametrize("path", ["/admin/sites/add", "/admin/delivery", "/admin/changes"])
    def test_opens_nothing_that_concerns_all_sites(self, local, path):
        assert local.get(path).status_code == 403

    def test_gives_no_role_elsewhere(self, session, team, local):
        path = f"/admin/users/{team.officer.id}"
        for role in ("officer@all", f"officer@{team.other_site}"):
            assert send(local, path, roles=[role]).status_code == 422
        assert record(session) == []

    def test_leaves_roles_elsewhere_as_they_are(self, session, team, local):
        done(send(local, f"/admin/users/{team.both.id}", roles=[f"liaison@{team.site_id}"], name="Taken over"))
        session.rollback()
        user = session.get_one(StaffUser, team.both.id)
        assert memberships_of(user) == {Membership(Role.LIAISON, team.site_id), Membership(Role.APPROVER, None)}
        assert user.name == "Works at both"

    def test_cannot_take_over_somebody_of_all_sites(self, team, local):
        assert send(local, f"/admin/users/{team.both.id}/password").status_code == 403


def test_a_site_is_added_with_its_rules_and_takes_concerns(session, team, chief):
    answer = send(
        chief,
        "/admin/sites/add",
        code="ros",
        name="Rosa Creek",
        country="PE",
        time_zone="America/Lima",
        locale="es",
        **{"outside_avenues-0-name": "Ombudsman", "outside_avenues-0-contact": "0800 000 041"},
    )
    done(answer)
    session.rollback()
    site = session.scalars(select(Site).where(Site.code == "ROS")).one()
    assert site.outside_avenues == [{"name": "Ombudsman", "contact": "0800 000 041"}]
    assert states.a_case(site.id).startswith("ROS-")
    assert chief.get("/admin/sites/ROS/rules").status_code == 200
    assert record(session)[-1].kind == "site_added"


@pytest.mark.parametrize(
    ("field", "value"), [("code", "BOR"), ("code", "B1"), ("name", ""), ("time_zone", "Mars/Base"), ("locale", "x y")]
)
def test_a_site_that_will_not_do_is_refused(session, team, chief, field, value):
    typed = {"code": "ROS", "name": "Rosa", "time_zone": "America/Lima", "locale": "es", field: value}
    assert send(chief, "/admin/sites/add", **typed).status_code == 422
    assert record(session) == []


def test_r33_a_site_names_bodies_that_can_look_at_a_case_what_they_are_for_and_what_they_cost(session, team, chief):
    """R33: list of bodies per site."""
    row = {"name": "Mediator", "contact": "Box 7", "what_for": "talks", "costs": "nothing"}
    typed = {f"outside_avenues-0-{name}": value for name, value in row.items()}
    done(send(chief, "/admin/sites/BOR", **typed, **{"outside_avenues-0-independent": "y"}))
    session.rollback()
    site = session.scalars(select(Site).where(Site.code == "BOR")).one()
    assert site.outside_avenues == [{**row, "independent": True}]
    done(send(chief, "/admin/sites/BOR"))  # opened and saved again, it is as it was
    session.rollback()
    assert session.scalars(select(Site.outside_avenues).where(Site.code == "BOR")).one() == [
        {**row, "independent": True}
    ]


def test_a_line_for_children_stays_one_when_its_site_is_saved(session, team, chief):
    """It was opened as a line for violence, and saved as one."""
    lines = [{"name": "Children", "phone": "0800 3", "hours": "day and night", "for": "children"}]
    wanted = select(Site).where(Site.code == "BOR")
    with unit_of_work():
        session.scalars(wanted).one().help_services = lines
    done(send(chief, "/admin/sites/BOR", phone="0800 9"))
    session.rollback()
    assert session.scalars(wanted).one().help_services == lines


def test_a_change_of_a_site_is_recorded_with_what_it_was_before(session, team, chief):
    help_line = {"help_services-0-name": "Line for women", "help_services-0-phone": "0800 000 011"}
    done(send(chief, "/admin/sites/BOR", time_zone="Africa/Lubumbashi", phone="0800 000 001", **help_line))
    values = json.loads(record(session)[-1].payload)
    assert values["before"]["time_zone"] == "Europe/Belgrade"
    assert values["after"]["time_zone"] == "Africa/Lubumbashi"
    site = session.scalars(select(Site).where(Site.code == "BOR")).one()
    assert site.help_services == [{"name": "Line for women", "phone": "0800 000 011", "hours": "", "for": "violence"}]
    done(send(chief, "/admin/sites/BOR"))
    assert len(record(session)) == 1
    done(send(chief, "/admin/sites/BOR", **{"help_services-0-name": ""}))
    session.rollback()
    assert session.scalars(select(Site).where(Site.code == "BOR")).one().help_services == []


def test_the_rules_of_a_site_can_be_read(team, chief):
    shown = chief.get("/admin/sites/BOR/rules").text
    assert "10 days late" in shown
    assert "Site manager of all sites" in shown


def test_there_is_nothing_to_deliver_in_a_quiet_service(team, chief):
    assert "Nothing was given up" in chief.get("/admin/delivery").text
    token = page(chief.get("/admin/delivery")).select_one("[name=csrf_token]")["value"]
    done(chief.post(f"/admin/delivery/{uuid.uuid4()}/retry", data={"csrf_token": token}))
