"""Putting off what was promised: in time by an extension, and late by the word we owe."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.case import Writer
from engage.domain.deadlines import Promise
from engage.domain.guards import Refused
from engage.domain.policy import NotAllowed, Role
from engage.extensions import db
from engage.models import Message, OutboxMessage
from engage.services import answers, deadlines, delays, escalation
from engage.services.delays import Delay
from tests import states
from tests.notify.letters import forget_notices
from tests.promised import breaks_of, change_rules, kinds_of, reached, rows_of, the_open, with_case
from tests.states import act, case_of, person_of

P = Promise
WHY = "The laboratory needs longer to look at the water."
LATE = Delay("We took samples at both wells.", WHY)


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


@pytest.fixture
def reference(team):
    return states.an_assessed_case(team)


def refused(code, *args, **values):
    with pytest.raises(Refused) as caught:
        act(*args, **values)
    assert caught.value.refusal.code == code


def to_person():
    wanted = select(OutboxMessage.template).where(OutboxMessage.user_id.is_(None))
    return list(db.session.scalars(wanted))


def put_off(reference, actor, days=5, words=WHY, promise=P.PROPOSE):
    row = the_open(reference, promise)
    act(reference, delays.extend, row.id, words, row.due_at + timedelta(days=days), actor=actor)


def test_a_promise_is_put_off_before_it_falls_due_and_the_person_is_told_why(clock, session, team, reference):
    told = the_open(reference, P.PROPOSE)
    forget_notices()
    put_off(reference, team.officer)
    [old, new] = sorted(rows_of(reference, P.PROPOSE), key=lambda row: row.version)
    assert (old.id, old.ended_at, old.delay_told_at, old.breached_at) == (told.id, clock.now, clock.now, None)
    assert (new.version, new.starts_at, new.due_at) == (2, clock.now, old.due_at + timedelta(days=5))
    assert to_person() == ["more_time"]
    said = session.scalars(select(Message).where(Message.words == WHY)).one()
    assert said.writer is Writer.STAFF
    assert kinds_of(reference)[-1] == "DeadlineExtended"


def late_again(clock, reference, actor, promise=P.PROPOSE):
    """The promise falls due, and its person is told of a delay of ten days; who of us hears that it is late."""
    row = the_open(reference, promise)
    clock.move_to(row.due_at + timedelta(hours=1))
    forget_notices()
    act(reference, delays.tell_delay, row.id, LATE, clock.now + timedelta(days=10), actor=actor)
    return {row.user_id for row in db.session.scalars(select(OutboxMessage)) if row.template == "case_late"}


def test_a_delay_that_is_told_again_and_again_reaches_those_further_up(clock, team, reference):
    """Whoever works a case cannot move a date for ever: each new one had its rungs before it again."""
    with_case(reference, lambda case: setattr(case, "assignee_id", team.officer.id))
    told = [late_again(clock, reference, team.officer) for _ in range(4)]
    assert told[:3] == [set(), {team.coordinator.id, team.second_coordinator.id}, {team.approver.id}]
    assert told[3]


def test_where_nobody_sits_further_up_those_who_are_told_first_hear_of_the_second_delay(clock, team):
    site_id = states.a_site("KOL")
    alone, reference = states.staff(Role.COORDINATOR, site_id=site_id), states.a_case(site_id)
    told = [late_again(clock, reference, alone, promise=P.ASSESS) for _ in range(2)]
    assert told == [set(), {alone.id}]


def test_of_the_restricted_lane_a_delay_that_is_told_again_reaches_its_focal_points(clock, team):
    reference = states.a_case(team.site_id, category="GBV")
    for _ in range(2):
        row = the_open(reference, P.ASSESS)
        clock.move_to(row.due_at + timedelta(hours=1))
        forget_notices()
        act(reference, delays.tell_delay, row.id, LATE, clock.now + timedelta(days=9), actor=team.focal)
    told = {(row.template, row.user_id) for row in db.session.scalars(select(OutboxMessage)) if row.user_id}
    assert told == {("item_for_you", team.focal.id), ("item_for_you", team.second_focal.id)}


def test_the_new_date_is_reminded_of_anew(clock, team, reference):
    due = the_open(reference, P.PROPOSE).due_at
    clock.move_to(due - timedelta(hours=30))
    escalation.climb()
    assert ("most_gone", False) in reached(reference, P.PROPOSE)
    put_off(reference, team.officer, days=20)
    clock.move_to(due + timedelta(days=18, hours=12))
    escalation.climb()
    assert reached(reference, P.PROPOSE).count(("most_gone", False)) == 2


def test_a_second_time_takes_an_approver_and_a_third_is_not_possible(team, reference):
    put_off(reference, team.officer)
    with pytest.raises(Refused, match="one_level_up"):
        put_off(reference, team.officer)
    put_off(reference, team.approver)
    refused_third = the_open(reference, P.PROPOSE)
    later = refused_third.due_at + timedelta(days=1)
    refused("no_more_extensions", reference, delays.extend, refused_third.id, WHY, later, actor=team.approver)


def test_what_is_owed_anew_can_be_put_off_anew(team):
    reference = states.an_assessed_case(team)
    put_off(reference, team.officer)
    act(reference, states.proposals.propose, states.offer("Water the road."), actor=team.officer)
    act(reference, answers.counter, actor=person_of(reference))
    put_off(reference, team.officer)
    assert the_open(reference, P.PROPOSE).version == 4


def test_only_those_who_work_the_case_put_anything_off(team, reference):
    for actor in (team.liaison, team.auditor, team.rights_lead):
        with pytest.raises((NotAllowed, Exception), match=r"extend|No row was found"):
            put_off(reference, actor)


def test_a_date_that_has_passed_cannot_be_put_off_any_more(clock, team, reference):
    row = the_open(reference, P.PROPOSE)
    clock.move_to(row.due_at + timedelta(seconds=1))
    refused(
        "too_late_to_extend", reference, delays.extend, row.id, WHY, clock.now + timedelta(days=1), actor=team.officer
    )


def test_neither_the_receipt_nor_the_persons_own_time_is_put_off_by_us(team):
    fresh = states.a_case(team.site_id)
    row = the_open(fresh, P.ACKNOWLEDGE)
    later = row.due_at + timedelta(days=1)
    refused("cannot_be_put_off", fresh, delays.extend, row.id, WHY, later, actor=team.coordinator)
    proposed = states.a_proposed_case(team, "Water the road.")
    row = the_open(proposed, P.ANSWER)
    refused("cannot_be_put_off", proposed, delays.extend, row.id, WHY, later, actor=team.officer)


def test_a_promise_of_another_case_or_one_that_ended_is_not_put_off(team, reference):
    other = the_open(states.an_assessed_case(team), P.PROPOSE)
    later = other.due_at + timedelta(days=1)
    refused("cannot_be_put_off", reference, delays.extend, other.id, WHY, later, actor=team.officer)
    [ended] = rows_of(reference, P.ASSESS)
    refused("cannot_be_put_off", reference, delays.extend, ended.id, WHY, later, actor=team.officer)


@pytest.mark.parametrize(
    ("words", "days", "code"), [("  ", 1, "reason_needed"), (WHY, 0, "date_is_past"), (WHY, 31, "date_too_far")]
)
def test_a_new_date_needs_a_reason_and_lies_ahead_but_not_far(team, reference, words, days, code):
    row = the_open(reference, P.PROPOSE)
    refused(code, reference, delays.extend, row.id, words, row.due_at + timedelta(days=days), actor=team.officer)


def test_the_date_told_with_a_delay_is_not_far_either(clock, team, reference):
    row = the_open(reference, P.PROPOSE)
    clock.move_to(row.due_at + timedelta(days=1))
    said, far = delays.Delay("We measured.", WHY), clock.now + timedelta(days=31)
    refused("date_too_far", reference, delays.tell_delay, row.id, said, far, actor=team.officer)


def test_rules_without_extensions_allow_none(team):
    def change(promises, _ladder):
        promises["extension"] = {"without_approval": 0, "with_approval": 0, "most_days": 30}

    change_rules(team.site_id, change)
    reference = states.an_assessed_case(team)
    row = the_open(reference, P.PROPOSE)
    later = row.due_at + timedelta(days=1)
    refused("no_more_extensions", reference, delays.extend, row.id, WHY, later, actor=team.approver)


def test_a_delay_is_told_by_a_human_with_a_new_date_and_the_breach_stays(clock, session, team, reference):
    row = the_open(reference, P.PROPOSE)
    clock.move_to(row.due_at + timedelta(days=1))
    forget_notices()
    new_date = clock.now + timedelta(days=7)
    act(reference, delays.tell_delay, row.id, LATE, new_date, actor=team.officer)
    [old, new] = sorted(rows_of(reference, P.PROPOSE), key=lambda one: one.version)
    assert old.breached_at == old.delay_told_at == old.ended_at == clock.now
    assert (new.due_at, new.breached_at, new.delay_told_at) == (new_date, None, None)
    assert to_person() == ["case_delayed"]
    assert case_of(reference).next_due_at <= new_date
    events = kinds_of(reference)
    assert events.index("DeadlineMissed") < events.index("DelayTold")
    assert events.count("DeadlineMissed") == 1
    assert session.scalars(select(Message).where(Message.words == f"{LATE.done_so_far}\n\n{WHY}")).one()


def test_nobody_tells_a_delay_of_ours_but_one_of_us(clock, reference):
    """What the person may write is theirs; that we are late, and until when, is ours to say."""
    row = the_open(reference, P.PROPOSE)
    clock.move_to(row.due_at + timedelta(days=1))
    with pytest.raises(NotAllowed):
        later = clock.now + timedelta(days=7)
        act(reference, delays.tell_delay, row.id, LATE, later, actor=person_of(reference))


def test_a_breach_that_the_sweep_noted_is_not_noted_again_when_the_delay_is_told(clock, team, reference):
    row = the_open(reference, P.PROPOSE)
    clock.move_to(row.due_at + timedelta(days=1))
    escalation.climb()
    before = kinds_of(reference).count("DeadlineMissed")
    act(reference, delays.tell_delay, row.id, LATE, clock.now + timedelta(days=7), actor=team.officer)
    assert kinds_of(reference).count("DeadlineMissed") == before


def test_the_new_date_is_a_promise_with_a_ladder_of_its_own(clock, team, reference):
    row = the_open(reference, P.PROPOSE)
    clock.move_to(row.due_at + timedelta(days=6))
    escalation.climb()
    act(reference, delays.tell_delay, row.id, LATE, clock.now + timedelta(days=7), actor=team.officer)
    clock.advance(timedelta(days=13))
    escalation.climb()
    assert reached(reference, P.PROPOSE).count(("late_5_days", False)) == 2
    assert len([one for one in rows_of(reference, P.PROPOSE) if one.breached_at]) == 2


def test_a_delay_that_was_told_is_no_extension(clock, team, reference):
    row = the_open(reference, P.PROPOSE)
    clock.move_to(row.due_at + timedelta(days=1))
    act(reference, delays.tell_delay, row.id, LATE, clock.now + timedelta(days=7), actor=team.officer)
    put_off(reference, team.officer)


def test_there_is_no_delay_to_tell_of_a_promise_that_is_in_time_or_over(clock, team, reference):
    row = the_open(reference, P.PROPOSE)
    later = row.due_at + timedelta(days=1)
    refused("not_late", reference, delays.tell_delay, row.id, LATE, later, actor=team.officer)
    clock.move_to(row.due_at + timedelta(days=1))
    with_case(reference, deadlines.end_all)
    refused("not_late", reference, delays.tell_delay, row.id, LATE, later, actor=team.officer)


def test_a_delay_without_a_word_of_what_was_done_is_not_told(clock, team, reference):
    """R25: actions taken, that there is a delay, reasons, and the new date."""
    row = the_open(reference, P.PROPOSE)
    clock.move_to(row.due_at + timedelta(days=1))
    later = clock.now + timedelta(days=7)
    silent = Delay(" ", WHY)
    refused("actions_needed", reference, delays.tell_delay, row.id, silent, later, actor=team.officer)


def test_the_record_holds_after_dates_have_moved(clock, team, reference):
    put_off(reference, team.officer)
    row = the_open(reference, P.PROPOSE)
    clock.move_to(row.due_at + timedelta(days=1))
    escalation.climb()
    act(reference, delays.tell_delay, row.id, LATE, clock.now + timedelta(days=7), actor=team.officer)
    assert breaks_of(reference) == []
