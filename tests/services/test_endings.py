"""Towards the end of a case and after it: remedies, checks, and what the person thinks; each once, and in turn."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from engage.domain.case import Writer
from engage.domain.deadlines import Promise
from engage.domain.guards import Refused
from engage.domain.policy import NotAllowed
from engage.domain.severity import Level
from engage.models import AfterCheck, CaseEvent, Feedback, Message, OutboxMessage
from engage.services import answers, cases, endings, proposals
from engage.services.endings import AfterTalk
from tests import states
from tests.promised import kinds_of, rows_of, the_open
from tests.states import act, case_of, person_of

DAY = timedelta(days=1)


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def refused(code, *args, **values):
    with pytest.raises(Refused) as caught:
        act(*args, **values)
    assert caught.value.refusal.code == code


def remedy_of(reference):
    return cases.latest_proposal(case_of(reference)).remedies[0].id


def test_only_a_remedy_of_this_case_is_finished_and_only_while_it_is_carried_out(team):
    reference, other = states.an_implementing_case(team), states.an_implementing_case(team)
    ended = states.a_closed_case(team)
    for of, remedy in ((reference, uuid.uuid4()), (reference, remedy_of(other)), (ended, remedy_of(ended))):
        refused("nothing_to_finish", of, endings.finish_remedy, remedy, "Photo.", actor=team.officer)
    act(reference, endings.finish_remedy, remedy_of(reference), "Photo.", actor=team.officer)


def test_nobody_confirms_a_remedy_that_is_not_done_or_not_theirs(team):
    reference, other = states.an_implementing_case(team), states.an_implementing_case(team)
    act(other, endings.finish_remedy, remedy_of(other), "Photo.", actor=team.officer)
    person = person_of(reference)
    for remedy in (remedy_of(reference), remedy_of(other), uuid.uuid4()):
        refused("nothing_to_confirm", reference, answers.confirm_remedy, remedy, confirmed=True, actor=person)


def test_a_remedy_the_person_called_good_is_neither_done_nor_answered_a_second_time(team):
    """A page left open in another window takes no yes back, and leaves nothing owed by no date."""
    reference = states.an_implementing_case(team)
    remedy, person = remedy_of(reference), person_of(reference)
    act(reference, endings.finish_remedy, remedy, "Photo.", actor=team.officer)
    refused("nothing_to_finish", reference, endings.finish_remedy, remedy, "Another photo.", actor=team.officer)
    act(reference, answers.confirm_remedy, remedy, confirmed=True, actor=person)
    refused("nothing_to_finish", reference, endings.finish_remedy, remedy, "Another photo.", actor=team.officer)
    refused("nothing_to_confirm", reference, answers.confirm_remedy, remedy, confirmed=False, actor=person)


def test_the_reason_for_closing_although_the_person_had_said_no_is_told_to_them(team, session):
    """R45: their word signs it off. Whoever closes without it answers to them, and they can appeal."""
    reference = states.an_implementing_case(team)
    remedy, person = remedy_of(reference), person_of(reference)
    act(reference, endings.finish_remedy, remedy, "Photo.", actor=team.officer)
    act(reference, answers.confirm_remedy, remedy, confirmed=False, actor=person)
    refused("person_said_no", reference, endings.verify, reason="It is done.", actor=team.approver)
    act(reference, endings.finish_remedy, remedy, "Another photo.", actor=team.officer)
    act(reference, endings.verify, reason="The road is wet twice a day.", actor=team.approver)
    written = select(Message.writer).where(Message.words == "The road is wet twice a day.")
    assert session.scalars(written).one() is Writer.STAFF
    assert session.scalars(select(OutboxMessage.template).where(OutboxMessage.template == "case_finished")).all()


def test_why_it_is_closed_without_a_person_who_does_not_answer_stays_with_staff(team, session):
    reference = states.an_implementing_case(team)
    act(reference, endings.finish_remedy, remedy_of(reference), "Photo.", actor=team.officer)
    act(reference, endings.verify, reason="They moved away.", actor=team.approver)
    assert session.scalars(select(Message.writer).where(Message.words == "They moved away.")).one() is Writer.NOTE


def test_a_talk_after_closure_is_recorded_while_one_is_owed(team, clock):
    reference = states.an_implementing_case(team)
    refused(
        "no_check_owed",
        reference,
        endings.check_afterwards,
        AfterTalk("All is well.", "yes", punished=False),
        actor=team.officer,
    )
    reference = states.a_closed_case(team)
    clock.advance(30 * DAY)
    act(reference, endings.check_afterwards, AfterTalk("All is well.", "yes", punished=False), actor=team.officer)
    assert "CheckedAfterwards" in kinds_of(reference)


@pytest.mark.parametrize("talk", [AfterTalk("All is well.", "yes", punished=False), AfterTalk("I rang once.")])
def test_a_talk_on_the_day_of_closing_is_no_check_whether_it_stayed_right(team, clock, talk):
    """Domain 2.2: checks at 30 and 90 days. One that counts on the first day would end the promise of the last."""
    reference = states.a_closed_case(team)
    refused("check_too_early", reference, endings.check_afterwards, talk, actor=team.officer)
    clock.advance(14 * DAY)
    refused("check_too_early", reference, endings.check_afterwards, talk, actor=team.officer)
    assert the_open(reference, Promise.CHECK_AFTERWARDS)
    clock.advance(DAY)
    act(reference, endings.check_afterwards, talk, actor=team.officer)


def test_whoever_was_punished_before_a_check_counts_is_heard_at_once_and_checked_on_all_the_same(team):
    """R52: an allegation waits for no date."""
    reference = states.a_closed_case(team)
    act(reference, endings.check_afterwards, AfterTalk("They cut my shifts.", "yes", punished=True), actor=team.officer)
    assert {"RetaliationFound", "UrgentFactFound"} <= set(kinds_of(reference))
    assert "CheckedAfterwards" not in kinds_of(reference)
    assert the_open(reference, Promise.CHECK_AFTERWARDS)


def test_a_talk_after_closure_asks_whether_it_stayed_right_and_whether_anyone_was_punished(team, clock, session):
    """R52 and domain 5.7: each check after closure holds the question whether anyone was punished."""
    reference = states.a_closed_case(team, level=Level.MODERATE)
    for half in (AfterTalk("So so.", "partly"), AfterTalk("So so.", punished=False), AfterTalk("?", "perhaps", False)):
        refused("check_needs_answers", reference, endings.check_afterwards, half, actor=team.officer)
    clock.advance(90 * DAY)
    act(reference, endings.check_afterwards, AfterTalk("I rang twice."), actor=team.officer)
    act(reference, endings.check_afterwards, AfterTalk("They cut my shifts.", "yes", punished=True), actor=team.officer)
    rows = session.scalars(select(AfterCheck).order_by(AfterCheck.recorded_at, AfterCheck.reached)).all()
    assert [(row.reached, row.stayed_right, row.punished) for row in rows] == [(False, None, None), (True, "yes", True)]
    assert {"RetaliationFound", "UrgentFactFound"} <= set(kinds_of(reference))
    refused("no_check_owed", reference, endings.check_afterwards, AfterTalk("Again."), actor=team.officer)


@pytest.mark.parametrize(
    ("category", "days"), [("AIR", [30]), ("RES", [30, 90, 180, 365]), ("LIV", [30, 90, 180, 365])]
)
def test_a_home_or_a_livelihood_is_looked_at_for_a_year_after_closure(team, category, days):
    """R53 and domain 2.2: checks at 30 and 90 days; resettlement and livelihoods at six and twelve months too."""
    reference = states.an_assessed_case(team, category=category)
    act(reference, proposals.propose, states.offer(), actor=team.officer)
    act(reference, answers.accept, actor=person_of(reference))
    rows = rows_of(reference, Promise.CHECK_AFTERWARDS)
    assert [(row.due_at.date() - case_of(reference).closed_at.date()).days for row in rows] == days


def test_what_a_person_thinks_of_us_is_theirs_to_say_at_the_end_and_counts_once(session, team):
    reference = states.an_implementing_case(team)
    said = {"process": 4, "outcome": 2, "words": "Slow."}
    refused("not_closed_yet", reference, answers.give_feedback, **said, actor=person_of(reference))
    reference = states.a_closed_case(team)
    with pytest.raises(NotAllowed):
        act(reference, answers.give_feedback, **said, actor=team.officer)
    act(reference, answers.give_feedback, **said, actor=person_of(reference))
    act(reference, answers.give_feedback, process=5, outcome=5, words=None, actor=person_of(reference))
    kept = session.scalars(select(Feedback)).one()
    assert (kept.process, kept.outcome, kept.words) == (4, 2, "Slow.")
    given = select(func.count(CaseEvent.id)).where(CaseEvent.kind == "FeedbackGiven")
    assert session.scalar(given) == 1
