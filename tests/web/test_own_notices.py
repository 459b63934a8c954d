"""The person reads what we sent them, by which way, and what did not arrive."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage import vault
from engage.domain.case import Identity, Road
from engage.domain.delivery import NoticeState
from engage.domain.errands import ErrandResult
from engage.extensions import db
from engage.models import Errand
from engage.services import errands
from engage.services.contact import Values
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.fates import came_back, in_state
from tests.notify.letters import forget_notices
from tests.web.as_person import Person, a_concern

SENT = "/case/notices"


@pytest.fixture
def team(clock, session, sent_tasks, settings):
    vault.make_worker_keys(settings.VAR)
    return states.Team()


@pytest.fixture
def found(team):
    reach = Values(email="person@example.org")
    made = a_concern(team.site_id, identity=Identity.ANONYMOUS, road=Road.RELAY, reach=reach)
    forget_notices()
    return made


@pytest.fixture
def person(client, found):
    return Person(client, found.code)


def test_each_message_stands_there_with_its_way_and_what_became_of_it(person, found, team):
    assert "We have sent you nothing yet." in person.page(SENT)
    in_state(NoticeState.SENT, found.reference, template="case_received")
    in_state(NoticeState.SENT, found.reference, template="case_acknowledged", road_taken="case")
    in_state(NoticeState.SENT, found.reference, template="more_time", road_taken="errand")
    in_state(NoticeState.SENT, found.reference, template="code_link", road_taken="withheld")
    in_state(NoticeState.WAITING, found.reference, template="proposal_waiting")
    in_state(NoticeState.REPLACED, found.reference, template="panel_offered")
    in_state(NoticeState.SENT, found.reference, template="new_case", user_id=team.officer.id)
    said = person.page(SENT)
    for words in (
        "We have your message Sent by e-mail.",
        "What happens next, and when It waits here, on your page.",
        "We need more time One of us tells you.",
        "We have a proposal for you Not sent yet.",
        "You can ask a panel Said by another message.",
    ):
        assert words in said
    for words in ("A new case", "A link for a new code", "did not reach you", "person@example.org"):
        assert words not in said


def test_what_did_not_arrive_is_said_and_leads_to_how_we_reach_them(person, found, team, clock):
    assert "did not arrive" not in person.page()
    came_back(found.reference)
    in_state(NoticeState.DEAD, found.reference)
    assert "A message to you did not arrive." in person.page()
    said = person.page(SENT)
    assert "It came back to us. It did not reach you." in said
    assert "We could not send it. It did not reach you." in said
    assert 'href="/case/contact"' in person.client.get(SENT).text
    clock.advance(timedelta(hours=1))
    errand = db.session.scalars(select(Errand)).one()
    with unit_of_work():
        errands.finish(errand.id, ErrandResult.REACHED, actor=team.coordinator)
    assert "did not arrive" not in person.page()


def test_who_is_told_by_mouth_is_not_frightened(client, team):
    reach = Values(name="Given Family", phone="+381111234567")
    made = a_concern(team.site_id, identity=Identity.NAMED, road=Road.DIRECT, reach=reach)
    with unit_of_work():
        case = states.case_of(made.reference)
        case.could_not_reach = True  # as an errand sets it, whatever its reason
    assert "did not arrive" not in Person(client, made.code).page()
