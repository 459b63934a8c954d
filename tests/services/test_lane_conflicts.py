"""Who is kept out of a report follows who reports to whom, as it does with cases, and the report is never nobody's."""

import pytest
from sqlalchemy import func, select

from engage import vault
from engage.domain.conflicts import Employed, SubjectKind
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import LaneNamed, LaneReport, LaneSubject
from engage.services import cases, conflicts, lines
from engage.services.lane import erasing, moving, subjects
from engage.services.lane.record import lock_own
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from tests import states
from tests.lane_states import a_report, do, her, report_of
from tests.states import case_of
from tests.web.as_person import a_concern
from tests.web.as_staff import sign_in


@pytest.fixture
def team(session, sent_tasks, clock):
    vault.make_worker_keys(settings().VAR)
    return states.Team()


@pytest.fixture
def admin(team):
    """Who says where people stand, whatever they are."""
    return states.staff((Role.ADMIN, None))


def place(actor, lead=None, *, by, **at):
    with unit_of_work():
        lines.place(actor.id, Employed(lead.id if lead else None, at.get("department"), at.get("contractor")), actor=by)


def about(taken) -> frozenset[object]:
    db.session.rollback()
    return report_of(taken).facts.subjects


def test_who_becomes_the_lead_of_an_accused_no_longer_reads_the_report(team, admin, client):
    taken = a_report(team.site_id)
    do(taken, subjects.name, team.officer.id, actor=team.focal)
    second = sign_in(client, team.second_focal)
    assert second.get(f"/staff/lane/{taken.report_id}").status_code == 200
    place(team.officer, team.second_focal, by=admin)
    assert second.get(f"/staff/lane/{taken.report_id}").status_code == 404
    place(team.officer, by=admin)
    assert about(taken) == {team.officer.id}


def test_who_comes_to_an_accused_contractor_is_out_too(team, admin):
    taken, other = a_report(team.site_id), a_report(team.site_id)
    place(team.officer, by=admin, contractor="Drivers Ltd")
    do(taken, subjects.name_place, SubjectKind.CONTRACTOR, " drivers  ltd", actor=team.focal)
    do(taken, subjects.name_place, SubjectKind.CONTRACTOR, "Drivers Ltd", actor=team.focal)
    assert db.session.scalar(select(func.count()).select_from(LaneNamed)) == 1
    place(team.second_focal, by=admin, contractor="Drivers LTD")
    place(team.liaison, by=admin, department="Water")
    assert (about(taken), about(other)) == ({team.officer.id, team.second_focal.id}, frozenset())


def test_a_report_that_would_be_left_to_nobody_keeps_who_was_out_and_the_log_says_so(team, admin, caplog):
    taken = a_report(team.site_id)
    do(taken, subjects.name, team.officer.id, actor=team.focal)
    place(team.second_focal, team.focal, by=admin)
    place(team.officer, team.second_focal, by=admin)
    assert about(taken) == {team.officer.id}
    assert "left to nobody" in caplog.text
    assert str(taken.report_id) not in caplog.text
    chief = states.staff((Role.FOCAL, None))
    place(team.liaison, team.officer, by=admin)
    assert about(taken) == {team.officer.id, team.second_focal.id, team.focal.id, team.liaison.id}
    assert chief.id not in about(taken)


def test_what_a_case_was_about_goes_with_it_into_the_lane(team, admin):
    reference = a_concern(team.site_id, what_happened="Zqx", category="GBV").reference
    with unit_of_work():
        case = cases.lock(reference, team.focal)
        conflicts.name_person(case, team.officer.id, actor=team.focal)
        conflicts.name_place(case, SubjectKind.DEPARTMENT, "Water", actor=team.focal)
        moving.move(case, actor=team.focal)
    report_id = db.session.scalars(select(LaneReport.id).where(LaneReport.case_id == case_of(reference).id)).one()
    place(team.officer, team.second_focal, by=admin)
    place(team.liaison, by=admin, department="water")
    with unit_of_work():
        found = lock_own(report_id).facts.subjects
    assert found == {team.officer.id, team.second_focal.id, team.liaison.id}


def test_whom_a_report_was_about_before_that_was_written_down_stays_out_alone(team, admin):
    taken = a_report(team.site_id)
    with unit_of_work():
        row = lock_own(taken.report_id)
        row.subjects.append(LaneSubject(user_id=team.officer.id))
        db.session.add(LaneNamed(report_id=row.id, kind=SubjectKind.PERSON, user_id=team.officer.id, with_line=False))
    place(team.officer, team.second_focal, by=admin)
    assert about(taken) == {team.officer.id}
    do(taken, subjects.name, team.officer.id, actor=team.focal)
    assert about(taken) == {team.officer.id, team.second_focal.id}
    place(team.officer, by=admin)
    assert about(taken) == {team.officer.id}


def test_what_was_named_goes_when_the_report_is_erased(team, admin):
    taken = a_report(team.site_id)
    do(taken, subjects.name, team.officer.id, actor=team.focal)
    do(taken, erasing.erase, actor=her(taken))
    place(team.officer, team.second_focal, by=admin)
    for model in (LaneNamed, LaneSubject):
        assert db.session.scalar(select(func.count()).select_from(model)) == 0
