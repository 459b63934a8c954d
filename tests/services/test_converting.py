"""A grievance is made less only with the person's agreement; and nobody is turned away but by the rules."""

import pytest
from sqlalchemy import select

from engage.domain.case import Kind
from engage.domain.guards import Refused
from engage.domain.lifecycle import Stage
from engage.domain.policy import NotAllowed
from engage.extensions import db
from engage.models import CaseEvent, ConversionRequest, OutboxMessage
from engage.services import appeals, converting, sites, triage
from engage.services.answers import SignOff
from tests import states
from tests.notify.letters import forget_notices
from tests.states import act, case_of, person_of

SPOKEN = SignOff("thumbprint", read_back=True)
REFERRAL = "The labour office, +381 30 123 456."


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


def ask(reference, actor, kind=Kind.QUESTION, words="You ask when it ends."):
    act(reference, converting.ask, kind, words, actor=actor)


def refused(do, *args, **values) -> str:
    with pytest.raises(Refused) as error:
        do(*args, **values)
    return error.value.refusal.code


def told() -> set[tuple[str, object]]:
    return {(row.template, row.user_id) for row in db.session.scalars(select(OutboxMessage))}


def test_a_yes_of_the_person_makes_a_grievance_something_else(team):
    """R60: demotion requires recorded agreement."""
    reference = states.an_acknowledged_case(team)
    forget_notices()
    ask(reference, team.coordinator)
    assert told() == {("case_news", None)}
    assert case_of(reference).kind is Kind.GRIEVANCE
    act(reference, converting.answer, agreed=True, actor=person_of(reference))
    assert case_of(reference).kind is Kind.QUESTION
    row = db.session.scalars(select(ConversionRequest)).one()
    assert (row.is_agreed, row.sign_off) == (True, "portal")
    kinds = list(db.session.scalars(select(CaseEvent.kind).order_by(CaseEvent.number)))
    assert kinds[-2:] == ["ConversionAnswered", "CaseConverted"]


def test_a_no_leaves_it_a_grievance_and_it_may_be_asked_again(team):
    """R60."""
    reference = states.an_acknowledged_case(team)
    ask(reference, team.coordinator)
    act(reference, converting.answer, agreed=False, actor=person_of(reference))
    assert case_of(reference).kind is Kind.GRIEVANCE
    assert refused(act, reference, converting.answer, agreed=True, actor=person_of(reference)) == "nothing_asked"
    ask(reference, team.coordinator)


def test_staff_record_a_spoken_yes_with_its_sign_off_and_nobody_says_it_for_the_person(team):
    """R60, R45."""
    reference = states.an_acknowledged_case(team)
    ask(reference, team.coordinator)
    assert refused(act, reference, converting.answer, agreed=True, actor=team.coordinator) == "sign_off_needed"
    unread = SignOff("thumbprint")
    assert (
        refused(act, reference, converting.answer, agreed=True, actor=team.coordinator, sign_off=unread)
        == "read_back_needed"
    )
    with pytest.raises(NotAllowed):
        converting.answer(case_of(reference), agreed=True, actor=team.auditor, sign_off=SPOKEN)
    act(reference, converting.answer, agreed=True, actor=team.coordinator, sign_off=SPOKEN)
    assert case_of(reference).kind is Kind.QUESTION


def test_it_is_asked_once_with_a_reason_and_in_time(team):
    """R60."""
    reference = states.an_acknowledged_case(team)
    assert refused(act, reference, triage.convert, Kind.QUESTION, actor=team.coordinator) == "person_must_agree"
    assert refused(ask, reference, team.coordinator, words=" ") == "reason_needed"
    assert refused(ask, reference, team.coordinator, Kind.GRIEVANCE) == "is_that_already"
    ask(reference, team.coordinator)
    assert refused(ask, reference, team.coordinator) == "asked_already"
    act(reference, triage.assess, states.assessment(), actor=team.coordinator)
    assert refused(act, reference, converting.answer, agreed=True, actor=person_of(reference)) == "too_late_to_convert"
    act(reference, converting.answer, agreed=False, actor=person_of(reference))
    assert refused(ask, states.an_assessed_case(team), team.coordinator) == "too_late_to_convert"
    with pytest.raises(NotAllowed):
        converting.ask(case_of(states.an_acknowledged_case(team)), Kind.QUESTION, "Why", actor=team.officer)


def screen_out(reference, actor, reason="not_connected", words="It is the railway's.", referral=REFERRAL):
    act(reference, triage.ask_screen_out, reason, words, referral, actor=actor)


NOT_REASONS = ("frivolous", "no_evidence", "too_late", "anonymous", "")


@pytest.mark.parametrize("reason", NOT_REASONS)
def test_lack_of_proof_or_smallness_is_never_a_reason_to_turn_somebody_away(team, reason):
    """R27, domain 3.6: frivolous, no evidence, too late, anonymous are not reasons."""
    reference = states.an_acknowledged_case(team)
    assert refused(screen_out, reference, team.coordinator, reason) == "not_a_reason"
    listed = {term.code for term in sites.rules_for(case_of(reference)).taxonomy.lists["screening_out_reasons"]}
    assert listed.isdisjoint(NOT_REASONS)


@pytest.mark.parametrize("missing", [{"words": "  "}, {"referral": ""}])
def test_nobody_is_turned_away_without_words_and_without_another_place(team, missing):
    """R27: reject without text -> refused."""
    reference = states.an_acknowledged_case(team)
    assert refused(screen_out, reference, team.coordinator, **missing) == "words_and_referral_needed"


def test_turning_away_takes_a_second_person_and_can_be_appealed(team):
    """R27: a rejected complainant can appeal."""
    reference = states.an_acknowledged_case(team)
    screen_out(reference, team.coordinator)
    with pytest.raises(NotAllowed):
        act(reference, triage.decide_screen_out, approve=True, actor=team.coordinator)
    with pytest.raises(NotAllowed):
        triage.decide_screen_out(case_of(reference), approve=True, actor=team.officer)
    act(reference, triage.decide_screen_out, approve=True, actor=team.second_coordinator)
    assert case_of(reference).close_type == "screened_out"
    act(reference, appeals.appeal, "It is your dust.", actor=person_of(reference))
    assert case_of(reference).stage is Stage.APPEALED


@pytest.mark.parametrize("stage", ["received", "assessed"])
def test_turning_away_is_possible_only_while_a_concern_is_screened(team, stage):
    """R27, domain 2.2."""
    reference = states.a_case(team.site_id) if stage == "received" else states.an_assessed_case(team)
    with pytest.raises(ValueError, match="screen_out"):
        screen_out(reference, team.coordinator)
