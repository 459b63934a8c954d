"""What looks as if a program sent it is judged by a human, answered and counted, and never ended by one alone."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from engage import clock as time
from engage.domain.guards import Refused
from engage.domain.lifecycle import Stage
from engage.domain.policy import NotAllowed
from engage.extensions import db
from engage.models import Case, Message, OutboxMessage
from engage.queries import flagged
from engage.services import intake, sifting, triage
from engage.unit_of_work import unit_of_work
from tests import states
from tests.states import a_case, act, case_of
from tests.threads import at_once
from tests.web.as_staff import kinds

ANSWER = "We found no concern in this. Write to us if you meant one."


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def a_flagged_case(team, **values):
    return a_case(team.site_id, flagged=True, **values)


def waiting(actor):
    return [row["reference"] for row in flagged.to_sift(actor, time.utcnow()).rows]


def test_what_is_real_goes_on_and_those_who_hear_of_new_cases_hear_of_it_now(team):
    reference = a_flagged_case(team)
    act(reference, sifting.take_as_real, actor=team.coordinator)
    assert not case_of(reference).flagged
    assert kinds(db.session, reference)[-1] == "SiftedAsReal"
    told = select(OutboxMessage.user_id).where(OutboxMessage.template == "new_case")
    assert db.session.scalars(told).all() == [team.second_coordinator.id]


def test_noise_gets_an_answer_stays_a_case_and_keeps_its_promises(session, team):
    reference = a_flagged_case(team)
    act(reference, sifting.take_as_noise, ANSWER, actor=team.coordinator)
    case = case_of(reference)
    assert (case.stage, case.flagged, case.next_promise) == (Stage.ACKNOWLEDGED, False, "assess")
    assert session.scalars(select(Message.words)).one() == ANSWER
    assert {"CaseAcknowledged", "MessageWritten", "SiftedAsNoise"} <= set(kinds(session, reference))


def test_noise_of_which_receipt_was_confirmed_is_not_confirmed_twice(session, team):
    reference = a_flagged_case(team)
    act(reference, triage.acknowledge, actor=team.coordinator)
    act(reference, sifting.take_as_noise, ANSWER, actor=team.coordinator)
    assert kinds(session, reference).count("CaseAcknowledged") == 1


@pytest.mark.parametrize("words", ["", "  \n"])
def test_noise_without_an_answer_is_refused(team, words):
    reference = a_flagged_case(team)
    with pytest.raises(Refused, match="noise_needs_words"):
        act(reference, sifting.take_as_noise, words, actor=team.coordinator)
    assert case_of(reference).flagged


def test_nothing_is_judged_twice_and_nothing_that_looks_like_any_other(team):
    reference = a_flagged_case(team)
    act(reference, sifting.take_as_real, actor=team.coordinator)
    for one in (reference, a_case(team.site_id)):
        with pytest.raises(Refused, match="not_flagged"):
            act(one, sifting.take_as_noise, ANSWER, actor=team.coordinator)


@pytest.mark.parametrize("role", ["officer", "panel", "auditor", "custodian", "liaison"])
def test_others_do_not_judge_it_and_do_not_see_the_list(team, role):
    reference, actor = a_flagged_case(team), getattr(team, role)
    with pytest.raises(NotAllowed), unit_of_work():
        sifting.take_as_real(case_of(reference), actor=actor)
    assert waiting(actor) == []
    with unit_of_work():
        assert sifting.take_all([reference], None, actor=actor) == 0


def test_the_list_shows_the_oldest_first_and_leaves_out_what_was_judged_in_another_way(team, clock):
    flagged_ones = []
    for _ in range(3):
        flagged_ones.append(a_flagged_case(team))
        clock.advance(timedelta(minutes=1))
    first, second, third = flagged_ones
    a_case(team.site_id)
    assert waiting(team.coordinator) == [first, second, third]
    act(second, triage.acknowledge, actor=team.coordinator)
    act(second, triage.assess, states.assessment(), actor=team.coordinator)
    assert waiting(team.coordinator) == [first, third]


def test_a_restricted_one_waits_for_focal_points_alone(team):
    reference = a_flagged_case(team, category="GBV")
    assert waiting(team.coordinator) == []
    assert waiting(team.focal) == [reference]


def test_what_is_at_another_site_is_not_there(team):
    a_case(states.a_site("ELS"), flagged=True)
    assert waiting(team.coordinator) == []


def test_many_are_judged_at_once_and_a_second_time_changes_nothing(team):
    references = [a_flagged_case(team) for _ in range(5)]
    for expected in (5, 0):
        with unit_of_work():
            assert sifting.take_all([*references, "NO-SUCH"], ANSWER, actor=team.coordinator) == expected
    found = flagged.to_sift(team.coordinator, time.utcnow())
    assert (found.count, found.noise, found.real) == (0, 5, 0)
    assert all(kinds(db.session, one).count("SiftedAsNoise") == 1 for one in references)


def test_many_concerns_are_found_at_once(team):
    references = [a_flagged_case(team) for _ in range(3)]
    with unit_of_work():
        assert sifting.take_all(references, None, actor=team.coordinator) == 3
    found = flagged.to_sift(team.coordinator, time.utcnow())
    assert (found.count, found.noise, found.real) == (0, 0, 3)


def test_a_submission_is_never_lost_to_a_notice_that_is_there_already(team):
    references = [a_flagged_case(team) for _ in range(3)]
    assert len(set(references)) == 3
    rows = select(func.count()).where(OutboxMessage.template == "flagged_cases")
    assert db.session.scalar(rows) == 2  # one to each coordinator


@pytest.mark.postgres
def test_many_flagged_at_the_same_moment_are_all_kept(app, team):
    def submit():
        concern = intake.Concern(what_happened="Buy now", flagged=True)
        with unit_of_work():
            return intake.submit(intake.new_token(), concern, site_id=team.site_id).reference

    assert len(set(at_once(app, 8, submit))) == 8
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Case)) == 8
