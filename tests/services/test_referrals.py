"""A matter is handed over by a named human, with consent or a law, and followed until it is taken (R35, R36)."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.guards import Refused
from engage.domain.lifecycle import Stage
from engage.domain.outside import Basis, ReferralKind
from engage.domain.policy import SYSTEM, NotAllowed
from engage.extensions import db
from engage.models import OutboxMessage, Recipient, Referral, Task
from engage.services import referrals, tasks, triage
from engage.services.referrals import Matter
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import forget_notices, told
from tests.promised import kinds_of, owed
from tests.states import act, case_of

REMINDER = "Ask if they take it."
TO_HR = Matter(ReferralKind.HR, "HR of the mine", "The wage of March.", Basis.CONSENT, "By phone.", "Nobody is named.")
TO_POLICE = replace(TO_HR, kind=ReferralKind.AUTHORITY, to_whom="Police", basis=Basis.LAW, basis_words="Article 9.")


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def refused(code, *args, **values):
    with pytest.raises(Refused) as caught:
        act(*args, **values)
    assert caught.value.refusal.code == code


def hand_over(reference, matter, actor):
    act(reference, referrals.hand_over, matter, actor=actor, reminder=REMINDER)
    return db.session.scalars(select(Referral).order_by(Referral.made_at.desc())).first()


def test_r35_a_worker_matter_stays_with_us_until_hr_has_taken_it_and_the_person_is_told(team):
    """R35: Refer to HR: case stays open until HR accepts; complainant told."""
    reference = states.an_acknowledged_case(team)
    asked = ("worker_matter", "HR looks after it now.", "HR, the house by the gate.")
    refused("hr_has_not_accepted", reference, triage.ask_screen_out, *asked, actor=team.coordinator)
    forget_notices()
    row = hand_over(reference, TO_HR, team.coordinator)
    assert ("case_news", None) in told()
    assert case_of(reference).stage is Stage.ACKNOWLEDGED
    refused("hr_has_not_accepted", reference, triage.ask_screen_out, *asked, actor=team.coordinator)
    forget_notices()
    settled = {"accepted": True, "words": "The head of HR, by letter."}
    act(reference, referrals.settle, row.id, **settled, actor=team.second_coordinator)
    assert {("case_news", None), ("case_moved", team.coordinator.id)} <= set(told())
    assert case_of(reference).stage is Stage.ACKNOWLEDGED
    act(reference, triage.ask_screen_out, *asked, actor=team.coordinator)
    act(reference, triage.decide_screen_out, approve=True, actor=team.second_coordinator)
    assert (case_of(reference).stage, case_of(reference).close_type) == (Stage.CLOSED, "transferred")
    assert kinds_of(reference).count("ReferralAccepted") == 1


def test_r35_what_hr_does_not_take_stays_with_us(team):
    reference = states.an_acknowledged_case(team)
    row = hand_over(reference, TO_HR, team.coordinator)
    act(reference, referrals.settle, row.id, accepted=False, words="Not one of theirs.", actor=team.coordinator)
    assert "ReferralDeclined" in kinds_of(reference)
    asked = ("worker_matter", "HR looks after it now.", "HR.")
    refused("hr_has_not_accepted", reference, triage.ask_screen_out, *asked, actor=team.coordinator)
    hand_over(reference, replace(TO_HR, to_whom="HR of the contractor"), team.coordinator)


def test_r35_who_handed_it_over_is_reminded_while_nobody_has_taken_it(team, clock):
    reference = states.an_acknowledged_case(team)
    row = hand_over(reference, TO_HR, team.coordinator)
    task = db.session.get_one(Task, row.task_id)
    assert (task.owner_id, task.words, task.finished_at) == (team.coordinator.id, REMINDER, None)
    forget_notices()
    clock.advance(timedelta(days=7))
    assert tasks.remind_due() == 1
    assert told() == [("task_due", team.coordinator.id)]
    act(reference, referrals.settle, row.id, accepted=True, words="By letter.", actor=team.second_coordinator)
    db.session.expire_all()
    assert db.session.get_one(Task, row.task_id).finished_at is not None


def test_an_answer_is_recorded_also_where_its_task_was_done_before(team):
    reference = states.an_acknowledged_case(team)
    row = hand_over(reference, TO_HR, team.coordinator)
    with unit_of_work():
        tasks.finish(row.task_id, actor=team.coordinator)
    act(reference, referrals.settle, row.id, accepted=True, words="By letter.", actor=team.coordinator)
    assert kinds_of(reference).count("TaskFinished") == 1


def test_r36_a_named_human_decides_with_consent_or_a_law_after_a_look_at_what_is_safe(team):
    """R36: decision by a named human after safety + consent check; the record has consent or legal basis."""
    reference = states.an_assessed_case(team)
    for part in ("to_whom", "words", "basis_words", "safety"):
        spoilt = replace(TO_POLICE, **{part: " "})
        refused(
            "referral_incomplete", reference, referrals.hand_over, spoilt, actor=team.coordinator, reminder=REMINDER
        )
    with pytest.raises(NotAllowed):
        act(reference, referrals.hand_over, TO_POLICE, actor=team.officer, reminder=REMINDER)
    row = hand_over(reference, TO_POLICE, team.coordinator)
    assert (row.made_by_id, row.basis, row.basis_words) == (team.coordinator.id, Basis.LAW, "Article 9.")
    assert case_of(reference).stage is Stage.ASSESSED


def test_r36_the_service_by_itself_hands_nothing_over(team):
    reference = states.an_assessed_case(team)
    for nobody in (SYSTEM, replace(team.coordinator, id=None)):
        with pytest.raises(NotAllowed), unit_of_work():
            referrals.hand_over(case_of(reference), TO_POLICE, actor=nobody, reminder=REMINDER)


def test_r36_no_worker_sends_anything_outside(team):
    """R36: what leaves by a referral are notices to the person and to our staff, without a word of it."""
    reference = states.an_assessed_case(team)
    forget_notices()
    row = hand_over(reference, TO_POLICE, team.coordinator)
    act(reference, referrals.settle, row.id, accepted=True, words="The desk, by phone.", actor=team.approver)
    rows = db.session.scalars(select(OutboxMessage)).all()
    assert rows
    assert {one.recipient for one in rows} <= {Recipient.PERSON, Recipient.STAFF}
    assert all(one.recipient is Recipient.PERSON or one.user_id for one in rows)
    assert not any("Police" in str(one.context) for one in rows)


def test_in_the_restricted_lane_only_a_focal_point_hands_over_and_says_what_the_survivor_wishes(team):
    reference = states.an_assessed_case(team)
    act(reference, triage.restrict, "sexual_violence", actor=team.coordinator)
    with pytest.raises(Exception, match="No row was found"):
        act(reference, referrals.hand_over, TO_POLICE, actor=team.coordinator, reminder=REMINDER)
    without = replace(TO_POLICE, basis=Basis.CONSENT, basis_words="")
    refused("referral_incomplete", reference, referrals.hand_over, without, actor=team.focal, reminder=REMINDER)
    assert hand_over(reference, TO_POLICE, team.focal).made_by_id == team.focal.id


def test_one_matter_of_a_kind_waits_at_a_time_and_is_answered_once_with_how_we_know(team):
    reference, other = states.an_assessed_case(team), states.an_assessed_case(team)
    before = set(owed(reference))
    row = hand_over(reference, TO_HR, team.coordinator)
    refused("referred_already", reference, referrals.hand_over, TO_HR, actor=team.approver, reminder=REMINDER)
    hand_over(reference, TO_POLICE, team.approver)
    settle = {"accepted": True, "words": "By letter."}
    refused("nothing_handed_over", other, referrals.settle, row.id, **settle, actor=team.approver)
    refused("nothing_handed_over", reference, referrals.settle, uuid.uuid4(), **settle, actor=team.approver)
    refused("say_how_we_know", reference, referrals.settle, row.id, accepted=True, words=" ", actor=team.approver)
    act(reference, referrals.settle, row.id, **settle, actor=team.approver)
    refused("nothing_handed_over", reference, referrals.settle, row.id, **settle, actor=team.approver)
    assert set(owed(reference)) == before
