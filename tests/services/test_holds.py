"""While a court or an authority needs a case, nothing of it is erased, by nobody; and that is on the record."""

import pytest
from sqlalchemy import select, update

from engage.domain.case import CaseClass
from engage.domain.guards import Refused
from engage.domain.lifecycle import Stage
from engage.domain.policy import NotAllowed
from engage.domain.retention import Change, Schedule, Scope, Why
from engage.domain.triage import CONSENT_REVIEW
from engage.models import CaseEvent, LegalHold, OpenItem, OutboxMessage, Remedy, Tombstone
from engage.services import answers, erasure_requests, holds, retention_schedule, verifying
from engage.unit_of_work import unit_of_work
from tests import states
from tests.services.full_case import a_full_case, rows_with_canaries
from tests.states import act, case_of, person_of

WHY = "The district court asked for it on 3 March."


@pytest.fixture
def team(clock, session, sent_tasks, change_settings, tmp_path):
    change_settings(VAR=tmp_path)
    return states.Team()


def held(reference, by):
    act(reference, holds.set_hold, WHY, actor=by)


def erase(reference, **more):
    act(reference, erasure_requests.erase_everything, actor=person_of(reference), **more)


def test_the_person_cannot_have_it_erased_while_it_stands_and_can_afterwards(team, session):
    reference = a_full_case(team)
    held(reference, team.approver)
    found = erasure_requests.obstacle(case_of(reference))
    assert (found.words, found.until, found.is_hold) == (WHY, None, True)
    with pytest.raises(Refused) as error:
        erase(reference)
    assert error.value.refusal.code == "hold_stands"
    assert rows_with_canaries()
    act(reference, holds.lift_hold, "The case there is over.", actor=team.approver)
    assert erasure_requests.obstacle(case_of(reference)) is None
    erase(reference)
    assert rows_with_canaries() == set()
    assert verifying.verify().broken == []


def test_setting_and_lifting_are_on_the_record_and_told_to_the_person(team, session):
    reference = states.an_assessed_case(team)
    before = session.scalars(select(OutboxMessage.template)).all().count("case_news")
    held(reference, team.approver)
    act(reference, holds.lift_hold, "Over.", actor=team.approver)
    rows = select(CaseEvent.kind).where(CaseEvent.case_id == case_of(reference).id).order_by(CaseEvent.number)
    kinds = session.scalars(rows).all()
    assert kinds[-2:] == ["HoldSet", "HoldLifted"]
    assert session.scalars(select(OutboxMessage.template)).all().count("case_news") == before + 2
    row = session.scalars(select(LegalHold)).one()
    assert (row.words, row.lift_words, row.lifted_by_id) == (WHY, "Over.", team.approver.id)


def test_one_stands_at_a_time_and_each_has_a_reason(team):
    reference = states.an_assessed_case(team)
    for words, code in (("  ", "reason_needed"), (WHY, None), (WHY, "is_held")):
        refused = None
        try:
            act(reference, holds.set_hold, words, actor=team.approver)
        except Refused as error:
            refused = error.refusal.code
        assert refused == code
    for words, code in (("  ", "reason_needed"), ("Over.", None), ("Over.", "is_not_held")):
        refused = None
        try:
            act(reference, holds.lift_hold, words, actor=team.approver)
        except Refused as error:
            refused = error.refusal.code
        assert refused == code
    held(reference, team.approver)


def test_approvers_and_focal_points_alone_set_one(team):
    reference = states.an_assessed_case(team)
    for actor in (team.coordinator, team.officer, team.custodian):
        with pytest.raises(NotAllowed):
            held(reference, actor)
    hidden = states.a_case(team.site_id, category="GBV")
    assert case_of(hidden).class_ is CaseClass.RESTRICTED
    held(hidden, team.focal)


def test_the_schedule_stands_still_while_it_stands(team):
    reference = states.a_closed_case(team)
    held(reference, team.approver)
    assert {one.why for one in retention_schedule.due_of(case_of(reference))} == {Why.HELD}


def test_a_person_who_has_an_open_case_erased_ends_it_by_that(team, session):
    reference = a_full_case(team, is_open=True)
    erase(reference, pressured=True)
    case = case_of(reference)
    assert (case.stage, case.close_type, case.next_due_at) == (Stage.CLOSED, "withdrawn", None)
    assert case.erased_at is not None
    assert rows_with_canaries() == set()
    kinds = session.scalars(select(CaseEvent.kind).where(CaseEvent.case_id == case.id).order_by(CaseEvent.number)).all()
    assert kinds[-1] == "ContentErased"
    assert "CaseWithdrawn" in kinds
    # Somebody pressed them: that is told at once, and is told still.
    waiting = select(OutboxMessage.template).where(OutboxMessage.sent_at.is_(None), OutboxMessage.case_id == case.id)
    assert {"urgent_fact", "case_erased"} <= set(session.scalars(waiting))
    assert verifying.verify().broken == []


def test_staff_can_never_erase(team, session):
    reference = states.a_closed_case(team)
    for actor in (team.coordinator, team.approver, team.officer, team.custodian):
        with pytest.raises(NotAllowed):
            act(reference, erasure_requests.erase_everything, actor=actor)
    other = states.a_case(team.site_id)
    with pytest.raises(NotAllowed):
        act(
            other,
            lambda case, actor: erasure_requests.erase_everything(case, actor=person_of(reference)),
            actor=team.coordinator,
        )
    assert session.scalars(select(Tombstone)).all() == []


def test_what_a_law_keeps_is_said_with_until_when(team, monkeypatch):
    reference = states.a_closed_case(team)
    shipped = retention_schedule.schedule()
    change = Change(12, "A law", "The law on mines asks us to keep this for twelve years.")
    with_law = Schedule(shipped.version, shipped.rules, shipped.audit_years, {"RS": {"ordinary": change}})
    monkeypatch.setattr(retention_schedule, "schedule", lambda: with_law)
    found = erasure_requests.obstacle(case_of(reference))
    assert (found.words, found.is_hold) == (change.law, False)
    assert found.until.year == case_of(reference).closed_at.year + 12
    with pytest.raises(Refused) as error:
        erase(reference)
    assert error.value.refusal.code == "law_keeps_it"


def test_a_case_that_was_erased_cannot_be_erased_again_by_its_person(team):
    reference = states.a_closed_case(team)
    erase(reference)
    with pytest.raises(NotAllowed):
        erase(reference)
    with pytest.raises(NotAllowed):
        act(reference, answers.give_feedback, process=1, outcome=1, words=None, actor=team.officer)


def test_money_that_was_agreed_a_review_of_consent_and_a_child_are_kept_longer(team, session):
    reference = states.a_closed_case(team)

    def rule():
        found = retention_schedule.due_of(case_of(reference))
        return next(one.rule.code for one in found if one.rule.scope is Scope.EVERYTHING)

    assert rule() == "ordinary"
    with unit_of_work():
        session.execute(update(Remedy).values(amount=10_000, currency="EUR"))
    assert rule() == "land"
    with unit_of_work():
        session.execute(update(Remedy).values(amount=None, currency=None))
        case_of(reference).harms_child = True
    assert rule() == "child"
    with unit_of_work():
        session.add(OpenItem(case_id=case_of(reference).id, code=CONSENT_REVIEW, asked_at=case_of(reference).closed_at))
    assert rule() == "land"
