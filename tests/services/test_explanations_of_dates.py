"""Whatever happens to the clocks of a case, every date that runs is the end of its own explanation (R19)."""

from datetime import timedelta

import pytest

from engage.domain.deadlines import Promise, StepCode
from engage.domain.guards import Refused
from engage.services import conversation, delays, pauses
from engage.services.delays import Delay
from tests import states
from tests.paused import DAY, ELDERS, explained, pauses_of, stop
from tests.promised import rows_of
from tests.states import act, person_of

STEPS = 40


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def one_step(dice, clock, team, reference):
    """Something that moves a date, or time that passes; what is refused changes nothing."""
    running = [row for row in rows_of(reference) if row.ended_at is None]
    match dice.randrange(6):
        case 0:
            clock.advance(timedelta(minutes=dice.randrange(1, 6000)))
        case 1:
            code = dice.choice(["waiting_for_person", "mourning", "community_decision"])
            begins = dice.choice([None, clock.now + dice.randrange(1, 9) * DAY])
            length = timedelta(minutes=dice.randrange(1, 20_000))
            stop(reference, clock, team.officer, code=code, starts_at=begins, ends_at=(begins or clock.now) + length)
        case 2:
            lasting = [row for row in pauses_of(reference) if row.over_at is None]
            if lasting:
                act(reference, pauses.end_pause, dice.choice(lasting).id, asked_by=ELDERS, actor=team.approver)
        case 3:
            act(reference, conversation.write_as_person, "Here it is.", actor=person_of(reference))
        case 4:
            pauses.end_due()
        case _:
            row = dice.choice(running)
            later = max(row.due_at, clock.now) + dice.randrange(1, 20) * DAY
            if row.due_at < clock.now:
                act(reference, delays.tell_delay, row.id, Delay("x", "It takes longer."), later, actor=team.approver)
            else:
                act(reference, delays.extend, row.id, "It takes longer.", later, actor=team.approver)


@pytest.mark.slow
def test_dates_explain_themselves_after_any_pauses_extensions_and_answers(clock, team, dice):
    for _ in range(5):
        reference = states.an_assessed_case(team)
        stop(reference, clock, team.officer, days=1)
        clock.advance(2 * DAY)
        pauses.end_due()
        assert any(row.total_pause for row in rows_of(reference))
        for _ in range(STEPS):
            try:
                one_step(dice, clock, team, reference)
            except Refused:
                continue
            explained(reference)


def test_the_way_to_a_date_that_was_put_off_during_a_pause_names_no_pause_it_holds_already(clock, team):
    reference = states.an_assessed_case(team)
    stop(reference, clock, team.officer, days=5)
    [row] = [row for row in rows_of(reference, Promise.PROPOSE) if row.ended_at is None]
    act(reference, delays.extend, row.id, "It takes longer.", row.due_at + DAY, actor=team.officer)
    [steps] = [one for one in explained(reference) if one[-1].ends_at == row.due_at + DAY]
    assert [step.code for step in steps] == [StepCode.COUNTED]
