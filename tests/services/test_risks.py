"""What the person risks, looked at again at every stage; and what has to be arranged before a meeting."""

import pytest
from sqlalchemy import select

from engage.domain.guards import RIGHTS, Refused
from engage.domain.policy import NotAllowed
from engage.domain.retaliation import Harm, Likelihood
from engage.domain.severity import Level
from engage.domain.triage import CONSENT_REVIEW
from engage.extensions import db
from engage.models import CaseEvent, Message, OpenItem
from engage.services import answers, arrangements, endings, proposals, risks, triage
from tests import states
from tests.states import act, case_of, person_of

AT_RISK = {"likelihood": Likelihood.POSSIBLE, "harm": Harm.SERIOUS, "measures": "We meet at the church."}


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


def look(reference, actor, likelihood=Likelihood.POSSIBLE, harm=Harm.SERIOUS, measures="We meet at the church."):
    act(reference, risks.look, likelihood, harm, measures, actor=actor)


def code(error) -> str:
    return error.value.refusal.code


def test_what_the_person_risks_is_judged_with_the_case_and_what_keeps_them_safe(team):
    """R52: mandatory at triage."""
    reference = states.an_assessed_case(team, **AT_RISK)
    case = case_of(reference)
    found = (case.retaliation_likelihood, case.retaliation_severity, case.retaliation_risk, case.retaliation_stage)
    assert found == ("possible", "serious", "medium", "assessed")
    assert "We meet at the church." in set(db.session.scalars(select(Message.words)))
    assert db.session.scalars(select(CaseEvent).where(CaseEvent.kind == "RetaliationAssessed")).one().content_digest


def test_a_risk_without_anything_that_keeps_the_person_safe_is_refused(team):
    """R52."""
    fresh = states.an_acknowledged_case(team)
    with pytest.raises(Refused) as at_triage:
        act(fresh, triage.assess, states.assessment(**{**AT_RISK, "measures": " "}), actor=team.coordinator)
    with pytest.raises(Refused) as later:
        look(states.an_assessed_case(team), team.officer, measures=None)
    assert (code(at_triage), code(later)) == ("measures_needed", "measures_needed")


def test_no_step_of_ours_is_taken_before_the_risk_was_looked_at_again(team):
    """R52: stage change without re-assessment refused."""
    reference = states.an_assessed_case(team, Level.MODERATE, **AT_RISK)
    states.look_into(reference, team.officer)
    with pytest.raises(Refused) as early:
        act(reference, proposals.propose, states.offer("Water."), actor=team.officer)
    assert code(early) == "retaliation_first"
    look(reference, team.officer)
    act(reference, proposals.propose, states.offer("Water."), actor=team.officer)
    act(reference, proposals.approve_proposal, RIGHTS, actor=team.approver)
    act(reference, answers.accept, actor=person_of(reference))  # the person waits for nothing
    proposal = proposals.cases.latest_proposal(case_of(reference))
    assert proposal is not None
    remedy = proposal.remedies[0].id
    act(reference, endings.finish_remedy, remedy, "Photo.", actor=team.officer)
    act(reference, answers.confirm_remedy, remedy, confirmed=True, actor=person_of(reference))
    with pytest.raises(Refused) as closing:
        act(reference, endings.verify, actor=team.officer)
    assert code(closing) == "retaliation_first"
    look(reference, team.officer, Likelihood.UNLIKELY, Harm.LIGHT, None)
    act(reference, endings.verify, actor=team.officer)
    assert case_of(reference).closed_at is not None


def test_a_risk_raised_later_holds_back_what_follows(team):
    """R52."""
    reference = states.an_assessed_case(team)
    look(reference, team.coordinator, Likelihood.LIKELY, Harm.GRAVE)
    assert case_of(reference).retaliation_risk == "high"
    states.look_into(reference, team.officer)
    with pytest.raises(Refused):
        act(reference, proposals.propose, states.offer("Water."), actor=team.officer)


def test_only_who_works_the_case_says_what_the_person_risks(team):
    with pytest.raises(NotAllowed):
        risks.look(case_of(states.an_assessed_case(team)), Likelihood.LIKELY, Harm.GRAVE, "Words", actor=team.auditor)


def items(reference) -> dict[str, bool]:
    rows = db.session.scalars(select(OpenItem).where(OpenItem.case_id == case_of(reference).id))
    return {row.code: row.done_at is not None for row in rows}


def item(reference, wanted) -> OpenItem:
    return next(row for row in arrangements.items_of(case_of(reference).id) if row.code == wanted)


def test_no_meeting_is_recorded_before_what_the_person_needs_for_it_is_arranged(team):
    """R12: needs interpreter -> a task; the meeting is not held while it is open, but with a reason."""
    reference = states.an_assessed_case(team, support=frozenset({"interpreter", "transport"}))
    assert items(reference) == {"interpreter": False, "transport": False}
    with pytest.raises(Refused) as early:
        act(reference, proposals.consult, "We met.", actor=team.officer)
    assert code(early) == "support_missing"
    assert early.value.refusal.values == {"count": 2}
    act(reference, proposals.consult, "Nobody was at home.", held=False, actor=team.officer)
    act(reference, arrangements.finish, item(reference, "transport").id, "A driver of the church.", actor=team.officer)
    act(reference, proposals.consult, "We met.", without="Her sister spoke for her.", actor=team.officer)
    assert "We met.\n\nHer sister spoke for her." in set(db.session.scalars(select(Message.words)))
    act(reference, arrangements.finish, item(reference, "interpreter").id, "Ana M.", actor=team.officer)
    act(reference, proposals.consult, "We met again.", actor=team.officer)
    assert items(reference) == {"interpreter": True, "transport": True}


def test_a_need_is_asked_for_once_at_a_time_and_from_the_list(team):
    """R12."""
    reference = states.an_assessed_case(team)
    act(reference, arrangements.ask_for, "female_officer", actor=team.officer)
    for need, why in (("female_officer", "is_that_already"), ("a horse", "not_in_the_list")):
        with pytest.raises(Refused) as refused:
            act(reference, arrangements.ask_for, need, actor=team.officer)
        assert code(refused) == why
    row = item(reference, "female_officer")
    with pytest.raises(Refused) as wordless:
        act(reference, arrangements.finish, row.id, " ", actor=team.officer)
    act(reference, arrangements.finish, row.id, "Mira goes.", actor=team.officer)
    with pytest.raises(Refused) as again:
        act(reference, arrangements.finish, row.id, "Mira goes.", actor=team.officer)
    assert (code(wordless), code(again)) == ("reason_needed", "item_done")
    act(reference, arrangements.ask_for, "female_officer", actor=team.officer)
    with pytest.raises(Refused) as unknown:
        act(
            states.an_acknowledged_case(team),
            triage.assess,
            states.assessment(support=frozenset({"a horse"})),
            actor=team.coordinator,
        )
    assert code(unknown) == "not_in_the_list"


def test_land_of_a_people_opens_a_look_at_whose_consent_is_needed_once(team):
    """R49, domain 5.6."""
    reference = states.an_assessed_case(team, category="LAN", facts=frozenset({"indigenous_people_affected"}))
    assert items(reference) == {CONSENT_REVIEW: False}
    act(reference, arrangements.open_at_assessment, frozenset(), actor=team.coordinator)
    assert len(arrangements.items_of(case_of(reference).id)) == 1
    act(reference, proposals.consult, "We met the council.", actor=team.officer)
