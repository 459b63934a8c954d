"""Whether somebody or something exists is told neither by words nor by time, and two at once never do a thing twice."""

import threading
import time
from statistics import median

import pytest
from sqlalchemy import func, select

from engage.domain.case import Identity, Road
from engage.domain.guards import Refused
from engage.domain.policy import NotAllowed, Role
from engage.extensions import db
from engage.models import CaseEvent, Proposal, RetentionRun, StaffSession
from engage.services import passwords, proposals, retention_runs, second_factor, sign_in, triage
from engage.services.contact import Values
from engage.unit_of_work import unit_of_work
from tests import states
from tests.states import act, case_of
from tests.threads import at_once
from tests.web.as_person import Person, a_concern, words
from tests.web.as_staff import page
from tests.web.as_staff import sign_in as sign_in_as

EMAIL, PASSWORD = "amina@staff.engage.test", "seven cranes over the weighbridge"
TIMES = 5


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def seconds(do) -> float:
    """How long it takes the processor, as the median of some tries: a wait for others does not count."""
    found = []
    for _ in range(TIMES):
        begun = time.thread_time()
        do()
        found.append(time.thread_time() - begun)
    return median(found)


@pytest.mark.slow
def test_an_unknown_account_takes_as_long_as_a_wrong_password(session, team):
    states.staff(Role.OFFICER, site_id=team.site_id, email=EMAIL, password_hash=passwords.hashed(PASSWORD))
    states.staff(email="gone@staff.engage.test", password_hash=passwords.hashed(PASSWORD), is_active=False)
    known = seconds(lambda: sign_in.checked(EMAIL, "wrong"))
    for nobody in ("nobody@staff.engage.test", "gone@staff.engage.test", team.officer.id.hex):
        assert 0.5 < seconds(lambda email=nobody: sign_in.checked(email, "wrong")) / known < 2


def test_signing_in_says_the_same_of_everybody(client, team):
    states.staff(Role.OFFICER, site_id=team.site_id, email=EMAIL, password_hash=passwords.hashed(PASSWORD))
    states.staff(email="gone@staff.engage.test", password_hash=passwords.hashed(PASSWORD), is_active=False)
    said = set()
    for email, password in ((EMAIL, "wrong"), ("nobody@x.org", PASSWORD), ("gone@staff.engage.test", PASSWORD)):
        fields = Person(client).fields("/account/sign-in")
        answer = client.post("/account/sign-in", data={**fields, "email": email, "password": password})
        said.add(
            (
                answer.status_code,
                words(answer).replace(email, ""),
                tuple(sorted({*answer.headers.keys()} - {"Set-Cookie"})),
            )
        )
    assert len(said) == 1


def test_a_lost_code_is_answered_the_same_whether_there_is_an_address_or_a_case(client, team):
    reach = Values(email="amina@people.example.org")
    named = a_concern(team.site_id, identity=Identity.NAMED, road=Road.DIRECT, reach=reach)
    silent = a_concern(team.site_id)
    said = set()
    for reference, address in (
        (named.reference, "amina@people.example.org"),
        (named.reference, "other@people.example.org"),
        (silent.reference, "amina@people.example.org"),
        ("BOR-26-00000", "amina@people.example.org"),
    ):
        fields = Person(client).fields("/case/lost")
        answer = client.post("/case/lost", data={**fields, "reference": reference, "address": address})
        shown = words(client.get(answer.location))
        said.add((answer.status_code, answer.location, shown))
    assert len(said) == 1


def test_a_code_says_the_same_whether_it_never_was_or_is_dead(client, team):
    found = a_concern(team.site_id)
    person = Person(client, found.code)
    fields = person.fields("/case/code")
    assert client.post("/case/code", data=fields).status_code == 200
    said = set()
    for code in (found.code, "0" * 16, "ZZZZ-ZZZZ-ZZZZ-ZZZZ"):
        answer = client.post("/case", data={**Person(client).fields("/case"), "code": code})
        said.add((answer.status_code, words(answer).replace(code, "")))
    assert len(said) == 1


def test_a_code_of_a_phone_works_once_even_for_two_at_the_same_moment(app, clock, session, team):
    secret = second_factor.new_secret()
    actor = states.staff(Role.OFFICER, site_id=team.site_id, email=EMAIL)
    with unit_of_work():
        second_factor.keep(db.session.get(states.StaffUser, actor.id), secret)
    code = second_factor.code_at(secret, int(clock.now.timestamp()) // 30)

    def enter():
        with unit_of_work():
            return second_factor.passes(actor.id, code)

    assert sorted(at_once(app, 4, enter)) == [False, False, False, True]


def tried(app, count, do):
    """What each of several people at the same moment got: done, or the error that refused it."""
    waiting = list(range(count))
    lock = threading.Lock()

    def one():
        with lock:
            number = waiting.pop()
        try:
            do(number)
        except (Refused, NotAllowed) as error:
            return type(error).__name__
        return "done"

    return sorted(at_once(app, count, one))


def test_two_who_approve_the_same_request_at_once_close_it_once(app, team):
    reference = states.an_acknowledged_case(team)
    act(reference, triage.ask_screen_out, "not_connected", "Not ours.", "The council.", actor=team.coordinator)
    people = [team.second_coordinator, team.approver]

    def approve(number):
        act(reference, triage.decide_screen_out, approve=True, actor=people[number])

    assert tried(app, 2, approve) == ["Refused", "done"]
    db.session.rollback()
    kinds = select(func.count()).where(CaseEvent.kind == "CaseScreenedOut")
    assert db.session.scalar(kinds) == 1


def test_one_person_who_presses_twice_at_once_is_no_two_people(app, team):
    reference = states.an_acknowledged_case(team)

    def ask_and_approve(_number):
        act(reference, triage.decide_screen_out, approve=True, actor=team.coordinator)

    act(reference, triage.ask_screen_out, "not_connected", "Not ours.", "The council.", actor=team.coordinator)
    assert tried(app, 2, ask_and_approve) == ["NotAllowed", "NotAllowed"]
    db.session.rollback()
    assert case_of(reference).closed_at is None


def test_a_proposal_that_two_approve_at_once_leaves_once(app, team):
    second = states.staff(Role.APPROVER, site_id=team.site_id)
    reference = states.an_assessed_case(team, states.Level.MODERATE)
    states.look_into(reference, team.officer)
    act(reference, proposals.propose, states.offer("Water the road."), actor=team.officer)
    people = [team.approver, second]

    def approve(number):
        act(reference, proposals.approve_proposal, states.RIGHTS, actor=people[number])

    found = tried(app, 2, approve)
    assert "done" in found
    db.session.rollback()
    assert db.session.scalar(select(func.count()).where(CaseEvent.kind == "ProposalSent")) == 1
    assert db.session.scalar(select(func.count()).select_from(Proposal)) == 1


def test_two_administrators_who_prepare_erasing_at_once_prepare_one_run(app, team):
    chiefs = [states.staff((Role.ADMIN, None)) for _ in range(3)]

    def prepare(number):
        with unit_of_work():
            retention_runs.prepare(chiefs[number])

    assert tried(app, 3, prepare) == ["Refused", "Refused", "done"]
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(RetentionRun)) == 1


@pytest.mark.parametrize("path", ["/account/sign-in", "/account/password"])
def test_a_password_is_hidden_while_it_is_typed_and_may_come_from_a_program_that_keeps_it(client, team, path):
    browser = client if path == "/account/sign-in" else sign_in_as(client, team.officer)
    fields = [one for one in page(browser.get(path)).select("main input") if one["name"] not in ("csrf_token", "next")]
    secret = [one for one in fields if one["name"] != "email" and one["type"] != "hidden"]
    assert secret
    for one in secret:
        assert one["type"] == "password"
        assert one.get("autocomplete") in (None, "current-password", "new-password")
        assert not any(name.startswith("on") for name in one.attrs)
        assert one.get("value", "") == ""


def test_sessions_are_ids_that_nobody_guesses(session, team):
    user = db.session.get_one(states.StaffUser, team.officer.id)
    assert len(user.session_key) >= 16
    assert StaffSession.__table__.columns["id"].type.python_type.__name__ == "UUID"
