"""What staff write down as the word of the person is told to the person, and what the person said stands."""

import pytest
from sqlalchemy import select

from engage.domain.case import Kind
from engage.domain.guards import Refused
from engage.extensions import db
from engage.models import OutboxMessage, Remedy
from engage.services import answers, cases, converting, endings, proposals
from engage.services.answers import SignOff
from tests import states
from tests.notify.letters import forget_notices
from tests.states import act, case_of, person_of

SPOKEN = SignOff("witness", read_back=True)


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


def told_the_person():
    return [row.template for row in db.session.scalars(select(OutboxMessage)) if row.user_id is None]


def remedy_of(reference):
    return cases.latest_proposal(case_of(reference)).remedies[0].id


@pytest.mark.parametrize("answer", [answers.accept, answers.counter])
def test_an_answer_that_staff_wrote_down_is_told_to_the_person_whose_it_should_be(team, answer):
    """Product 1: nobody can pretend otherwise afterwards."""
    reference = states.a_proposed_case(team, "Water the road.")
    forget_notices()
    act(reference, answer, actor=team.officer, sign_off=SPOKEN)
    assert told_the_person() == ["case_news"]


def test_an_answer_on_the_page_needs_no_notice_to_whoever_gave_it(team):
    reference = states.a_proposed_case(team, "Water the road.")
    forget_notices()
    act(reference, answers.accept, actor=person_of(reference))
    assert told_the_person() == []


def test_a_remedy_confirmed_by_word_of_mouth_is_told_to_the_person(team):
    reference = states.an_implementing_case(team)
    act(reference, endings.finish_remedy, remedy_of(reference), "Photo.", actor=team.officer)
    forget_notices()
    spoken = {"confirmed": True, "sign_off": SPOKEN}
    act(reference, answers.confirm_remedy, remedy_of(reference), actor=team.officer, **spoken)
    assert told_the_person() == ["case_news"]


@pytest.mark.parametrize(("agreed", "told"), [(False, ["case_news"]), (True, ["case_news"])])
def test_a_word_on_another_kind_that_staff_wrote_down_is_told_once(team, agreed, told):
    reference = states.an_acknowledged_case(team)
    act(reference, converting.ask, Kind.QUESTION, "You ask when.", actor=team.coordinator)
    forget_notices()
    act(reference, converting.answer, agreed=agreed, actor=team.coordinator, sign_off=SPOKEN)
    assert told_the_person() == told


def test_what_the_person_confirmed_is_not_asked_of_them_again_by_finishing_it_twice(team):
    reference = states.an_implementing_case(team)
    remedy = remedy_of(reference)
    act(reference, endings.finish_remedy, remedy, "Photo.", actor=team.officer)
    act(reference, answers.confirm_remedy, remedy, confirmed=True, actor=person_of(reference))
    with pytest.raises(Refused):
        act(reference, endings.finish_remedy, remedy, "Another photo.", actor=team.officer)
    assert db.session.get_one(Remedy, remedy).confirmed


def test_a_remedy_of_an_offer_that_was_not_accepted_is_not_finished(team):
    reference = states.a_proposed_case(team, "Water the road.")
    first = remedy_of(reference)
    act(reference, answers.counter, actor=person_of(reference))
    act(reference, proposals.propose, states.offer("Pave the road."), actor=team.officer)
    act(reference, answers.accept, actor=person_of(reference))
    with pytest.raises(Refused):
        act(reference, endings.finish_remedy, first, "Photo.", actor=team.officer)
