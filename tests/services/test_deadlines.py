"""What is owed by when, from the rows: opened, met and ended."""

from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest

from engage.domain.case import Kind
from engage.domain.deadlines import Promise
from engage.domain.policy import SYSTEM
from engage.domain.severity import Level
from engage.services import answers, appeals, cases, deadlines, endings, proposals, triage
from engage.unit_of_work import unit_of_work
from tests import states
from tests.promised import kinds_of, owed, rows_of, the_open, with_case
from tests.statements import statements
from tests.states import act, case_of, person_of

BELGRADE = ZoneInfo("Europe/Belgrade")
P = Promise
GRIEVANCE = {P.ACKNOWLEDGE, P.ASSESS, P.CONSULT, P.START_INVESTIGATION, P.PROPOSE}


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def test_a_concern_owes_the_promises_of_the_row_that_counts_before_assessment(clock, team):
    reference = states.a_case(team.site_id)
    received = clock.now
    assert owed(reference) == {
        P.ACKNOWLEDGE: received + timedelta(hours=48),
        P.ASSESS: received + timedelta(days=3),
        P.CONSULT: received + timedelta(days=4),
        P.START_INVESTIGATION: received + timedelta(days=10),
        # Thirty days on the wall clock at the site, where clocks go forward on the way.
        P.PROPOSE: (received.astimezone(BELGRADE) + timedelta(days=30)).astimezone(UTC),
    }
    case = case_of(reference)
    assert (case.next_promise, case.next_due_at) == ("acknowledge", received + timedelta(hours=48))
    assert {row.level for row in rows_of(reference)} == {3}
    assert {row.version for row in rows_of(reference)} == {1}


def test_what_a_new_case_owes_is_written_by_one_statement_and_asks_the_database_nothing(team):
    with statements() as sent:
        states.a_case(team.site_id)
    [made] = [statement for statement in sent if " deadline" in statement or " pause " in statement]
    assert "INSERT INTO deadline" in made  # on PostgreSQL among the other rows of the case


def test_a_question_owes_a_receipt_and_an_answer(team):
    assert set(owed(states.a_case(team.site_id, kind=Kind.QUESTION))) == {P.ACKNOWLEDGE, P.PROPOSE}


def test_what_was_told_to_somebody_days_ago_runs_from_that_day(clock, team):
    told_at = clock.now - timedelta(days=1)
    with unit_of_work():
        received = states.intake.take_down(
            states.intake.new_token(),
            states.Concern(what_happened="Dust.", channel="in_person"),
            site_id=team.site_id,
            received_at=told_at,
            actor=team.liaison,
        )
    assert owed(received.reference)[P.ACKNOWLEDGE] == told_at + timedelta(hours=48)


def test_what_is_kept_in_time_is_met_and_the_next_thing_is_shown(clock, team):
    reference = states.an_acknowledged_case(team)
    [row] = rows_of(reference, P.ACKNOWLEDGE)
    assert (row.met_at, row.ended_at, row.look_at, row.breached_at) == (clock.now, clock.now, None, None)
    assert case_of(reference).next_promise == P.ASSESS
    assert kinds_of(reference)[-1] == "DeadlineMet"
    with_case(reference, deadlines.meet, P.ACKNOWLEDGE, actor=SYSTEM)
    assert kinds_of(reference).count("DeadlineMet") == 1


def test_what_is_kept_late_is_a_breach_that_stays(clock, team):
    reference = states.a_case(team.site_id)
    clock.advance(timedelta(hours=48, minutes=1))
    act(reference, triage.acknowledge, actor=team.coordinator)
    [row] = rows_of(reference, P.ACKNOWLEDGE)
    assert row.met_at == row.breached_at == clock.now
    assert kinds_of(reference)[-2:] == ["DeadlineMissed", "DeadlineMet"]


def test_the_instant_of_the_due_date_is_in_time(clock, team):
    reference = states.a_case(team.site_id)
    clock.advance(timedelta(hours=48))
    act(reference, triage.acknowledge, actor=team.coordinator)
    assert "DeadlineMissed" not in kinds_of(reference)


def test_the_person_is_never_in_breach(clock, team):
    reference = states.a_proposed_case(team, "Water the road.")
    clock.advance(timedelta(days=40))
    act(reference, answers.accept, actor=person_of(reference))
    [row] = rows_of(reference, P.ANSWER)
    assert (row.met_at, row.breached_at) == (clock.now, None)
    assert "DeadlineMissed" not in kinds_of(reference)


def test_nothing_hides_a_breach_not_even_an_end_of_the_case_before_the_sweep(clock, team):
    reference = states.a_case(team.site_id)
    clock.advance(timedelta(days=3, hours=1))
    act(reference, answers.withdraw, actor=person_of(reference))
    broken = {row.promise for row in rows_of(reference) if row.breached_at}
    assert broken == {P.ACKNOWLEDGE, P.ASSESS}
    assert owed(reference) == {}
    assert case_of(reference).next_due_at is None


def test_a_proposal_gives_the_person_time_and_the_turn(clock, team):
    reference = states.a_proposed_case(team, "Water the road.")
    case, row = case_of(reference), the_open(reference, P.ANSWER)
    assert row.due_at == clock.now + timedelta(days=15) == cases.latest_proposal(case).respond_by
    assert case.their_turn
    assert case.next_due_at is None  # nothing is owed by us


def test_a_group_has_longer_to_answer(clock, team):
    reference = states.an_acknowledged_case(team, is_collective=True)
    act(reference, triage.assess, states.assessment(), actor=team.coordinator)
    act(reference, triage.assign, team.officer.id, actor=team.coordinator)
    act(reference, proposals.propose, states.offer(), actor=team.officer)
    due = the_open(reference, P.ANSWER).due_at.astimezone(BELGRADE)
    assert due.date() == (clock.now + timedelta(days=30)).date()


def test_a_proposal_of_an_earlier_round_no_longer_waits(team):
    reference = states.a_proposed_case(team, "Water the road.")
    proposal = cases.latest_proposal(case_of(reference))
    with_case(reference, deadlines.open_for_proposal, proposal)
    assert [row.version for row in sorted(rows_of(reference, P.ANSWER), key=lambda row: row.version)] == [1, 2]
    assert the_open(reference, P.ANSWER).version == 2


def test_a_change_that_is_asked_for_makes_us_owe_a_proposal_anew(clock, team):
    reference = states.a_proposed_case(team, "Water the road.")
    clock.advance(timedelta(days=1))
    act(reference, answers.counter, actor=person_of(reference))
    row = the_open(reference, P.PROPOSE)
    assert (row.version, row.starts_at) == (2, clock.now)
    with_case(reference, deadlines.open_again, P.PROPOSE)
    assert len(rows_of(reference, P.PROPOSE)) == 2
    assert not case_of(reference).their_turn


def test_each_remedy_is_owed_by_its_own_date(clock, team):
    reference = states.an_implementing_case(team, "Water the road.", "Wash the roofs.")
    rows = rows_of(reference, P.IMPLEMENT)
    assert {row.due_at for row in rows} == {clock.now + timedelta(days=10)}
    assert len({row.subject_id for row in rows}) == 2
    [first, second] = cases.latest_proposal(case_of(reference)).remedies
    act(reference, endings.finish_remedy, first.id, "Photo.", actor=team.officer)
    act(reference, answers.confirm_remedy, first.id, confirmed=True, actor=person_of(reference))
    assert the_open(reference, P.IMPLEMENT).subject_id == second.id


def test_a_panel_has_its_time_from_the_appeal(clock, team):
    reference = states.an_appealed_case(team)
    due = the_open(reference, P.DECIDE_APPEAL).due_at
    assert due.astimezone(BELGRADE).date() == (clock.now + timedelta(days=30)).date()
    assert set(owed(reference)) == {P.FORM_PANEL, P.DECIDE_APPEAL}


@pytest.mark.parametrize(("level", "days"), [(2, [30]), (3, [30, 90]), (4, [30, 90, 180]), (5, [30, 90, 180, 365])])
def test_after_the_closure_the_level_says_how_often_we_ask(clock, team, level, days):
    reference = states.a_closed_case(team, Level(level))
    rows = rows_of(reference, P.CHECK_AFTERWARDS)
    today = clock.now.astimezone(BELGRADE).date()
    assert [(row.due_at.astimezone(BELGRADE).date() - today).days for row in rows] == days
    first = with_case(reference, lambda case: deadlines.first_open(case, P.CHECK_AFTERWARDS).due_at)
    assert first == rows[0].due_at


def test_a_case_that_was_withdrawn_or_screened_out_is_not_asked_about_afterwards(team):
    withdrawn = states.an_assessed_case(team)
    act(withdrawn, answers.withdraw, actor=person_of(withdrawn))
    screened = states.an_acknowledged_case(team)
    act(screened, triage.ask_screen_out, "not_connected", "A state road.", "The road office.", actor=team.coordinator)
    act(screened, triage.decide_screen_out, approve=True, actor=team.approver)
    assert owed(withdrawn) == owed(screened) == {}


def test_a_question_is_answered_and_nothing_is_left(team):
    reference = states.an_acknowledged_case(team, kind=Kind.QUESTION)
    act(reference, endings.answer, "At eight.", actor=team.coordinator)
    assert owed(reference) == {}


def test_a_case_taken_up_again_owes_a_proposal_and_no_check(clock, team):
    reference = states.a_closed_case(team)
    act(reference, appeals.reopen, "The dust is back.", actor=person_of(reference))
    assert set(owed(reference)) == {P.PROPOSE}
    assert case_of(reference).next_promise == P.PROPOSE


def test_nothing_is_found_of_a_promise_that_does_not_run(team):
    assert with_case(states.a_case(team.site_id), deadlines.first_open, P.ANSWER) is None


def test_refreshing_writes_what_lists_sort_by(clock, team):
    reference = states.a_case(team.site_id)
    with unit_of_work():
        case_of(reference).next_due_at = None
    with_case(reference, deadlines.refresh)
    assert case_of(reference).next_due_at == clock.now + timedelta(hours=48)
