"""What is refused leaves a line in the log: enough to see that somebody tries, and nothing of who has an account."""

import logging

import pytest

from engage.domain.policy import Role
from engage.extensions import db
from engage.models import StaffUser
from engage.services import passwords, second_factor
from engage.unit_of_work import unit_of_work
from tests import states
from tests.web.as_person import Person
from tests.web.as_staff import sign_in

EMAIL, PASSWORD = "amina@staff.engage.test", "seven cranes over the weighbridge"


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.WARNING)
    return lambda: [row.getMessage() for row in caplog.records if row.name.startswith("engage")]


def try_to_sign_in(client, email, password):
    fields = Person(client).fields("/account/sign-in")
    return client.post("/account/sign-in", data={**fields, "email": email, "password": password})


def test_a_refused_sign_in_says_nothing_of_the_account(client, team, lines):
    states.staff(Role.OFFICER, site_id=team.site_id, email=EMAIL, password_hash=passwords.hashed(PASSWORD))
    for email in (EMAIL, "nobody@staff.engage.test"):
        try_to_sign_in(client, email, "wrong")
    assert lines() == ["a sign-in was refused"] * 2


def test_guessing_that_is_slowed_is_noticed(client, team, lines):
    for _ in range(6):
        try_to_sign_in(client, "nobody@staff.engage.test", "wrong")
    assert lines()[-1] == "tries to sign in from one place, or for one account, are slowed"


def test_a_refused_code_of_a_second_factor_is_noticed(team, lines):
    with unit_of_work():
        second_factor.keep(db.session.get_one(StaffUser, team.officer.id), second_factor.new_secret())
        assert not second_factor.passes(team.officer.id, "000000")
    assert lines() == [f"a code of a second factor was refused to {team.officer.id}"]


def test_a_page_that_is_refused_is_noticed_with_who_asked(client, team, lines):
    sign_in(client, team.officer).get("/admin/users")
    assert lines() == [f"refused at admin.list_users to {team.officer.id}"]


def test_a_form_without_its_token_is_noticed_and_not_a_word_of_it(client, team, lines):
    client.post("/case", data={"code": "zqxwords"}, headers={"User-Agent": "zqxbrowser"})
    assert lines() == ["a form without its token was sent to public.enter_code"]
