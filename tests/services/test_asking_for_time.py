"""Whoever may not put a promise off a second time asks one level up, who says yes or no (domain 2.3; R32)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.deadlines import Promise
from engage.domain.guards import Refused
from engage.domain.policy import NotAllowed, Role
from engage.extensions import db
from engage.models import ExtensionRequest, OutboxMessage
from engage.queries import day as days
from engage.services import asking_for_time, cases, conflicts, delays, triage
from tests import states
from tests.notify.letters import forget_notices
from tests.paused import told
from tests.promised import breaks_of, change_rules, kinds_of, the_open
from tests.states import act, case_of, staff

P = Promise
DAY = timedelta(days=1)
WHY = "The laboratory needs longer."


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


@pytest.fixture
def reference(team):
    """A case whose proposal was put off once, by its officer."""
    reference = states.an_assessed_case(team)
    put_off(reference, team.officer)
    return reference


def put_off(reference, actor):
    row = the_open(reference, P.PROPOSE)
    act(reference, delays.extend, row.id, WHY, row.due_at + 5 * DAY, actor=actor)


def ask(reference, actor, words=WHY, days=5):
    row = the_open(reference, P.PROPOSE)
    act(reference, asking_for_time.ask, row.id, words, row.due_at + days * DAY, actor=actor)


def decide(reference, actor, approve, words=""):
    act(reference, asking_for_time.decide, approve=approve, words=words, actor=actor)


def refused(use_case, *args, **values):
    with pytest.raises(Refused) as caught:
        use_case(*args, **values)
    return caught.value.refusal.code


def request() -> ExtensionRequest:
    return db.session.scalars(select(ExtensionRequest).execution_options(populate_existing=True)).one()


def waits_on_the_day_of(clock, *actors) -> list[bool]:
    return ["extension" in {one.kind for one in days.day(actor, clock.now).waits} for actor in actors]


def test_who_is_one_level_up_is_told_and_a_yes_puts_it_off_as_ever(clock, team, reference):
    before = the_open(reference, P.PROPOSE).due_at
    forget_notices()
    ask(reference, team.officer)
    assert told() == {("extension_to_decide", team.approver.id)}
    assert the_open(reference, P.PROPOSE).due_at == before
    assert "laboratory" not in str([row.context for row in db.session.scalars(select(OutboxMessage))])
    everybody = (team.approver, team.coordinator, team.officer, staff((Role.APPROVER, None)))
    assert waits_on_the_day_of(clock, *everybody) == [True, False, False, True]
    forget_notices()
    decide(reference, team.approver, approve=True)
    assert the_open(reference, P.PROPOSE).due_at == before + 5 * DAY
    assert ("more_time", None) in told()
    assert case_of(reference).panel_offered
    assert kinds_of(reference)[-2:] == ["ExtensionAsked", "DeadlineExtended"]
    assert (request().is_approved, request().decided_by_id) == (True, team.approver.id)
    assert breaks_of(reference) == []
    assert waits_on_the_day_of(clock, team.approver) == [False]


def test_a_no_comes_back_with_words_to_whoever_asked_and_the_date_stays(team, reference):
    before = the_open(reference, P.PROPOSE).due_at
    ask(reference, team.officer)
    assert refused(decide, reference, team.approver, approve=False, words=" ") == "reason_needed"
    forget_notices()
    decide(reference, team.approver, approve=False, words="Ask the other laboratory.")
    assert told() == {("sent_back", team.officer.id)}
    assert the_open(reference, P.PROPOSE).due_at == before
    assert request().answer_words == "Ask the other laboratory."
    assert kinds_of(reference)[-1] == "ExtensionDeclined"
    ask(reference, team.officer)
    assert cases.open_extension_request(case_of(reference)) is not None


def test_nobody_asks_for_what_they_may_do_themselves(team, reference):
    fresh = states.an_assessed_case(team)
    assert refused(ask, fresh, team.officer) == "put_off_yourself"
    assert refused(ask, reference, team.approver) == "put_off_yourself"
    row = the_open(reference, P.PROPOSE)
    assert asking_for_time.has_to_ask(case_of(reference), row, actor=team.officer)
    assert not asking_for_time.has_to_ask(case_of(reference), row, actor=team.approver)
    assert not asking_for_time.has_to_ask(case_of(fresh), the_open(fresh, P.PROPOSE), actor=team.officer)


def test_one_wish_at_a_time_with_a_reason_and_a_date_that_can_be_meant(team, reference):
    assert refused(ask, reference, team.officer, words=" ") == "reason_needed"
    assert refused(ask, reference, team.officer, days=-1) == "date_is_past"
    assert refused(ask, reference, team.officer, days=31) == "date_too_far"
    ask(reference, team.officer)
    assert refused(ask, reference, team.coordinator) == "extension_waits"
    with pytest.raises(NotAllowed):
        ask(reference, team.custodian)


def test_only_somebody_one_level_up_who_did_not_ask_decides(clock, team):
    reference = states.an_assessed_case(team)
    assert refused(decide, reference, team.approver, approve=True) == "nothing_to_decide"
    put_off(reference, team.approver)
    top, other = staff((Role.APPROVER, None)), staff(Role.APPROVER, site_id=team.site_id)
    forget_notices()
    ask(reference, other)
    assert told() == {("extension_to_decide", top.id)}
    assert waits_on_the_day_of(clock, team.approver, other, top) == [False, False, True]
    with pytest.raises(NotAllowed):
        decide(reference, other, approve=True)
    with pytest.raises(NotAllowed):
        decide(reference, team.coordinator, approve=True)
    assert refused(decide, reference, team.approver, approve=True) == "one_level_up"
    assert refused(decide, reference, team.approver, approve=False, words="No.") == "one_level_up"
    decide(reference, top, approve=True)
    assert request().is_approved


def test_where_nobody_is_further_up_those_who_are_told_first_hear_of_it(team):
    reference = states.an_assessed_case(team)
    put_off(reference, team.approver)
    forget_notices()
    ask(reference, team.officer)
    assert told() == {
        ("extension_to_decide", team.coordinator.id),
        ("extension_to_decide", team.second_coordinator.id),
    }


def test_a_yes_that_comes_too_late_is_refused_and_a_date_that_moved_makes_the_wish_moot(clock, team, reference):
    ask(reference, team.officer)
    clock.move_to(the_open(reference, P.PROPOSE).due_at + DAY)
    assert refused(decide, reference, team.approver, approve=True) == "too_late_to_extend"
    assert cases.open_extension_request(case_of(reference)) is not None
    row, said = the_open(reference, P.PROPOSE), delays.Delay("We measured.", WHY)
    act(reference, delays.tell_delay, row.id, said, clock.now + 5 * DAY, actor=team.officer)
    assert cases.open_extension_request(case_of(reference)) is None
    assert waits_on_the_day_of(clock, team.approver) == [False]


def test_in_the_restricted_lane_the_second_focal_point_decides(clock, team):
    reference = states.an_assessed_case(team)
    act(reference, triage.restrict, "asked", actor=team.coordinator)
    put_off(reference, team.focal)
    forget_notices()
    ask(reference, team.focal)
    assert {template for template, _ in told()} == {"item_for_you"}
    assert waits_on_the_day_of(clock, team.focal, team.second_focal) == [False, True]
    decide(reference, team.second_focal, approve=True)
    assert request().is_approved


def test_what_somebody_asked_who_turns_out_to_be_a_subject_is_asked_no_longer(team, reference):
    ask(reference, team.officer)
    act(reference, conflicts.name_person, team.officer.id, actor=team.coordinator)
    assert request().is_approved is False
    assert "ExtensionDeclined" in kinds_of(reference)


def test_where_already_the_first_time_takes_one_level_up_it_can_be_asked_for(team):
    def change(promises, _ladder):
        promises["extension"]["without_approval"] = 0

    change_rules(team.site_id, change)
    reference = states.an_assessed_case(team)
    forget_notices()
    ask(reference, team.officer)
    assert told() == {("extension_to_decide", team.approver.id)}
    decide(reference, team.approver, approve=True)
    assert request().first_by_id is None
