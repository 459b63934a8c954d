"""Who may do what: every role × permission × place × class, and what nobody may."""

import itertools
import uuid
from dataclasses import replace

import pytest

from engage.domain.case import CaseClass, Kind
from engage.domain.lifecycle import Action, Stage
from engage.domain.policy import (
    GRANTS,
    NOT_FOR_PANEL,
    PERSONS,
    SYSTEM,
    Actor,
    CaseFacts,
    Membership,
    NotAllowed,
    Party,
    Permission,
    Reach,
    Role,
    may,
    require,
)

HERE, ELSEWHERE = uuid.uuid4(), uuid.uuid4()
EVERYTHING = [*Permission, *Action]


def a_case(**values):
    return replace(CaseFacts(uuid.uuid4(), HERE, Kind.GRIEVANCE, Stage.ASSESSED, CaseClass.ORDINARY), **values)


def holding(role, site_id=HERE):
    return Actor(id=uuid.uuid4(), memberships=frozenset({Membership(role, site_id)}))


def close_to(actor, **values):
    """A case the actor could not be nearer to: assigned, recorded, severe, and seated if they can sit."""
    panel = frozenset({actor.id} if actor.holds(Role.PANEL, Role.FOCAL) else ())
    return a_case(assignee_id=actor.id, recorded_by_id=actor.id, panel=panel, level=5, **values)


@pytest.mark.parametrize(("role", "what"), list(itertools.product(Role, EVERYTHING)))
def test_a_role_does_what_the_table_grants_at_its_own_site_and_nothing_elsewhere(role, what):
    granted = role in GRANTS.get(what, {})
    class_ = CaseClass.RESTRICTED if role is Role.FOCAL else CaseClass.ORDINARY
    for site_id in (HERE, None):
        actor = holding(role, site_id)
        assert may(actor, what, close_to(actor, class_=class_)) is granted
    stranger = holding(role, ELSEWHERE)
    assert not may(stranger, what, close_to(stranger, class_=class_))


@pytest.mark.parametrize(("role", "what"), list(itertools.product(Role, EVERYTHING)))
def test_a_restricted_case_exists_for_the_focal_point_alone_and_the_focal_point_for_no_other(role, what):
    actor = holding(role)
    if role is Role.FOCAL:
        assert not may(actor, what, close_to(actor))
        assert not may(actor, what, close_to(actor, class_=CaseClass.CONFIDENTIAL))
    else:
        assert not may(actor, what, close_to(actor, class_=CaseClass.RESTRICTED))


@pytest.mark.parametrize("role", list(Role))
def test_the_subject_of_a_case_can_do_nothing_with_it(role):
    actor = holding(role)
    for class_ in CaseClass:
        case = close_to(actor, class_=class_, subjects=frozenset({actor.id}))
        assert not any(may(actor, what, case) for what in EVERYTHING)


@pytest.mark.parametrize("role", list(Role))
def test_who_sits_on_the_panel_neither_works_the_case_nor_approves_in_it(role):
    """R03: investigator, approver and panel are different people."""
    actor = holding(role)
    seated = {"panel": frozenset({actor.id}), "assignee_id": actor.id, "level": 5}
    for class_ in (CaseClass.ORDINARY, CaseClass.CONFIDENTIAL):
        assert not any(may(actor, what, a_case(class_=class_, **seated)) for what in NOT_FOR_PANEL)
    granted = [what for what in NOT_FOR_PANEL if role in GRANTS[what]]
    if role is Role.FOCAL:
        assert all(may(actor, what, a_case(class_=CaseClass.RESTRICTED, **seated)) for what in granted)


def test_an_officer_sees_a_confidential_case_only_when_it_is_theirs():
    officer = holding(Role.OFFICER)
    assert may(officer, Permission.VIEW, a_case())
    assert not may(officer, Permission.VIEW, a_case(class_=CaseClass.CONFIDENTIAL))
    assert may(officer, Permission.VIEW, a_case(class_=CaseClass.CONFIDENTIAL, assignee_id=officer.id))
    assert not may(officer, Permission.REPLY, a_case())


@pytest.mark.parametrize(("level", "seen"), [(None, False), (3, False), (4, True), (5, True)])
def test_the_human_rights_lead_sees_the_severe_cases(level, seen):
    assert may(holding(Role.RIGHTS_LEAD), Permission.VIEW, a_case(level=level)) is seen


def test_a_panel_member_sees_only_the_cases_they_decide():
    member = holding(Role.PANEL)
    assert not may(member, Permission.VIEW, a_case())
    assert may(member, Action.DECIDE, a_case(panel=frozenset({member.id})))


@pytest.mark.parametrize("role", list(Role))
def test_who_is_to_decide_an_appeal_reads_nothing_before_they_declared_that_nothing_stands_in_the_way(role):
    """R03: by no role, however near the case is to them otherwise."""
    actor = holding(role)
    for class_ in CaseClass:
        case = close_to(actor, class_=class_)
        asked = replace(case, undeclared=frozenset({actor.id}))
        assert not may(actor, Permission.READ_UNMASKED, asked)
        for what in set(EVERYTHING) - {Permission.READ_UNMASKED}:
            assert may(actor, what, asked) is may(actor, what, case)


def test_a_liaison_officer_sees_what_they_took_down():
    liaison = holding(Role.LIAISON)
    assert not may(liaison, Permission.VIEW, a_case())
    assert may(liaison, Permission.VIEW, a_case(recorded_by_id=liaison.id))


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OVERSIGHT, Role.PUBLISHER, Role.STEWARD])
def test_those_who_look_after_the_service_or_its_figures_see_no_case(role):
    actor = holding(role, None)
    assert not any(may(actor, what, close_to(actor, class_=class_)) for what in EVERYTHING for class_ in CaseClass)


@pytest.mark.parametrize("what", EVERYTHING)
def test_the_person_does_what_is_theirs_with_their_own_case_alone(what):
    case = a_case(class_=CaseClass.RESTRICTED)
    assert may(Actor(None, Party.PERSON, case_id=case.id), what, case) is (what in PERSONS)
    assert not may(Actor(None, Party.PERSON, case_id=uuid.uuid4()), what, case)


def test_nobody_of_ours_answers_withdraws_or_appeals_for_the_person():
    for action in (Action.ACCEPT, Action.COUNTER, Action.REFUSE, Action.WITHDRAW, Action.APPEAL):
        assert action not in GRANTS


def test_the_service_itself_only_confirms_receipt_and_keeps_people_out():
    by_itself = {Permission.VIEW, Permission.NAME_SUBJECT, Action.ACKNOWLEDGE}
    assert {what for what in EVERYTHING if may(SYSTEM, what, a_case())} == by_itself


def test_somebody_without_a_role_may_nothing():
    assert not any(may(Actor(uuid.uuid4()), what, a_case()) for what in EVERYTHING)


def test_every_reach_is_used_so_that_none_goes_untested():
    assert {reach for row in GRANTS.values() for reach in row.values()} == set(Reach)


def test_require_lets_pass_or_raises():
    coordinator = holding(Role.COORDINATOR)
    require(coordinator, Action.ASSESS, a_case())
    with pytest.raises(NotAllowed):
        require(coordinator, Action.DECIDE, a_case())


def test_an_actor_knows_their_roles():
    actor = holding(Role.COORDINATOR)
    assert actor.has(Role.COORDINATOR, HERE)
    assert not actor.has(Role.COORDINATOR, ELSEWHERE)
    assert holding(Role.COORDINATOR, None).has(Role.COORDINATOR, ELSEWHERE)
    assert actor.holds(Role.OFFICER, Role.COORDINATOR)
    assert not actor.holds(Role.OFFICER)
