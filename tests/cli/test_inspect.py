"""Commands for the operator: what they say, and with which exit code."""

import pytest
from sqlalchemy import update

from engage import vault
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import Case, StaffUser
from engage.services import passwords, sites
from engage.unit_of_work import unit_of_work
from tests import states

NEEDED = (
    Role.COORDINATOR,
    Role.APPROVER,
    Role.OVERSIGHT,
    Role.RIGHTS_LEAD,
    Role.FOCAL,
    Role.ADMIN,
    Role.CUSTODIAN,
    Role.PANEL,
)


@pytest.fixture
def run(app, session, sent_tasks):
    def run(*words, **named):
        session.rollback()
        return app.test_cli_runner().invoke(args=["engage", *words], **named)

    return run


@pytest.fixture
def staffed(session, settings):
    vault.make_worker_keys(settings.VAR)
    with unit_of_work():
        sites.ensure_group_intake()
    states.a_site()
    for role in NEEDED:
        states.staff((role, None), name=role.value)


def test_a_service_with_somebody_everywhere_is_well(run, staffed):
    answer = run("check-config")
    assert (answer.exit_code, "BAD" in answer.output) == (0, False), answer.output
    assert "look security of BOR\n     Nobody said which departments" in answer.output


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.APPROVER, Role.OVERSIGHT, Role.FOCAL, Role.ADMIN])
def test_an_empty_seat_is_named_and_the_exit_code_says_so(run, staffed, session, role):
    with unit_of_work():
        session.execute(update(StaffUser).where(StaffUser.name == role.value).values(is_active=False))
    answer = run("check-config")
    assert answer.exit_code == 1
    assert "BAD" in answer.output
    said = {Role.ADMIN: "create-admin", Role.FOCAL: "restricted concern"}.get(role, role.value)
    assert said in answer.output


def test_a_mail_server_that_does_not_answer_is_named(run, staffed, change_settings, known_mail_servers):
    known_mail_servers.add(("127.0.0.1", 1))
    change_settings(MAIL="smtp", SMTP_HOST="127.0.0.1", SMTP_PORT=1)
    answer = run("check-config")
    assert "BAD  mail\n     ConnectionRefusedError" in answer.output


def test_a_mail_server_that_answers_is_well_and_gets_no_mail(run, staffed, change_settings, mail_peer):
    change_settings(MAIL="smtp", SMTP_HOST=mail_peer.host, SMTP_PORT=mail_peer.port)
    assert "ok   mail" in run("check-config").output


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"MAIL_INBOX": "answers@example.org"}, "ENGAGE_MAIL_INBOX is set, and neither"),
        ({"IMAP_HOST": "imap.example.org"}, "ENGAGE_MAIL_INBOX is not"),
        ({"LMTP_LISTEN": "127.0.0.1:2424"}, "ENGAGE_MAIL_INBOX is not"),
        ({"MAIL_INBOX": "answers@example.org", "IMAP_HOST": "imap.example.org"}, None),
        ({"MAIL_INBOX": "answers@example.org", "LMTP_LISTEN": "127.0.0.1:2424"}, None),
        ({}, None),
    ],
)
def test_an_address_for_answers_and_a_door_for_them_go_together(run, staffed, change_settings, chosen, said):
    change_settings(**chosen)
    answer = run("check-config")
    assert answer.exit_code == 0
    assert ("look mail that comes in" in answer.output) is (said is not None)
    assert (said or "") in answer.output


def test_serving_with_an_unsafe_setting_is_named(run, staffed, change_settings):
    change_settings(MODE="serve")
    assert "ENGAGE_MAIL=smtp" in run("check-config").output


def test_a_sound_record_verifies_and_a_broken_one_does_not(run, staffed, session):
    reference = states.a_case()
    sound = run("verify")
    assert (sound.exit_code, "0 broken" in sound.output) == (0, True)
    with unit_of_work():
        db.session.execute(update(Case).values(head_hash="0" * 64))
    broken = run("verify")
    assert broken.exit_code == 1
    assert f"case {reference}: the end of its record is missing" in broken.output


def test_every_page_is_listed_with_its_gate(app, run):
    lines = run("routes").output.splitlines()
    assert len(lines) == len(list(app.url_map.iter_rules()))
    assert any(line.startswith("staff.inbox ") and "signed in" in line for line in lines)


def test_the_first_administrator_is_made_once_with_a_password_shown_once(run, session):
    answer = run("create-admin", "First@Staff.engage.test")
    password = answer.output.split("once: ")[1].split()[0]
    user = session.scalars(db.select(StaffUser)).one()
    assert (user.email, user.must_change_password) == ("first@staff.engage.test", True)
    assert passwords.is_right(password, user.password_hash)
    again = run("create-admin", "first@staff.engage.test")
    assert (again.exit_code, "There is an account" in again.output) == (1, True)


def test_a_password_can_be_asked_for_and_is_judged(run, session):
    weak = run("create-admin", "first@staff.engage.test", "--ask", input="short\nshort\n")
    assert (weak.exit_code, "15 characters" in weak.output) == (1, True)
    good = "a grey boat waits at noon"
    assert run("create-admin", "first@staff.engage.test", "--ask", input=f"{good}\n{good}\n").exit_code == 0
    assert run("create-admin", "no-address").exit_code == 2
