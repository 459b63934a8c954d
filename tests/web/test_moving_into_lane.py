"""What a person sees, and what reaches whom, while their case moves into the restricted lane."""

from contextlib import contextmanager

import pytest
from sqlalchemy import select

from engage import data_keys, lane_keys, vault
from engage.domain.case import CaseClass, Road
from engage.extensions import db
from engage.models import LaneReport, Message, OutboxMessage
from engage.services import cases, texts, triage, undelivered
from engage.services.lane import moving
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import ADDRESS, row_of
from tests.services.by_text import NUMBER, a_case, owed_to
from tests.states import act, case_of
from tests.web.as_person import Person, a_concern, words
from tests.web.as_staff import sign_in
from tests.web.as_staff import text as shown


@pytest.fixture
def team(session, sent_tasks, clock):
    vault.make_worker_keys(settings().VAR)
    data_keys.make_ring()
    lane_keys.make_ring()
    return states.Team()


def move(reference, team):
    with unit_of_work():
        return moving.move(cases.lock(reference, team.focal), actor=team.focal)


@pytest.fixture
def meanwhile(team, monkeypatch):
    """Call with a module of pages and a reference: the case moves after its holder was looked up."""

    def let_it_move(module, reference):
        done = []

        @contextmanager
        def after_the_move():
            if not done:
                done.append(move(reference, team))
            with unit_of_work():
                yield

        monkeypatch.setattr(f"engage.web.public.{module}.unit_of_work", after_the_move)

    return let_it_move


def test_words_that_were_on_their_way_are_given_back_and_stand_nowhere_in_plain_text(client, team, meanwhile):
    received = a_concern(team.site_id, what_happened="He hurt me.", category="GBV")
    person = Person(client, received.code)
    fields = person.fields("/case/view", "/case/messages")
    meanwhile("case", received.reference)
    answer = client.post("/case/messages", data={**fields, "message": "Zqxsecret, he came back"})
    assert answer.status_code == 409
    assert "Zqxsecret, he came back" in words(answer)
    assert "Nothing was sent" in words(answer)
    assert db.session.scalars(select(Message.words)).all() == []
    assert person.send("/case/messages", on="/case/view", message="Zqxsecret, he came back").status_code == 303
    report = db.session.scalars(select(LaneReport.id)).one()
    assert "Zqxsecret, he came back" in shown(sign_in(client, team.focal).get(f"/staff/lane/{report}"))


def test_who_asks_for_a_new_code_while_the_case_moves_keeps_the_code_that_opens_the_report(client, team, meanwhile):
    received = a_concern(team.site_id, what_happened="He hurt me.", category="GBV")
    fields = Person(client, received.code).fields("/case/code")
    meanwhile("codes", received.reference)
    answer = client.post("/case/code", data=fields)
    assert answer.status_code == 409
    assert "does not work any more" not in words(answer)
    other = client.application.test_client()
    Person(other, received.code)
    assert other.get("/case/view").status_code == 200


def test_an_answer_by_text_that_comes_while_the_case_moves_waits_for_focal_points(team, gateway, monkeypatch):
    reference = a_case(team)
    owed_to(reference)
    act(reference, triage.restrict, "person_asked", actor=team.coordinator)
    case_id = case_of(reference).id
    with unit_of_work():
        texts.receive("in-1", NUMBER, "Zqxsecret, he came back")
    move(reference, team)
    with monkeypatch.context() as a_moment_ago:
        a_moment_ago.setattr(texts.threads, "cases_of", lambda _digest: [case_id])
        a_moment_ago.setattr(texts.threads, "leads_into_lane", lambda _digest: False)
        assert texts.read_waiting() == 0
    assert texts.read_waiting() == 1
    assert db.session.scalars(select(Message.words)).all() == []


def test_a_case_of_which_a_mail_came_back_and_a_text_is_on_its_way_can_be_moved(team, gateway, peer):
    reference = a_case(team, email=ADDRESS, phone=NUMBER)
    key = owed_to(reference)
    act(reference, triage.restrict, "person_asked", actor=team.coordinator)
    mail = row_of(key).id
    with unit_of_work():
        undelivered.bounced(mail, "bounced 5.1.1")
    report = move(reference, team)
    kept = db.session.get_one(OutboxMessage, mail)
    assert (kept.lane_report_id, kept.replaced_by_id) == (report, None)


def test_a_focal_point_still_reads_the_postal_address_and_the_word_that_the_person_left(client, team):
    reference = a_case(team, road=Road.DIRECT, post="Main road 7\nBor", word="heron")
    with unit_of_work():
        case_of(reference).class_ = CaseClass.RESTRICTED
    report = move(reference, team)
    said = shown(sign_in(client, team.focal).get(f"/staff/lane/{report}/person"))
    assert "Main road 7" in said
    assert "heron" in said
