"""A case lapses only after silence: not while its person writes to us, nor while their time to answer runs."""

from datetime import timedelta

import pytest

from engage.domain.guards import Refused
from engage.domain.lifecycle import Stage
from engage.services import conversation, endings, pauses
from engage.services.pauses import Stop
from tests import states
from tests.states import act, case_of, person_of


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def refused(code, *args, **values):
    with pytest.raises(Refused) as caught:
        act(*args, **values)
    assert caught.value.refusal.code == code


def tries(team, reference):
    for channel in ("liaison_visit", "post", "liaison_visit"):
        act(reference, conversation.log_attempt, channel, reached=False, actor=team.officer)


def test_a_person_who_wrote_to_us_is_not_silent(team, clock):
    """Product 3: at least sixty days and three attempts in vain. Both count from the last word of the person."""
    reference = states.a_proposed_case(team, "Water the road.")
    clock.advance(timedelta(days=10))
    tries(team, reference)
    clock.advance(timedelta(days=20))
    act(reference, conversation.write_as_person, "My family meets next month.", actor=person_of(reference))
    clock.advance(timedelta(days=31))
    refused("more_attempts", reference, endings.lapse, actor=team.approver)
    tries(team, reference)
    refused("too_early_to_lapse", reference, endings.lapse, actor=team.approver)
    clock.advance(timedelta(days=30))
    act(reference, endings.lapse, actor=team.approver)
    assert case_of(reference).close_type == "lapsed"


def test_nothing_lapses_while_a_people_takes_its_time_to_decide(team, clock):
    """R49: the company does not end the time in which a people decides."""
    reference = states.a_proposed_case(team, "Water the road.")
    stop = Stop("community_decision", "The elders meet.", clock.now + timedelta(days=80), asked_by="The council.")
    act(reference, pauses.pause, stop, actor=team.officer)
    clock.advance(timedelta(days=70))
    tries(team, reference)
    refused("too_early_to_lapse", reference, endings.lapse, actor=team.approver)
    assert case_of(reference).stage is Stage.PROPOSED
    clock.advance(timedelta(days=30))
    act(reference, endings.lapse, actor=team.approver)
