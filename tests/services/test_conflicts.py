"""Whom a case is about, with their line: they see, do, approve and receive nothing of it, and nobody brings them in."""

import uuid

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import NoResultFound

from engage.domain import policy
from engage.domain.conflicts import Employed, SubjectKind
from engage.domain.events import ConflictRefused
from engage.domain.guards import RIGHTS, Refused
from engage.domain.lifecycle import Action
from engage.domain.policy import NotAllowed, Permission, Role
from engage.domain.severity import Level
from engage.extensions import db
from engage.models import AuditEvent, CaseEvent, Involvement, OutboxMessage, StaffUser
from engage.services import appeals, cases, conflicts, lines, proposals, triage
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import forget_notices
from tests.states import act, case_of

WORKING = ("coordinator", "officer", "approver", "panel", "rights_lead", "custodian", "auditor", "liaison")


@pytest.fixture
def team(session, sent_tasks):
    team = states.Team()
    team.above = states.staff((Role.COORDINATOR, None))
    team.head = states.staff((Role.APPROVER, None))
    return team


def put(team, user, lead=None, **where):
    with unit_of_work():
        lines.place(user.id, Employed(lead.id if lead else None, **where), actor=team.admin_of_all)


@pytest.fixture
def all_admin(team):
    team.admin_of_all = states.staff((Role.ADMIN, None))
    return team


def name(reference, user, actor):
    act(reference, conflicts.name_person, user.id, actor=actor)


def code(refused) -> str:
    return refused.value.refusal.code


def told(template: str) -> set[uuid.UUID | None]:
    return set(db.session.scalars(select(OutboxMessage.user_id).where(OutboxMessage.template == template)))


def kinds(reference: str) -> list[str]:
    rows = select(CaseEvent.kind).where(CaseEvent.case_id == case_of(reference).id).order_by(CaseEvent.number)
    return list(db.session.scalars(rows))


@pytest.mark.parametrize("role", WORKING)
def test_whoever_a_case_is_about_can_do_nothing_with_it(team, role):
    """R02: U as subject is refused everything, whatever their role and how near they are to the case."""
    user = getattr(team, role)
    reference = states.an_assessed_case(team, Level.HIGH)
    name(reference, user, team.second_coordinator)
    facts = case_of(reference).facts
    assert user.id in facts.subjects
    assert not any(policy.may(user, what, facts) for what in [*Permission, *Action])
    with pytest.raises(NoResultFound), unit_of_work():
        cases.lock(reference, user)
    for use_case in (triage.assign, conflicts.name_person):
        with pytest.raises(NotAllowed):
            use_case(case_of(reference), team.officer.id, actor=user)


def test_who_is_assigned_loses_the_case_at_once_and_the_coordinators_are_told(team):
    reference = states.an_assessed_case(team)
    forget_notices()
    name(reference, team.officer, team.coordinator)
    assert case_of(reference).assignee_id is None
    assert told("case_moved") == {team.coordinator.id, team.second_coordinator.id}
    assert kinds(reference)[-2:] == ["SubjectNamed", "TakenOff"]


def test_nobody_brings_a_subject_back_into_the_case(team):
    """R02: assign to U -> refused."""
    reference = states.an_appealed_case(team)
    name(reference, team.officer, team.coordinator)
    name(reference, team.panel, team.coordinator)
    with pytest.raises(Refused) as assigned:
        act(reference, triage.assign, team.officer.id, actor=team.coordinator)
    with pytest.raises(Refused) as seated:
        act(reference, appeals.seat_panel, [team.panel.id], actor=team.coordinator)
    assert (code(assigned), code(seated)) == ("about_them", "about_them")
    assert assigned.value.refusal.values == {"user": str(team.officer.id), "what": "assign"}


def test_a_panel_member_whom_the_case_is_about_leaves_the_panel(team):
    reference = states.an_appealed_case(team)
    act(reference, appeals.seat_panel, [team.panel.id], actor=team.coordinator)
    name(reference, team.panel, team.coordinator)
    assert case_of(reference).facts.panel == frozenset()
    assert kinds(reference)[-1] == "TakenOff"


def test_a_draft_of_somebody_the_case_is_about_goes_back(team):
    reference = states.an_assessed_case(team, Level.MODERATE)
    states.look_into(reference, team.officer)
    act(reference, proposals.propose, states.offer("Water the road."), actor=team.officer)
    name(reference, team.officer, team.coordinator)
    draft = cases.latest_proposal(case_of(reference))
    assert draft is not None
    assert draft.returned_at is not None
    with pytest.raises(Refused):
        act(reference, proposals.approve_proposal, RIGHTS, actor=team.approver)


def test_an_approval_by_somebody_the_case_is_about_counts_no_longer(team):
    reference = states.an_assessed_case(team, Level.HIGH)
    states.look_into(reference, team.officer)
    act(reference, proposals.propose, states.offer("Water the road."), actor=team.officer)
    act(reference, proposals.approve_proposal, RIGHTS, actor=team.approver)
    name(reference, team.approver, team.coordinator)
    case = case_of(reference)
    draft = cases.latest_proposal(case)
    assert draft is not None
    assert proposals.roles_missing(case, draft) == [Role.APPROVER, Role.RIGHTS_LEAD]


def test_what_a_subject_asked_a_second_person_for_is_asked_no_longer(team):
    reference = states.an_acknowledged_case(team)
    act(reference, triage.ask_screen_out, "not_connected", "Not ours.", "The council.", actor=team.coordinator)
    name(reference, team.coordinator, team.second_coordinator)
    assert cases.open_screening(case_of(reference)) is None
    assert kinds(reference)[-1] == "ScreenOutDeclined"


def test_the_line_of_a_subject_is_out_too_and_follows_who_reports_to_whom(all_admin):
    """R02: their line."""
    team = all_admin
    reference = states.an_assessed_case(team)
    put(team, team.liaison, team.officer)
    name(reference, team.liaison, team.coordinator)
    assert case_of(reference).facts.subjects == {team.liaison.id, team.officer.id}
    assert case_of(reference).assignee_id is None
    put(team, team.officer, team.approver)
    assert case_of(reference).facts.subjects == {team.liaison.id, team.officer.id, team.approver.id}
    put(team, team.liaison)
    put(team, team.liaison)
    put(team, team.panel, team.approver)  # nobody of this case
    assert case_of(reference).facts.subjects == {team.liaison.id}
    assert db.session.scalar(select(func.count()).where(AuditEvent.kind == "line_changed")) == 4


@pytest.mark.parametrize("kind", [SubjectKind.DEPARTMENT, SubjectKind.CONTRACTOR])
def test_a_department_or_contractor_keeps_its_people_and_their_line_out(all_admin, kind):
    """R02: U's department, and the contractor's manager."""
    team = all_admin
    reference = states.an_assessed_case(team)
    put(team, team.liaison, team.approver, **{kind.value: "Iron Shield"})
    act(reference, conflicts.name_place, kind, " iron  shield ", actor=team.coordinator)
    assert case_of(reference).facts.subjects == {team.liaison.id, team.approver.id}
    put(team, team.officer, **{kind.value: "IRON SHIELD"})
    assert team.officer.id in case_of(reference).facts.subjects
    with pytest.raises(Refused) as again:
        act(reference, conflicts.name_place, kind, "IRON shield", actor=team.coordinator)
    assert code(again) == "is_subject_already"
    row = db.session.scalars(select(Involvement)).one()
    assert (row.name, row.named_by_id) == ("iron shield", team.coordinator.id)


def test_the_same_person_is_named_once_and_an_empty_name_is_none(team):
    reference = states.an_assessed_case(team)
    name(reference, team.officer, team.coordinator)
    with pytest.raises(Refused) as again:
        name(reference, team.officer, team.coordinator)
    with pytest.raises(Refused) as nobody:
        act(reference, conflicts.name_person, uuid.uuid4(), actor=team.coordinator)
    with pytest.raises(Refused) as empty:
        act(reference, conflicts.name_place, SubjectKind.CONTRACTOR, "  ", actor=team.coordinator)
    with pytest.raises(Refused) as no_place:
        act(reference, conflicts.name_place, SubjectKind.PERSON, "Amina", actor=team.coordinator)
    found = [code(one) for one in (again, nobody, empty, no_place)]
    assert found == ["is_subject_already", "no_such_subject", "no_such_subject", "no_such_subject"]


def test_one_may_step_back_from_a_case_and_not_return_by_oneself(team):
    """R02: nobody removes themselves as a subject."""
    reference = states.an_assessed_case(team)
    name(reference, team.coordinator, team.coordinator)
    row = db.session.scalars(select(Involvement)).one()
    with pytest.raises(NotAllowed):
        conflicts.remove(case_of(reference), row.id, "I am free of it.", actor=team.coordinator)
    with pytest.raises(Refused) as wordless:
        act(reference, conflicts.remove, row.id, " ", actor=team.second_coordinator)
    act(reference, conflicts.remove, row.id, "It was another person.", actor=team.second_coordinator)
    with pytest.raises(Refused) as gone:
        act(reference, conflicts.remove, row.id, "Again.", actor=team.second_coordinator)
    assert (code(wordless), code(gone)) == ("reason_needed", "no_such_subject")
    assert case_of(reference).facts.subjects == frozenset()
    assert kinds(reference)[-1] == "SubjectRemoved"


def test_where_a_whole_site_is_in_conflict_the_case_passes_upward(all_admin):
    """R02: never to nobody."""
    team = all_admin
    reference = states.an_assessed_case(team)
    for user in (team.coordinator, team.second_coordinator, team.officer):
        put(team, user, team.approver)
    forget_notices()
    name(reference, team.approver, team.coordinator)
    assert told("case_moved") == {team.above.id}
    with pytest.raises(NoResultFound), unit_of_work():
        cases.lock(reference, team.coordinator)
    act(reference, triage.assign, team.above.id, actor=team.above)
    put(team, team.above, team.approver)
    assert case_of(reference).assignee_id is None
    assert told("case_moved") == {team.above.id, team.head.id}


def test_a_case_is_never_left_to_nobody(session, sent_tasks):
    """R02: where nobody above is free either, it says so and what to change."""
    team = states.Team()
    team.admin_of_all = states.staff((Role.ADMIN, None))
    reference = states.an_assessed_case(team)
    for user in (team.coordinator, team.second_coordinator):
        put(team, user, team.approver)
    with pytest.raises(Refused) as refused:
        name(reference, team.approver, team.officer)
    assert code(refused) == "nobody_left"
    assert case_of(reference).facts.subjects == frozenset()
    put(team, team.second_coordinator)
    name(reference, team.approver, team.officer)
    put(team, team.second_coordinator, team.approver)
    assert team.second_coordinator.id not in case_of(reference).facts.subjects


def test_nobody_reports_to_themselves_or_to_nobody_known(all_admin):
    team = all_admin
    put(team, team.officer, team.approver)
    for user, lead in ((team.approver, team.officer.id), (team.officer, team.officer.id), (team.officer, uuid.uuid4())):
        with pytest.raises(Refused) as refused, unit_of_work():
            lines.place(user.id, Employed(lead), actor=team.admin_of_all)
        assert code(refused) == "line_in_a_circle"
    with pytest.raises(NotAllowed), unit_of_work():
        lines.place(team.officer.id, Employed(), actor=team.coordinator)
    assert db.session.get_one(StaffUser, team.officer.id).reports_to_id == team.approver.id


def test_what_somebody_kept_out_tries_is_on_the_record_once_a_day(team):
    """R02: the attempt appears in the record."""
    reference = states.an_assessed_case(team)
    conflicts.note_attempt(reference, "read", actor=team.officer)
    name(reference, team.officer, team.coordinator)
    for what, actor, user_id in (
        ("read", team.officer, None),
        ("read", team.officer, None),
        ("assign", team.coordinator, team.officer.id),
        ("assign", team.coordinator, team.approver.id),
    ):
        conflicts.note_attempt(reference, what, actor=actor, user_id=user_id)
    conflicts.note_attempt("BOR-26-NNNNN", "read", actor=team.officer)
    assert kinds(reference).count(ConflictRefused.__name__) == 2
    assert case_of(reference).facts.subjects == {team.officer.id}


def test_an_attempt_that_cannot_be_written_down_is_refused_all_the_same(team, caplog):
    reference = states.an_assessed_case(team)
    name(reference, team.officer, team.coordinator)
    with unit_of_work():
        conflicts.note_attempt(reference, "read", actor=team.officer)
    assert "was not recorded" in caplog.text
    assert ConflictRefused.__name__ not in kinds(reference)
