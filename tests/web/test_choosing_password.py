"""The pages behind a link of a mail: opening one changes nothing, and its code is in no address and no log."""

import logging
import re

import pytest
from sqlalchemy import select

from engage.domain.policy import Role
from engage.models import AccountLink, OutboxMessage, StaffUser
from engage.services import choosing_password, delivery, passwords
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from tests import states
from tests.web import as_staff
from tests.web.as_staff import page
from tests.web.test_canaries import Heard
from tests.web.test_sign_in import EMAIL, PASSWORD, send, sign_in

NEW = "nine grey otters at noon"
FORGOT, CHOOSE = "/account/forgot-password", "/account/choose-password"


@pytest.fixture
def officer(session, client, sent_tasks):
    return states.staff(Role.OFFICER, site_id=states.a_site(), email=EMAIL, password_hash=passwords.hashed(PASSWORD))


@pytest.fixture
def chief(client, officer):
    return as_staff.sign_in(client, states.staff((Role.ADMIN, None)))


def mails() -> str:
    delivery.drain()
    return "\n".join(path.read_text("utf-8") for path in sorted((settings().VAR / "mail").rglob("*.eml")))


def code_in_the_mail(template: str, session) -> str:
    """The code as the newest mail of a kind says it."""
    delivery.drain()
    session.rollback()
    wanted = select(OutboxMessage.id).where(OutboxMessage.template == template)
    message = session.scalars(wanted.order_by(OutboxMessage.created_at.desc())).first()
    text = (settings().VAR / "mail" / f"{message}.eml").read_text("utf-8")
    found = re.search(r"^([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})$", text, re.MULTILINE)
    assert found, text
    return found.group(1)


def said(answer) -> str:
    return page(answer).select_one("main").get_text(" ", strip=True)


def reset_code(client, session) -> str:
    assert send(client, FORGOT, email=EMAIL).status_code == 303
    assert choosing_password.answer_resets() == 1
    return code_in_the_mail("password_link", session)


def choose(browser, code, new=NEW, again=NEW):
    return send(browser, CHOOSE, code=code, new=new, again=again)


def test_an_invited_person_chooses_a_password_and_signs_in_with_it(client, session, chief):
    answer = as_staff.send(chief, "/admin/users/add", name="New", email="new@staff.engage.test", invite="y")
    as_staff.done(answer)
    shown = chief.get(answer.location)
    assert "They have not chosen a password yet." in said(shown)
    assert "has to choose a password" in said(chief.get("/admin/users"))
    answer = choose(client, code_in_the_mail("invitation", session).lower().replace("-", " "))
    assert (answer.status_code, answer.location) == (303, "/account/sign-in")
    assert sign_in(client, "new@staff.engage.test", NEW).location == "/account/"


def test_an_invitation_is_sent_once_more_and_the_first_opens_nothing(client, session, chief):
    answer = as_staff.send(chief, "/admin/users/add", name="New", email="new@staff.engage.test", invite="y")
    first = code_in_the_mail("invitation", session)
    token = page(chief.get(answer.location)).select_one("[name=csrf_token]")["value"]
    as_staff.done(chief.post(f"{answer.location}/invite-again", data={"csrf_token": token}))
    answer = choose(client, first)
    assert answer.status_code == 422
    assert "There is a newer code." in said(answer)


def test_an_address_that_is_taken_gets_no_invitation(chief):
    answer = as_staff.send(chief, "/admin/users/add", name="New", email=EMAIL, invite="y")
    assert answer.status_code == 422
    assert "There is an account with this address." in said(answer)


def test_who_forgot_the_password_chooses_another_and_the_old_one_is_dead(officer, client, session):
    assert choose(client, reset_code(client, session)).status_code == 303
    assert sign_in(client).status_code == 422
    assert sign_in(client, password=NEW).location == "/staff/"


def test_a_known_and_an_unknown_address_get_the_same_answer(officer, client):
    answers = []
    for email in (EMAIL, "nobody@staff.engage.test"):
        answer = send(client, FORGOT, email=email)
        answers.append((answer.status_code, answer.location, said(client.get(FORGOT))))
    assert answers[0] == answers[1]
    assert "a link goes to it in the next minutes" in answers[0][2]


def test_asking_is_slowed_like_guessing_and_slows_no_sign_in(officer, client, clock):
    for _ in range(5):
        assert send(client, FORGOT, email=EMAIL).status_code == 303
    answer = send(client, FORGOT, email=EMAIL)
    assert answer.status_code == 429
    assert "Too many tries from here." in said(answer)
    assert sign_in(client).status_code == 303


def test_opening_the_link_as_a_mail_filter_does_changes_nothing(officer, client, session):
    code = reset_code(client, session)
    for _ in range(3):
        assert client.get(CHOOSE).status_code == 200
    assert client.head(CHOOSE).status_code == 200
    session.rollback()
    assert session.scalars(select(AccountLink)).one().used_at is None
    assert choose(client, code).status_code == 303


def test_the_second_click_of_two_says_that_it_was_done(officer, client, session):
    code = reset_code(client, session)
    assert choose(client, code).status_code == 303
    answer = choose(client, code)
    assert answer.status_code == 422
    assert "If it was you, sign in with the password that you chose." in said(answer)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"code": "7K3Q-7K3Q-7K3Q-7K3Q"}, "This code opens nothing."),
        ({"again": "another one, quite long"}, "The two new passwords are not the same."),
        ({"new": "short", "again": "short"}, "Use 15 characters or more."),
        ({"code": ""}, "Enter the code that stands in the mail."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_the_code_is_kept(officer, client, session, typed, words):
    code = reset_code(client, session)
    answer = send(client, CHOOSE, **{"code": code, "new": NEW, "again": NEW, **typed})
    assert answer.status_code == 422
    assert words in said(answer)
    assert page(answer).select_one("[name=code]").get("value", "") == typed.get("code", code)
    assert choose(client, code).status_code == 303


def test_the_second_factor_is_still_asked_for_after_a_reset(client, session, officer, clock):
    from_app = as_staff.second_factor.new_secret()
    with unit_of_work():
        as_staff.second_factor.keep(session.get_one(StaffUser, officer.id), from_app)
    assert choose(client, reset_code(client, session)).location == "/account/sign-in"
    assert sign_in(client, password=NEW).location == "/account/sign-in/code"


def test_no_log_and_no_address_has_the_code(app, officer, client, session):
    heard = Heard(app)
    try:
        logging.getLogger("engage").info("it hears")
        code = reset_code(client, session)
        choose(client, code, new="short")
        choose(client, code)
        sign_in(client, password=NEW)
    finally:
        heard.end()
    spoken = "\n".join([*heard.lines, *heard.addresses]).replace("-", "")
    assert "it hears" in spoken
    assert code.replace("-", "") not in spoken
    assert f"{CHOOSE}#{code}" in mails().replace("=\n", "")
