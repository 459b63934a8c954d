"""A form that comes a second time: what it made is shown again, and what is new in it is heeded or at least said."""

import dataclasses
import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.case import CaseClass, Identity, Road
from engage.models import CaseEvent
from engage.services import intake, resends, sent_forms
from engage.services.intake import AnotherConcern, Concern
from engage.services.resends import Resent
from engage.unit_of_work import unit_of_work
from tests import states
from tests.promised import events_of
from tests.states import case_of

TOKEN = "5eed" * 8
WORDS = "Dust from the haul road."
SAME = Resent({"what_happened": WORDS}, frozenset(), is_violence=False, harms_child=False)


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


@pytest.fixture
def sent(team):
    """Send the form the first time."""

    def send(others=None, **values):
        with unit_of_work():
            received = intake.submit(TOKEN, Concern(WORDS, **values), site_id=team.site_id)
            resends.remember(received, TOKEN, others)
            return received

    return send


def again(actor=None, **changes):
    with unit_of_work():
        return resends.answer(TOKEN, dataclasses.replace(SAME, **changes), actor=actor)


def test_a_form_that_made_nothing_has_no_answer(team):
    assert again() is None


def test_the_same_form_gets_the_same_reference_and_code(sent):
    first, answer = sent(), again()
    assert (answer.received.reference, answer.received.code) == (first.reference, first.code)
    assert not answer.differs


def test_other_words_are_not_taken_for_a_resend(sent):
    sent()
    with pytest.raises(AnotherConcern):
        again(words={"what_happened": "Noise."})


@pytest.mark.parametrize(
    ("ticked", "reason"),
    [
        ({"is_violence": True}, "category"),
        ({"harms_child": True}, "child_harmed"),
        ({"is_violence": True, "harms_child": True}, "child_harmed"),
    ],
    ids=["violence", "child", "both"],
)
def test_violence_that_is_ticked_only_now_restricts_the_case_at_once_and_once(session, sent, ticked, reason):
    reference = sent().reference
    for _ in range(2):
        assert not again(**ticked).differs
    case = case_of(reference)
    assert (case.class_, case.harms_child) == (CaseClass.RESTRICTED, "harms_child" in ticked)
    [restricted] = [row for row in events_of(reference) if row.kind == "CaseRestricted"]
    assert (json.loads(restricted.payload)["reason"], restricted.actor_party) == (reason, "person")


def test_a_child_that_was_named_before_stays_named_when_only_violence_is_ticked_now(sent):
    reference = sent(harms_child=True).reference
    again(is_violence=True)
    assert case_of(reference).harms_child


def test_what_staff_send_again_is_recorded_as_theirs(session, sent, team):
    sent()
    again(is_violence=True, actor=team.liaison)
    restricted = session.scalars(select(CaseEvent).where(CaseEvent.kind == "CaseRestricted")).one()
    assert restricted.actor_id == team.liaison.id


@pytest.mark.parametrize("changes", [{"identity": Identity.NAMED}, {"road": Road.DIRECT}], ids=["identity", "road"])
def test_another_way_to_be_known_or_reached_is_said_and_not_carried_out(sent, changes):
    reference = sent().reference
    assert again(**changes).differs
    assert (case_of(reference).identity, case_of(reference).road) == (Identity.ANONYMOUS, Road.NONE)
    assert not again(identity=Identity.ANONYMOUS, road=Road.NONE).differs


def test_what_else_the_form_said_is_known_again_for_a_week(clock, sent):
    sent(others="phone 1")
    assert not again(others="phone 1").differs
    assert again(others="phone 2").differs
    clock.advance(sent_forms.KEPT_FOR + timedelta(seconds=1))
    with unit_of_work():
        sent_forms.purge(clock.now)
    assert again(others="phone 1").differs


def test_only_the_form_that_made_the_case_is_remembered(sent):
    sent(others="phone 1")
    sent(others="phone 2")
    assert again(others="phone 2").differs
    assert not again().differs
