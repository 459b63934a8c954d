"""A pause ends: by the person's answer, by a human, by the clock, with the case; and dates follow (domain 2.3)."""

import logging
from datetime import timedelta

import pytest

from engage.domain.deadlines import Promise
from engage.domain.policy import Role
from engage.models.promise import HELD
from engage.services import answers, conversation, delays, endings, pauses, proposals, triage
from engage.services.endings import AfterTalk
from tests import states
from tests.notify.letters import forget_notices
from tests.paused import DAY, ELDERS, explained, pauses_of, refused, stop, told
from tests.promised import kinds_of, owed, pause, the_open, with_case
from tests.states import act, case_of, person_of

P = Promise


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


@pytest.fixture
def reference(team):
    return states.an_assessed_case(team)


def test_our_pause_ends_by_itself_when_the_person_answers(clock, team, reference):
    """Domain 2.2, NEEDS_INFO."""
    before = owed(reference)
    stop(reference, clock, team.officer)
    clock.advance(3 * DAY)
    forget_notices()
    act(reference, conversation.write_as_person, "The one at the school.", actor=person_of(reference))
    [row] = pauses_of(reference)
    assert row.ends_at == row.over_at == clock.now
    assert owed(reference) == {promise: due + 3 * DAY for promise, due in before.items()}
    assert told() == {("reply_arrived", team.officer.id)}
    explained(reference)


def test_what_the_community_asked_for_is_not_ended_by_a_message(clock, team, reference):
    stop(reference, clock, team.officer, code="ceremony")
    act(reference, conversation.write_as_person, "Thank you.", actor=person_of(reference))
    assert pauses_of(reference)[0].over_at is None


def test_a_pause_ended_early_gives_earlier_dates_and_the_person_hears_of_it(clock, team, reference):
    before = owed(reference)
    row = stop(reference, clock, team.officer)
    clock.advance(2 * DAY)
    forget_notices()
    act(reference, pauses.end_pause, row.id, actor=team.coordinator)
    assert owed(reference) == {promise: due + 2 * DAY for promise, due in before.items()}
    assert told() == {("clock_runs_again", None)}
    explained(reference)


def test_a_pause_that_was_still_to_come_is_taken_back_whole(clock, team, reference):
    before = owed(reference)
    row = stop(reference, clock, team.officer, code="ceremony", starts_at=clock.now + 2 * DAY)
    assert owed(reference) != before
    act(reference, pauses.end_pause, row.id, asked_by=ELDERS, actor=team.officer)
    assert owed(reference) == before


def test_the_sweep_notes_the_end_once_and_moves_no_date(clock, team, reference):
    stop(reference, clock, team.officer)
    before = owed(reference)
    assert pauses.end_due() == 0
    clock.advance(10 * DAY)
    forget_notices()
    assert [pauses.end_due(), pauses.end_due()] == [1, 0]
    assert owed(reference) == before
    assert told() == {("going_on", None), ("nobody_answered", team.officer.id)}
    assert kinds_of(reference).count("ClockResumed") == 1
    explained(reference)


def test_the_sweep_leaves_a_case_alone_that_fails_and_goes_on(clock, team, reference, monkeypatch, caplog):
    other = states.an_assessed_case(team)
    for one in (reference, other):
        stop(one, clock, team.officer)
    clock.advance(11 * DAY)
    broken = case_of(reference).id
    real = pauses.cases.lock_if_free
    taken = iter([broken])

    def lock(case_id):
        if case_id == broken and next(taken, None):
            raise RuntimeError("the row cannot be read")
        return real(case_id)

    monkeypatch.setattr(pauses.cases, "lock_if_free", lock)
    caplog.set_level(logging.CRITICAL)
    assert [pauses.end_due(), pauses.end_due()] == [1, 1]


def test_a_case_somebody_has_in_hand_is_left_to_the_next_sweep(clock, team, reference, monkeypatch):
    stop(reference, clock, team.officer)
    clock.advance(11 * DAY)
    monkeypatch.setattr(pauses.cases, "lock_if_free", lambda case_id: None)
    assert pauses.end_due() == 0


def test_a_date_told_during_a_pause_holds_and_a_later_pause_moves_it(clock, team, reference):
    stop(reference, clock, team.officer, days=5)
    row = the_open(reference, P.PROPOSE)
    new_date = row.due_at + 4 * DAY
    act(reference, delays.extend, row.id, "The laboratory needs longer.", new_date, actor=team.officer)
    act(reference, conversation.write_as_person, "The one at the school.", actor=person_of(reference))
    assert the_open(reference, P.PROPOSE).due_at == new_date
    clock.advance(DAY)
    stop(reference, clock, team.officer, days=2, code="mourning")
    assert the_open(reference, P.PROPOSE).due_at == new_date + 2 * DAY
    explained(reference)


def test_a_pause_of_a_case_that_came_from_another_site_moves_the_date_that_was_told(clock, team):
    intake = states.staff(Role.COORDINATOR)
    far = states.a_site("PER", "America/Lima")
    reference = states.a_case(None)
    act(reference, triage.route, far, actor=intake)
    before = owed(reference)
    stop(reference, clock, intake, days=2, code="ceremony")
    after = owed(reference)
    assert after == {
        **{promise: due + 2 * DAY for promise, due in before.items()},
        P.ACKNOWLEDGE: before[P.ACKNOWLEDGE],
    }
    explained(reference)


def test_a_pause_without_an_end_holds_every_date_until_it_is_ended(clock, team, reference):
    pause(reference)
    stop(reference, clock, team.officer, days=3)
    assert the_open(reference, P.PROPOSE).due_at == HELD
    [row] = [one for one in pauses_of(reference) if one.ends_at is None]
    clock.advance(DAY)
    act(reference, pauses.end_pause, row.id, asked_by=ELDERS, actor=team.officer)
    assert the_open(reference, P.PROPOSE).due_at < HELD
    with_case(reference, lambda case: None)


def test_a_closed_case_is_not_paused_and_its_check_waits_for_nobody(clock, team):
    reference = states.a_closed_case(team)
    refused("closed_has_no_pause", reference, clock, team.coordinator, code="harvest")
    assert pauses_of(reference) == []
    clock.advance(30 * DAY)
    act(reference, endings.check_afterwards, AfterTalk("All is well.", "yes", punished=False), actor=team.officer)


def test_while_we_wait_for_the_person_they_are_reminded_after_each_third_and_then_we_go_on(clock, team, reference):
    """Domain 2.2, NEEDS_INFO: after two reminders we proceed on what is known."""
    stop(reference, clock, team.officer, days=9)
    seen = []
    for _ in range(3):
        clock.advance(3 * DAY - timedelta(seconds=1))
        assert pauses.end_due() == 0
        clock.advance(timedelta(seconds=1))
        forget_notices()
        assert [pauses.end_due(), pauses.end_due()] == [1, 0]
        seen.append(told())
    assert seen[:2] == [{("reminder_to_reply", None)}] * 2
    assert seen[2] == {("going_on", None), ("nobody_answered", team.officer.id)}
    assert kinds_of(reference).count("PersonReminded") == 2
    assert kinds_of(reference)[-1] == "ClockResumed"
    explained(reference)


def test_after_a_sleep_of_the_worker_one_reminder_speaks_for_both(clock, team, reference):
    stop(reference, clock, team.officer, days=9)
    clock.advance(7 * DAY)
    assert [pauses.end_due(), pauses.end_due()] == [1, 0]
    assert kinds_of(reference).count("PersonReminded") == 1
    assert pauses_of(reference)[0].reminders == 2


def test_after_their_answer_nobody_is_reminded(clock, team, reference):
    stop(reference, clock, team.officer, days=9)
    act(reference, conversation.write_as_person, "The one at the school.", actor=person_of(reference))
    clock.advance(30 * DAY)
    assert pauses.end_due() == 0
    assert "PersonReminded" not in kinds_of(reference)


def test_in_a_pause_of_the_community_nobody_is_reminded(clock, team, reference):
    stop(reference, clock, team.officer, days=9, code="ceremony")
    clock.advance(8 * DAY)
    assert pauses.end_due() == 0
    with_case(reference, lambda case: setattr(pauses_of(reference)[0], "look_at", clock.now))  # as after an upgrade
    assert pauses.end_due() == 0
    clock.advance(DAY)
    forget_notices()
    assert pauses.end_due() == 1
    assert told() == {("clock_runs_again", None), ("clock_runs", team.officer.id)}


def test_a_pause_whose_reason_is_gone_from_the_rules_ends_like_any_other(clock, team, reference):
    stop(reference, clock, team.officer, days=9)
    with_case(reference, lambda case: setattr(pauses_of(reference)[0], "reason_code", "something_old"))
    clock.advance(9 * DAY)
    pause(reference)
    assert pauses.end_due() == 1
    assert kinds_of(reference)[-1] == "ClockResumed"


@pytest.mark.parametrize("says", [answers.accept, answers.counter])
def test_whoever_answers_the_proposal_is_not_waited_for_any_more(clock, team, says):
    reference = states.an_assessed_case(team)
    row = stop(reference, clock, team.officer)
    act(reference, proposals.propose, states.offer("Water the road."), actor=team.officer)
    clock.advance(DAY)
    act(reference, says, actor=person_of(reference))
    [after] = pauses_of(reference)
    assert (after.id, after.ends_at) == (row.id, clock.now)
    assert "ClockResumed" in kinds_of(reference)
    assert explained(reference)


def test_a_panel_has_its_time_from_the_day_of_the_refusal_whatever_was_asked_before(clock, team):
    reference = states.an_assessed_case(team)
    stop(reference, clock, team.officer)
    act(reference, proposals.propose, states.offer("Water the road."), actor=team.officer)
    act(reference, answers.refuse, wants_panel=True, actor=person_of(reference))
    assert the_open(reference, Promise.DECIDE_APPEAL).due_at.date() == (clock.now + 30 * DAY).date()
