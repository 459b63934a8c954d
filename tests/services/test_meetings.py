"""Meetings of a case; and a group hears how its concern ended before we close it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage import clock as our_time
from engage.domain.case import Writer
from engage.domain.deadlines import Promise
from engage.domain.guards import Refused
from engage.domain.lifecycle import Stage
from engage.domain.policy import NotAllowed
from engage.models import Meeting, Message
from engage.services import answers, arrangements, cases, endings, meetings, proposals, triage
from engage.services.meetings import Met
from tests import states
from tests.promised import kinds_of, owed
from tests.states import act, case_of, person_of


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


@pytest.fixture
def a_meeting():
    return lambda **values: Met(
        **{
            "on": our_time.utcnow().date(),
            "place": "School",
            "language": "sr",
            "who": "about 40, half of them women",
            "words": "The road is watered twice a day.",
            **values,
        }
    )


def refused(code, *args, **values):
    with pytest.raises(Refused) as caught:
        act(*args, **values)
    assert caught.value.refusal.code == code


def a_group(team, *remedies):
    """A group to which something was proposed."""
    reference = states.an_acknowledged_case(team, is_collective=True)
    act(reference, triage.assess, states.assessment(), actor=team.coordinator)
    act(reference, triage.assign, team.officer.id, actor=team.coordinator)
    act(reference, proposals.propose, states.offer(*remedies), actor=team.officer)
    return reference


def test_a_group_is_told_before_its_case_closes(team, a_meeting):
    """R46: closing the case of a group without having told it is refused."""
    reference = a_group(team, "Water the road.")
    person = person_of(reference)
    act(reference, answers.accept, actor=person)
    remedy = cases.latest_proposal(case_of(reference)).remedies[0].id
    act(reference, endings.finish_remedy, remedy, "Photo.", actor=team.officer)
    act(reference, answers.confirm_remedy, remedy, confirmed=True, actor=person)
    refused("report_back_first", reference, endings.verify, actor=team.officer)
    refused("report_back_first", reference, endings.verify, actor=team.approver, reason="All is done.")
    act(reference, meetings.report_back, a_meeting(), actor=team.officer)
    act(reference, endings.verify, actor=team.officer)
    assert case_of(reference).stage is Stage.CLOSED


def test_an_acceptance_of_a_group_with_nothing_left_to_do_leaves_telling_it(team, session, a_meeting):
    """R46: the yes of who speaks for a group alone does not end its concern; the time to tell it runs."""
    reference = a_group(team)
    act(reference, answers.accept, actor=person_of(reference))
    assert case_of(reference).stage is Stage.IMPLEMENTING
    assert Promise.IMPLEMENT in owed(reference)
    act(reference, meetings.report_back, a_meeting(), actor=team.officer)
    assert Promise.IMPLEMENT not in owed(reference)
    row = session.scalars(select(Meeting)).one()
    told = session.get_one(Message, row.message_id)
    assert told.writer is Writer.STAFF
    assert "The road is watered twice a day." in told.words
    assert "ReportedBack" in kinds_of(reference)
    act(reference, endings.verify, actor=team.officer)


def test_a_group_that_was_told_with_the_offer_ends_its_concern_by_its_yes(team, a_meeting):
    reference = a_group(team)
    act(reference, meetings.report_back, a_meeting(), actor=team.officer)
    act(reference, answers.accept, actor=person_of(reference))
    assert case_of(reference).stage is Stage.CLOSED


def test_only_a_group_is_told_and_only_once_there_is_something_to_tell(team, a_meeting):
    single = states.a_proposed_case(team)
    refused("not_a_group", single, meetings.report_back, a_meeting(), actor=team.officer)
    early = states.an_acknowledged_case(team, is_collective=True)
    refused("nothing_to_report_back", early, meetings.report_back, a_meeting(), actor=team.coordinator)
    with pytest.raises(NotAllowed):
        act(early, meetings.report_back, a_meeting(), actor=team.auditor)
    with pytest.raises(NotAllowed):
        act(single, meetings.report_back, a_meeting(), actor=person_of(single))


def test_talks_are_recorded_with_day_place_language_and_who(team, session, a_meeting):
    """R31 and domain 2.2: each dialogue is an event of its round."""
    reference = states.a_proposed_case(team)
    act(reference, answers.counter, actor=person_of(reference), wants_meeting=True)
    act(reference, meetings.hold_talks, a_meeting(), actor=team.officer)
    row = session.scalars(select(Meeting)).one()
    assert (row.purpose, row.round, row.place, row.language) == ("talks", 2, "School", "sr")
    assert session.get_one(Message, row.message_id).writer is Writer.NOTE
    assert "MeetingHeld" in kinds_of(reference)


def test_a_meeting_needs_all_its_facts_and_a_day_that_was(team, a_meeting):
    reference = states.a_proposed_case(team)
    refused("meeting_incomplete", reference, meetings.hold_talks, a_meeting(place=" "), actor=team.officer)
    ahead = a_meeting().on + timedelta(days=2)
    refused("day_is_ahead", reference, meetings.hold_talks, a_meeting(on=ahead), actor=team.officer)
    before = a_meeting().on - timedelta(days=1)  # the concern came in today
    refused("day_before_receipt", reference, meetings.hold_talks, a_meeting(on=before), actor=team.officer)
    early = states.an_assessed_case(team)
    refused("no_talks", early, meetings.hold_talks, a_meeting(), actor=team.officer)


def test_a_meeting_waits_for_what_the_person_needs(team, a_meeting):
    """R12: not held while support is missing, without a reason."""
    reference = states.a_proposed_case(team)
    act(reference, arrangements.ask_for, "interpreter", actor=team.officer)
    refused("support_missing", reference, meetings.hold_talks, a_meeting(), actor=team.officer)
    act(reference, meetings.hold_talks, a_meeting(), actor=team.officer, without="They brought a cousin.")
