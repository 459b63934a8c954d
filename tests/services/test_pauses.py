"""Stopping the clock of a case, and letting it run again (domain 2.3; R19, R49)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.case import Writer
from engage.domain.deadlines import Promise
from engage.domain.guards import Refused
from engage.domain.policy import NotAllowed
from engage.models import Message
from engage.services import escalation, pauses
from tests import states
from tests.notify.letters import forget_notices
from tests.paused import DAY, ELDERS, QUESTION, explained, pauses_of, refused, stop, told
from tests.promised import breaks_of, kinds_of, owed, reached, rows_of, the_open
from tests.states import act, case_of, person_of

P = Promise


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


@pytest.fixture
def reference(team):
    return states.an_assessed_case(team)


def test_a_pause_moves_every_date_by_its_length_but_the_one_of_the_acknowledgement(clock, team):
    """Domain 2.3: the acknowledgement never pauses."""
    reference = states.a_case(team.site_id)
    before = owed(reference)
    stop(reference, clock, team.coordinator)
    after = owed(reference)
    assert after.pop(P.ACKNOWLEDGE) == before.pop(P.ACKNOWLEDGE)
    assert after == {promise: due + 10 * DAY for promise, due in before.items()}
    assert {row.total_pause for row in rows_of(reference) if row.promise.can_pause} == {10 * DAY}
    explained(reference)


def test_the_person_reads_why_and_until_when(clock, session, team, reference):
    forget_notices()
    row = stop(reference, clock, team.officer)
    assert told() == {("clock_paused", None)}
    said = session.get_one(Message, row.message_id)
    assert (said.words, said.writer, said.is_question) == (QUESTION, Writer.STAFF, True)
    assert kinds_of(reference)[-1] == "ClockPaused"
    assert breaks_of(reference) == []


def test_no_reminder_comes_while_the_clock_stands_still_and_none_comes_twice(clock, team, reference):
    due = the_open(reference, P.PROPOSE).due_at
    clock.move_to(due - 10 * DAY)
    escalation.climb()
    fired = reached(reference, P.PROPOSE)
    stop(reference, clock, team.officer, days=9)
    clock.move_to(due - 5 * DAY)
    escalation.climb()
    assert reached(reference, P.PROPOSE) == fired
    clock.move_to(due + 8 * DAY + timedelta(hours=2))
    escalation.climb()
    assert len(reached(reference, P.PROPOSE)) > len(fired)
    assert len(rows_of(reference, P.PROPOSE)) == 1


def test_a_reminder_that_would_come_during_a_pause_comes_when_the_clock_runs_again(clock, team, reference):
    clock.advance(DAY)
    stop(reference, clock, team.officer)
    clock.advance(8 * DAY)
    escalation.climb()
    assert reached(reference, P.CONSULT) == []
    clock.advance(2 * DAY)
    escalation.climb()
    assert ("half_gone", False) in reached(reference, P.CONSULT)


def test_what_is_late_stays_late_and_climbs_on(clock, team, reference):
    """R25: a pause set afterwards hides no breach."""
    due = the_open(reference, P.CONSULT).due_at
    clock.move_to(due + DAY)
    stop(reference, clock, team.officer)
    assert the_open(reference, P.CONSULT).due_at == due
    clock.move_to(due + 3 * DAY)
    escalation.climb()
    assert ("late_2_days", False) in reached(reference, P.CONSULT)
    assert case_of(reference).was_late


def test_where_all_is_late_there_is_no_clock_to_stop(clock, team, reference):
    clock.move_to(the_open(reference, P.PROPOSE).due_at + DAY)
    refused("nothing_to_pause", reference, clock, team.officer)


def test_whose_wish_it_is_is_kept_where_it_is_not_ours(clock, session, team, reference):
    """R49: the community extends its time; nobody of the company does it, nor cuts it short, by themselves."""
    refused("who_asked_needed", reference, clock, team.officer, code="community_decision", asked_by=" ")
    row = stop(reference, clock, team.officer, code="community_decision")
    notes = session.scalars(select(Message.words).where(Message.writer == Writer.NOTE)).all()
    assert notes == [ELDERS]
    with pytest.raises(Refused) as caught:
        act(reference, pauses.end_pause, row.id, actor=team.officer)
    assert caught.value.refusal.code == "who_asked_needed"
    act(reference, pauses.end_pause, row.id, asked_by=ELDERS, actor=team.officer)


def test_the_community_can_have_more_time(clock, team, reference):
    """R49, the other way round."""
    stop(reference, clock, team.officer, days=20, code="community_decision")
    later = clock.now + 20 * DAY
    stop(reference, clock, team.officer, days=100, code="community_decision", starts_at=later)
    assert the_open(reference, P.PROPOSE).total_pause == 100 * DAY


def test_the_last_day_that_is_allowed_is_cut_where_the_most_ends(clock, team, reference):
    row = stop(reference, clock, team.officer, ends_at=clock.now + 30 * DAY + timedelta(hours=9))
    assert row.ends_at == clock.now + 30 * DAY


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("pause_begins_in_the_past", {"starts_at": -1}),
        ("pause_ends_before_it_begins", {"ends_at": -1}),
        ("pause_ends_before_it_begins", {"starts_at": 3, "ends_at": 2}),
        ("pause_too_long", {"ends_at": 31}),
        ("reason_needed", {"words": "  "}),
        ("not_in_the_list", {"code": "holiday"}),
    ],
)
def test_dates_that_cannot_be_meant_and_words_that_are_missing_are_refused(clock, team, reference, code, values):
    instants = {name: clock.now + days * DAY for name, days in values.items() if isinstance(days, int)}
    before = owed(reference)
    refused(code, reference, clock, team.officer, **{**values, **instants})
    assert owed(reference) == before


def test_a_used_up_reason_says_so(clock, team, reference):
    stop(reference, clock, team.officer, days=30)
    refused("pause_overlaps", reference, clock, team.officer, days=1)
    clock.advance(30 * DAY)
    pauses.end_due()
    refused("pause_used_up", reference, clock, team.officer, days=5)


def test_only_those_who_work_the_case_stop_its_clock(clock, team, reference):
    for actor in (team.liaison, team.auditor, team.rights_lead):
        with pytest.raises((NotAllowed, Exception), match=r"pause|No row was found"):
            stop(reference, clock, actor)


def test_a_pause_that_is_over_is_not_ended_again(clock, team, reference):
    row = stop(reference, clock, team.officer)
    act(reference, pauses.end_pause, row.id, actor=team.officer)
    with pytest.raises(Refused) as caught:
        act(reference, pauses.end_pause, row.id, actor=team.officer)
    assert caught.value.refusal.code == "no_pause"


def test_nothing_can_wait_in_a_closed_case_and_its_end_ends_the_pause(clock, team):
    reference = states.an_assessed_case(team)
    stop(reference, clock, team.officer)
    forget_notices()
    act(reference, states.answers.withdraw, actor=person_of(reference))
    assert pauses_of(reference)[0].over_at == clock.now
    assert "clock_runs_again" not in {template for template, _ in told()}
    refused("closed_has_no_pause", reference, clock, team.coordinator)
    assert breaks_of(reference) == []
