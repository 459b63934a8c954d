"""A court or another body has the same matter: it is written down, and nothing of the case changes by it (R34)."""

import uuid
from datetime import timedelta

import pytest

from engage import clock as our_time
from engage.domain.guards import Refused
from engage.domain.lifecycle import Stage
from engage.domain.outside import PROCEEDINGS
from engage.domain.policy import NotAllowed
from engage.models import Proceeding
from engage.services import answers, cases, endings, proceedings, triage
from engage.services.proceedings import Elsewhere
from tests import states
from tests.notify.letters import forget_notices, told
from tests.promised import kinds_of, owed
from tests.states import act, case_of, person_of

COURT = Elsewhere("court", "District court", "The payment for the house. Next hearing in May.")


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def refused(code, *args, **values):
    with pytest.raises(Refused) as caught:
        act(*args, **values)
    assert caught.value.refusal.code == code


@pytest.mark.parametrize("kind", PROCEEDINGS)
def test_r34_a_case_stays_open_and_its_dates_stay_while_another_body_has_the_same_matter(team, session, kind):
    """R34: parallel_proceeding set -> still open; no stage moves, no clock stops, nothing is closed."""
    reference = states.an_assessed_case(team)
    before = (case_of(reference).stage, case_of(reference).next_due_at, set(owed(reference)))
    seen = Elsewhere(kind, "The body", "The house.", our_time.utcnow().date(), "12/2026")
    act(reference, proceedings.record_proceeding, seen, actor=team.officer)
    row = session.query(Proceeding).one()
    assert (row.kind, row.docket, row.ended_at) == (kind, "12/2026", None)
    assert row.began_at is not None
    act(reference, proceedings.end_proceeding, row.id, "It was dismissed.", actor=team.officer)
    case = case_of(reference)
    assert (case.stage, case.next_due_at, set(owed(reference))) == before
    assert case.closed_at is None
    assert kinds_of(reference)[-2:] == ["ProceedingRecorded", "ProceedingEnded"]


def test_r34_the_road_goes_on_to_its_end_while_a_court_has_the_matter(team):
    reference = states.an_implementing_case(team)
    act(reference, proceedings.record_proceeding, COURT, actor=team.coordinator)
    remedy = cases.latest_proposal(case_of(reference)).remedies[0].id
    act(reference, endings.finish_remedy, remedy, "Photo.", actor=team.officer)
    act(reference, answers.confirm_remedy, remedy, confirmed=True, actor=person_of(reference))
    act(reference, endings.verify, actor=team.officer)
    act(reference, proceedings.record_proceeding, COURT, actor=team.coordinator)  # also beside a closed case
    assert case_of(reference).stage is Stage.CLOSED


def test_a_proceeding_says_who_has_what_and_began_before_today(team):
    reference = states.an_assessed_case(team)
    do = proceedings.record_proceeding
    refused("not_in_the_list", reference, do, Elsewhere("oracle", "It", "All."), actor=team.officer)
    refused("proceeding_incomplete", reference, do, Elsewhere("court", " ", "All."), actor=team.officer)
    refused("proceeding_incomplete", reference, do, Elsewhere("court", "It", " "), actor=team.officer)
    ahead = our_time.utcnow().date() + timedelta(days=2)
    refused("day_is_ahead", reference, do, Elsewhere("court", "It", "All.", ahead), actor=team.officer)
    with pytest.raises(NotAllowed):
        act(reference, do, COURT, actor=team.auditor)


def test_a_proceeding_ends_once_with_its_outcome_and_in_its_own_case(team, session):
    reference, other = states.an_assessed_case(team), states.an_assessed_case(team)
    act(reference, proceedings.record_proceeding, COURT, actor=team.officer)
    row = session.query(Proceeding).one().id
    end = proceedings.end_proceeding
    refused("nothing_outside", other, end, row, "Over.", actor=team.officer)
    refused("nothing_outside", reference, end, uuid.uuid4(), "Over.", actor=team.officer)
    refused("proceeding_incomplete", reference, end, row, " ", actor=team.officer)
    act(reference, end, row, "They agreed in court.", actor=team.officer)
    refused("nothing_outside", reference, end, row, "Over.", actor=team.officer)


def test_the_person_hears_of_it_and_nobody_outside_does(team):
    reference = states.an_assessed_case(team)
    forget_notices()
    act(reference, proceedings.record_proceeding, COURT, actor=team.officer)
    assert told() == [("case_news", None)]


def test_in_the_restricted_lane_the_focal_point_alone_records_it(team):
    reference = states.an_assessed_case(team)
    act(reference, triage.restrict, "sexual_violence", actor=team.coordinator)
    act(reference, proceedings.record_proceeding, COURT, actor=team.focal)
    with pytest.raises(Exception, match="No row was found"):
        act(reference, proceedings.record_proceeding, COURT, actor=team.coordinator)
