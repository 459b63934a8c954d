"""Before people and settings are changed, and a secret contact is opened, who is signed in proves it anew."""

from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import select

from engage.domain import second_factor as rules
from engage.domain.case import Identity, Road
from engage.domain.policy import Role
from engage.models import SecondFactor, StaffUser
from engage.services import intake, passwords, second_factor
from engage.services.contact import Values
from engage.services.intake import Concern
from engage.unit_of_work import unit_of_work
from tests import states
from tests.web.as_staff import filled, page, sign_in

PASSWORD = "four quiet herons by a river"
NEW = {"name": "Somebody new", "email": "new@staff.engage.test", "locale": "en"}


@pytest.fixture
def team(session, client, sent_tasks, clock):
    return states.Team()


@pytest.fixture
def chief(client, team):
    return sign_in(client, states.staff((Role.ADMIN, None), name="Chief"))


def code_of(session, name, clock, later=0):
    session.rollback()
    row = session.scalars(select(SecondFactor).join(StaffUser).where(StaffUser.name == name)).one()
    step = int(clock.now.timestamp()) // rules.STEP_SECONDS + later
    return second_factor.code_at(second_factor.secret_of(row), step)


def added(session):
    session.rollback()
    return session.scalars(select(StaffUser).where(StaffUser.email == NEW["email"])).one_or_none()


def test_a_change_soon_after_signing_in_asks_nothing(session, chief, clock):
    clock.advance(timedelta(minutes=29))
    typed = {**filled(chief.get("/admin/users/add")), **NEW, "roles": ["officer@all"]}
    assert chief.post("/admin/users/add", data=typed).status_code == 200
    assert added(session)


def test_what_was_typed_is_kept_while_a_code_is_asked_for(session, chief, clock):
    form = filled(chief.get("/admin/users/add"))
    clock.advance(timedelta(minutes=31))
    typed = {**form, **NEW, "roles": ["officer@all", "liaison@all"]}
    asked = chief.post("/admin/users/add", data=typed)
    assert asked.status_code == 401 and "What you typed is kept" in asked.text
    assert added(session) is None
    assert page(asked).select_one("main form")["action"] == "/admin/users/add"
    again = {**filled(asked), "roles": [one["value"] for one in page(asked).select("main [name=roles]")]}
    assert (again["name"], again["roles"]) == (NEW["name"], typed["roles"])
    wrong = chief.post("/admin/users/add", data={**again, "proof": "000000"})
    assert wrong.status_code == 422 and "Somebody new" in wrong.text
    assert added(session) is None
    done = chief.post("/admin/users/add", data={**again, "proof": code_of(session, "Chief", clock)})
    assert done.status_code == 200
    assert {row.role.value for row in added(session).memberships} == {"officer", "liaison"}
    assert chief.post("/admin/users/add", data=typed).status_code == 422  # not asked again: the address is taken


def test_words_of_several_lines_are_kept_as_they_are(chief, clock):
    clock.advance(timedelta(minutes=31))
    form = filled(chief.get("/admin/users/add"))
    asked = chief.post("/admin/users/add", data={**form, "name": 'one\r\n"two" <b>\r\n'})
    assert filled(asked)["name"].splitlines() == ["one", '"two" <b>']


def test_reading_people_and_settings_asks_nothing(chief, clock):
    clock.advance(timedelta(minutes=31))
    for path in ("/admin/users", "/admin/sites", "/admin/users/add"):
        assert chief.get(path).status_code == 200


def test_guessing_the_proof_is_slowed_and_a_code_works_once(session, chief, clock):
    form = filled(chief.get("/admin/users/add"))
    clock.advance(timedelta(minutes=31))
    used = code_of(session, "Chief", clock)
    with unit_of_work():
        user_id = session.scalars(select(StaffUser.id).where(StaffUser.name == "Chief")).one()
        assert second_factor.passes(user_id, used)
    assert chief.post("/admin/users/add", data={**form, **NEW, "proof": used}).status_code == 422
    for _ in range(4):
        assert chief.post("/admin/users/add", data={**form, **NEW, "proof": "000000"}).status_code == 422
    answer = chief.post("/admin/users/add", data={**form, **NEW, "proof": code_of(session, "Chief", clock, 1)})
    assert answer.status_code == 429 and "Somebody new" in answer.text
    assert added(session) is None


def test_an_empty_proof_is_none(chief, clock):
    form = filled(chief.get("/admin/users/add"))
    clock.advance(timedelta(minutes=31))
    assert chief.post("/admin/users/add", data={**form, **NEW, "proof": " "}).status_code == 422


def test_a_file_is_asked_for_again_and_the_page_says_so(chief, clock):
    form = filled(chief.get("/admin/sites/BOR/closures"))
    clock.advance(timedelta(minutes=31))
    file = (BytesIO(b"BEGIN:VCALENDAR"), "days.ics")
    asked = chief.post("/admin/sites/BOR/closures/import", data={**form, "file": file})
    assert asked.status_code == 401 and "the next page asks for it again" in asked.text


@pytest.fixture
def secret_case(team):
    return a_case_of_ana(team, Identity.CONFIDENTIAL, Road.CUSTODIAN)


def a_case_of_ana(team, identity, road):
    concern = Concern(what_happened="Dust covers our gardens.", identity=identity, road=road)
    reach = Values(name="Ana", phone="+381641234567")
    with unit_of_work():
        return intake.submit(intake.new_token(), concern, site_id=team.site_id, reach=reach).reference


def test_a_secret_contact_is_opened_by_who_proved_lately_who_they_are(session, client, team, clock, secret_case):
    custodian = sign_in(client, team.custodian)
    address = f"/staff/cases/{secret_case}/person"
    assert "Ana" in custodian.get(address).text
    clock.advance(timedelta(minutes=31))
    asked = custodian.get(address)
    assert asked.location == f"/account/prove?next={address}"
    form = custodian.get(asked.location)
    assert "Ana" not in form.text
    typed = {**filled(form), "proof": code_of(session, "custodian", clock)}
    target = page(form).select_one("main form")["action"]
    assert custodian.post(target, data={**typed, "proof": "000000"}).status_code == 422
    assert custodian.post(target, data=typed).location == address
    assert "Ana" in custodian.get(address).text


def test_a_contact_that_is_no_secret_is_opened_without(client, team, clock):
    reference = a_case_of_ana(team, Identity.NAMED, Road.DIRECT)
    coordinator = sign_in(client, team.coordinator)
    clock.advance(timedelta(minutes=31))
    assert "Ana" in coordinator.get(f"/staff/cases/{reference}/person").text


def test_a_proof_leads_to_no_other_site(session, chief, clock):
    form = chief.get("/account/prove?next=https://example.org/staff/")
    typed = {**filled(form), "proof": code_of(session, "Chief", clock)}
    target = page(form).select_one("main form")["action"]
    assert chief.post(target, data=typed).location == "/admin/sites"


def test_whoever_has_no_second_factor_proves_it_by_the_password(session, client, team, clock):
    officer = states.staff(Role.OFFICER, site_id=team.site_id, password_hash=passwords.hashed(PASSWORD))
    browser = sign_in(client, officer)
    clock.advance(timedelta(minutes=31))
    asked = browser.get("/account/second-factor")
    assert asked.location == "/account/prove?next=/account/second-factor"
    form = browser.get(asked.location)
    target = page(form).select_one("main form")["action"]
    assert page(form).select_one("main [name=proof]")["type"] == "password"
    wrong = browser.post(target, data={**filled(form), "proof": "wrong"})
    assert wrong.status_code == 422 and "This is not your password." in wrong.text
    assert browser.post(target, data={**filled(form), "proof": PASSWORD}).location == "/account/second-factor"
    assert browser.get("/account/second-factor").status_code == 200


def test_a_proof_is_not_given_back_with_what_was_typed(chief, clock):
    form = filled(chief.get("/admin/users/add"))
    with chief.session_transaction() as kept:
        del kept["_user_id"]
    answer = chief.post("/admin/users/add", data={**form, **NEW, "proof": "123 456"})
    assert "Somebody new" in answer.text and "123 456" not in answer.text


def test_a_password_that_was_changed_is_no_proof_of_the_phone(session, client, team, clock):
    approver = states.staff(Role.APPROVER, site_id=team.site_id, password_hash=passwords.hashed(PASSWORD))
    browser = sign_in(client, approver)
    clock.advance(timedelta(minutes=31))
    form, new = filled(browser.get("/account/password")), "a grey boat waits at noon"
    answer = browser.post("/account/password", data={**form, "present": PASSWORD, "new": new, "again": new})
    assert answer.status_code == 303
    assert browser.get("/account/second-factor").location.startswith("/account/prove")
