"""The short road: answered in its own days, and a request for information refused only with a reason (domain R62)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.case import Kind
from engage.domain.deadlines import Promise
from engage.domain.guards import Refused
from engage.domain.lifecycle import IllegalTransition, Stage
from engage.domain.policy import NotAllowed
from engage.extensions import db
from engage.models import OutboxMessage, RuleSet, Screening
from engage.queries import own_case
from engage.services import appeals, cases, endings, refusing, sites, triage
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import forget_notices
from tests.promised import breaks_of, kinds_of, owed, rows_of
from tests.states import act, case_of, person_of

WORDS = ("It names the families who were paid.", "The information commissioner, +381 11 123 456.")


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


@pytest.fixture
def reference(team):
    return a_request(team)


def a_request(team, kind=Kind.INFORMATION_REQUEST):
    reference = states.an_acknowledged_case(team, kind=kind)
    act(reference, triage.assign, team.officer.id, actor=team.coordinator)
    return reference


def ask(reference, actor, reason="privacy_of_others", words=WORDS):
    act(reference, refusing.ask, reason, *words, actor=actor)


def refused(use_case, *args, **values) -> str:
    with pytest.raises(Refused) as error:
        use_case(*args, **values)
    return error.value.refusal.code


def told():
    return {(row.template, row.user_id) for row in db.session.scalars(select(OutboxMessage))}


def test_r62_information_is_refused_only_with_a_reason_of_the_list_written_words_and_two_people(team, reference):
    assert refused(ask, reference, team.officer, "too_much_work") == "not_a_reason"
    for missing in ((" ", WORDS[1]), (WORDS[0], "")):
        assert refused(ask, reference, team.officer, words=missing) == "words_and_referral_needed"
    forget_notices()
    ask(reference, team.officer)
    assert told() == {
        ("screen_out_to_decide", user.id) for user in (team.coordinator, team.second_coordinator, team.approver)
    }
    assert refused(ask, reference, team.officer) == "refusal_waits"
    assert case_of(reference).stage is Stage.ACKNOWLEDGED
    with pytest.raises(NotAllowed):
        act(reference, triage.decide_screen_out, approve=True, actor=team.officer)
    forget_notices()
    act(reference, triage.decide_screen_out, approve=True, actor=team.approver)
    assert told() == {("case_finished", None)}
    assert (case_of(reference).stage, case_of(reference).close_type) == (Stage.CLOSED, "information_refused")
    assert [row.met_at is not None for row in rows_of(reference, Promise.PROPOSE)] == [True]
    assert [kind for kind in kinds_of(reference) if "Refus" in kind] == ["RefusalAsked", "InformationRefused"]
    assert breaks_of(reference) == []


def test_r62_whoever_was_refused_reads_why_and_where_else_to_ask_and_can_appeal(team, reference):
    ask(reference, team.officer)
    person = person_of(reference)
    assert own_case.page(person).screening is None
    act(reference, triage.decide_screen_out, approve=True, actor=team.approver)
    assert (own_case.page(person).screening.words, own_case.page(person).screening.referral) == WORDS
    act(reference, appeals.appeal, "Take the names out.", actor=person)
    assert case_of(reference).stage is Stage.APPEALED


def test_a_no_leaves_it_to_be_answered_and_an_answer_takes_the_request_back(team, reference):
    ask(reference, team.officer)
    act(reference, triage.decide_screen_out, approve=False, actor=team.approver)
    assert cases.open_screening(case_of(reference)) is None
    ask(reference, team.officer)
    act(reference, endings.answer, "Here it is, without the names.", actor=team.officer)
    assert case_of(reference).close_type == "answered"
    assert [row.is_approved for row in db.session.scalars(select(Screening))] == [False, False]


def test_what_becomes_a_grievance_is_not_refused_any_more(team, reference):
    ask(reference, team.officer)
    act(reference, triage.convert, Kind.GRIEVANCE, actor=team.coordinator)
    assert refused(act, reference, triage.decide_screen_out, approve=True, actor=team.approver) == "nothing_to_decide"


def test_only_a_request_for_information_can_be_refused_and_only_while_it_is_open(team):
    for kind in set(Kind) - {Kind.INFORMATION_REQUEST}:
        assert refused(ask, a_request(team, kind), team.coordinator) == "no_information_request"
    with pytest.raises(IllegalTransition):
        ask(states.a_case(team.site_id, kind=Kind.INFORMATION_REQUEST), team.coordinator)
    with pytest.raises(NotAllowed):
        refusing.ask(case_of(a_request(team)), "not_held", *WORDS, actor=team.custodian)


@pytest.mark.parametrize(
    ("kind", "days"),
    [(Kind.QUESTION, 15), (Kind.INFORMATION_REQUEST, 15), (Kind.SUGGESTION, 30), (Kind.COMPLIMENT, 30)],
)
def test_r62_each_kind_of_the_short_road_is_answered_in_its_own_days(team, kind, days):
    reference = states.a_case(team.site_id, kind=kind)
    assert set(owed(reference)) == {Promise.ACKNOWLEDGE, Promise.PROPOSE}
    waits = owed(reference)[Promise.PROPOSE] - case_of(reference).received_at
    assert abs(waits - timedelta(days=days)) <= timedelta(hours=1)  # clocks are put forward meanwhile


def test_a_question_that_becomes_a_grievance_keeps_the_earlier_day_that_was_told(team):
    reference = a_request(team, Kind.QUESTION)
    before = owed(reference)[Promise.PROPOSE]
    act(reference, triage.convert, Kind.GRIEVANCE, actor=team.coordinator)
    assert owed(reference)[Promise.PROPOSE] == before


def test_rules_kept_from_before_there_was_a_short_road_go_by_the_shipped_one(team, session):
    old = session.scalars(select(RuleSet)).first()
    promises = {key: value for key, value in old.promises.items() if key != "short_road"}
    taxonomy = {key: value for key, value in old.taxonomy.items() if key != "information_refusals"}
    documents = {"ladder": old.ladder, "pauses": old.pauses, "severity": old.severity}
    with unit_of_work():
        row = RuleSet(site_id=team.site_id, version=9, effective_at=old.effective_at)
        for name, document in {**documents, "promises": promises, "taxonomy": taxonomy}.items():
            setattr(row, name, document)
        db.session.add(row)
        db.session.flush()
        rules = sites.rules_of(row.id)
    assert rules.promises.short_road[Kind.QUESTION].count == 15
    assert "not_held" in {term.code for term in rules.taxonomy.lists["information_refusals"]}
