"""A second extension is for somebody further up, and opens the way to a panel (domain 2.3; R32)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.case import Kind
from engage.domain.deadlines import Promise
from engage.domain.guards import Refused
from engage.domain.lifecycle import Stage
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import OutboxMessage
from engage.services import answers, appeals, delays, triage
from tests import states
from tests.notify.letters import forget_notices
from tests.promised import kinds_of, owed, the_open
from tests.states import act, case_of, person_of, staff

P = Promise
WHY = "The laboratory needs longer."


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


@pytest.fixture
def reference(team):
    return states.an_assessed_case(team)


def put_off(reference, actor):
    row = the_open(reference, P.PROPOSE)
    act(reference, delays.extend, row.id, WHY, row.due_at + timedelta(days=5), actor=actor)


def refused(reference, actor):
    with pytest.raises(Refused) as caught:
        put_off(reference, actor)
    return caught.value.refusal.code == "one_level_up"


def test_an_approver_who_put_it_off_first_does_not_do_it_again(team, reference):
    put_off(reference, team.approver)
    second = staff(Role.APPROVER, site_id=team.site_id)
    assert refused(reference, team.approver)
    assert refused(reference, second)
    put_off(reference, staff((Role.APPROVER, None)))


def test_those_at_the_top_stand_in_for_one_another_and_nobody_for_themselves(team, reference):
    first, other = staff((Role.APPROVER, None)), staff((Role.APPROVER, None))
    put_off(reference, first)
    assert refused(reference, first)
    assert refused(reference, team.coordinator)
    put_off(reference, other)


def test_in_the_restricted_lane_a_second_focal_point_does_it_and_no_panel_is_pressed_upon_anybody(team, reference):
    act(reference, triage.restrict, "asked", actor=team.coordinator)
    put_off(reference, team.focal)
    assert refused(reference, team.focal)
    put_off(reference, team.second_focal)
    assert not case_of(reference).panel_offered


def test_the_second_time_the_person_is_offered_a_panel_in_the_notice_and_goes_there(team, reference):
    put_off(reference, team.officer)
    assert not case_of(reference).panel_offered
    with pytest.raises(Refused, match="not_closed_yet"):
        act(reference, appeals.appeal, "You are slow.", actor=person_of(reference))
    forget_notices()
    put_off(reference, team.approver)
    [notice] = db.session.scalars(select(OutboxMessage).where(OutboxMessage.user_id.is_(None)))
    assert (notice.template, notice.context["offers_panel"]) == ("more_time", "yes")
    act(reference, appeals.appeal, "You are slow.", actor=person_of(reference))
    case = case_of(reference)
    assert (case.stage, case.panel_offered) == (Stage.APPEALED, False)
    assert set(owed(reference)) == {P.FORM_PANEL, P.DECIDE_APPEAL}
    assert kinds_of(reference)[-1] == "CaseAppealed"


def test_an_offer_ends_with_the_case(team, reference):
    put_off(reference, team.officer)
    put_off(reference, team.approver)
    act(reference, answers.withdraw, actor=person_of(reference))
    assert not case_of(reference).panel_offered


def test_a_question_has_no_panel_to_go_to(team):
    reference = states.an_acknowledged_case(team, kind=Kind.QUESTION)
    put_off(reference, team.coordinator)
    put_off(reference, team.approver)
    assert not case_of(reference).panel_offered
