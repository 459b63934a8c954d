"""A restricted case moves into the lane: sealed there, gone here, owed nothing here, and its record holds."""

import io
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.exc import NoResultFound

from engage import lane_keys, vault
from engage.domain.case import Identity, Road, Writer
from engage.domain.guards import Refused
from engage.domain.lane_clocks import Clock
from engage.domain.policy import NotAllowed, Permission, Role, may
from engage.extensions import db
from engage.models import Base, Case, CaseEvent, CaseSubject, LaneClock, LaneReceipt, LaneReport, Receipt
from engage.queries.own_report import said_in
from engage.services import (
    asking_for_news,
    attachments,
    cases,
    conversation,
    corrective,
    deadlines,
    delivery,
    escalation,
    explanations,
    holds,
    pauses,
    retention,
    timeline,
    triage,
    verifying,
)
from engage.services import tasks as work
from engage.services.contact import Values
from engage.services.lane import clocks, intake, moving
from engage.services.receipt_codes import open_case
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from tests import states
from tests.states import act, case_of
from tests.web.as_person import a_concern

WORDS, REPLY, NOTE = "Zqxheron by the weighbridge", "Zqxreply", "Zqxnote"
ADDRESS = "zqxheron@people.example.org"


@pytest.fixture
def team(session, sent_tasks, clock):
    vault.make_worker_keys(settings().VAR)
    return states.Team()


def a_full_case(team):
    """A restricted case with everything a case can have: words both ways, notes, a file, a task, an offer, a pause."""
    reference = states.a_proposed_case(team, "Water the road.")
    act(reference, triage.assign, team.officer.id, actor=team.coordinator)
    act(reference, conversation.reply, REPLY, actor=team.officer)
    act(reference, conversation.note, NOTE, actor=team.officer)
    act(reference, work.add, work.Todo("Zqxtask", team.officer.id), actor=team.officer)
    with unit_of_work():
        person = states.person_of(reference)
        case = cases.lock_own(person.case_id)
        message = conversation.write_as_person(case, "Zqxanswer of hers", actor=person)
        picture = io.BytesIO()
        Image.new("RGB", (9, 9)).save(picture, "PNG")
        picture.seek(0)
        checked = attachments.check(picture, "zqxpicture.png")
        attachments.add_all(case, [checked], actor=person, writer=Writer.PERSON, message=message)
    act(reference, triage.restrict, "person_asked", actor=team.officer)
    return reference


def a_restricted_case(team, **values):
    return a_concern(team.site_id, what_happened=WORDS, category="GBV", **values)


def move(reference, actor):
    with unit_of_work():
        return moving.move(cases.lock(reference, actor), actor=actor)


def stored_files() -> set[str]:
    return {path.name for path in (settings().VAR / "files").rglob("*") if path.is_file()}


def everything() -> str:
    db.session.rollback()
    found = []
    for table in Base.metadata.sorted_tables:
        for row in db.session.execute(select(table)).all():
            found += [one.decode("latin-1") if isinstance(one, bytes) else str(one) for one in row]
    return "\n".join(found).casefold()


def test_nothing_of_the_case_is_left_but_its_record_and_the_record_holds(team, clock):
    before = stored_files()
    reference = a_full_case(team)
    assert stored_files() - before
    assert "zqxtask" in everything()
    report_id = move(reference, team.focal)
    assert "zqx" not in everything()
    assert stored_files() == before
    case = case_of(reference)
    assert (case.moved_at, case.category, case.level, case.assignee_id) == (clock.now, None, None, None)
    assert (case.next_due_at, case.news_due_at, case.identity, case.road) == (None, None, Identity.ANONYMOUS, Road.NONE)
    rows = db.session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.number)).all()
    assert rows[-1].kind == "CaseMovedToLane"
    assert timeline.breaks_in(rows) == []
    with_case = [
        table.name
        for table in Base.metadata.sorted_tables
        if "case_id" in table.columns
        and db.session.scalar(select(func.count()).select_from(table).where(table.c.case_id == case.id))
    ]
    assert sorted(with_case) == ["case_event", "lane_report"]
    db.session.rollback()
    assert verifying.verify().broken == []
    key = lane_keys.key_of(report_id)
    said = {(one.writer, one.words) for one in said_in(report_id, key)}
    assert said == {(Writer.STAFF, REPLY), (Writer.NOTE, NOTE), (Writer.PERSON, "Zqxanswer of hers")}
    assert "Dust" in intake.opened_account(report_id)["words"]


def test_its_code_opens_the_report_from_then_on(team):
    received = a_restricted_case(team)
    with unit_of_work():
        open_case(received.code)
    report_id = move(received.reference, team.focal)
    with unit_of_work():
        opened = open_case(received.code)
    assert opened.case_id == report_id
    assert db.session.scalar(select(func.count()).select_from(Receipt)) == 0
    assert db.session.scalars(select(LaneReceipt.first_used_at)).one() is not None


def test_what_the_person_left_is_sealed_with_it_and_an_address_becomes_a_road(team):
    reach = Values(name="Zqxname", email=ADDRESS, phone="+381641234567")
    received = a_restricted_case(team, identity=Identity.NAMED, road=Road.DIRECT, reach=reach)
    report_id = move(received.reference, team.focal)
    said = intake.opened_account(report_id)
    assert (said["name"], said["phone"]) == ("Zqxname", "+381641234567")
    assert lane_keys.address_of(report_id) == ADDRESS
    assert "zqx" not in everything()


def test_a_sealed_address_stays_sealed_to_the_worker(team):
    received = a_restricted_case(team, identity=Identity.ANONYMOUS, road=Road.RELAY, reach=Values(email=ADDRESS))
    report_id = move(received.reference, team.focal)
    assert "email" not in intake.opened_account(report_id)
    assert lane_keys.address_of(report_id) == ADDRESS


def test_somebody_else_s_word_brings_no_road(team):
    received = a_restricted_case(
        team, on_behalf=True, identity=Identity.ANONYMOUS, road=Road.RELAY, reach=Values(email=ADDRESS)
    )
    report_id = move(received.reference, team.focal)
    assert lane_keys.address_of(report_id) is None
    assert db.session.get_one(LaneReport, report_id).for_other


def test_a_phone_alone_is_kept_for_the_focal_points(team):
    reach = Values(name="Zqxname", phone="+381641234567")
    received = a_restricted_case(team, identity=Identity.NAMED, road=Road.DIRECT, reach=reach)
    report_id = move(received.reference, team.focal)
    assert lane_keys.address_of(report_id) is None
    assert intake.opened_account(report_id)["phone"] == "+381641234567"


def test_a_child_s_case_gets_the_clock_of_a_child_and_the_alert_is_met(team):
    received = a_concern(team.site_id, what_happened=WORDS, harms_child=True)
    report_id = move(received.reference, team.focal)
    rows = {row.clock: row.met_at for row in db.session.scalars(select(LaneClock))}
    assert set(rows) == set(Clock)
    assert rows[Clock.ALERT] is not None
    assert rows[Clock.CHILD] is None
    assert db.session.get_one(LaneReport, report_id).case_id is not None


def test_it_exists_for_nobody_as_a_case_any_more(team):
    received = a_restricted_case(team)
    case_id = case_of(received.reference).id
    move(received.reference, team.focal)
    everybody = [states.staff(role, site_id=team.site_id) for role in Role]
    for actor in everybody:
        with pytest.raises(NoResultFound), unit_of_work():
            cases.lock(received.reference, actor)
        facts = db.session.get_one(Case, case_id).facts
        assert not any(may(actor, what, facts) for what in Permission)


def test_a_moved_case_owes_nothing_however_long_anybody_waits(team, clock):
    references = [a_full_case(team), a_restricted_case(team).reference]
    for reference in references:
        move(reference, team.focal)
    delivery.drain()
    counts = {reference: case_of(reference).version for reference in references}
    for _ in range(3):
        clock.advance(timedelta(days=40))
        for sweep in (
            escalation.climb,
            explanations.miss_due,
            pauses.end_due,
            asking_for_news.ask_due,
            work.remind_due,
            corrective.remind_due,
            retention.apply,
        ):
            sweep()
    assert {reference: case_of(reference).version for reference in references} == counts
    assert clocks.look_due() > 0
    with unit_of_work():
        deadlines.refresh(cases.lock_own(case_of(references[0]).id))
    assert case_of(references[0]).next_due_at is None


def test_only_a_focal_point_moves_and_only_a_restricted_case(team):
    ordinary, restricted = states.an_assessed_case(team), a_restricted_case(team).reference
    with pytest.raises(Refused), unit_of_work():
        moving.move(cases.lock_own(case_of(ordinary).id), actor=team.focal)
    for actor in (team.coordinator, team.admin, team.rights_lead):
        with pytest.raises(NotAllowed), unit_of_work():
            moving.move(cases.lock_own(case_of(restricted).id), actor=actor)
    assert db.session.scalar(select(func.count()).select_from(LaneReport)) == 0


def test_whoever_the_case_was_about_does_not_see_the_report(team):
    received = a_restricted_case(team)
    about = team.second_focal
    with unit_of_work():
        db.session.add(CaseSubject(case_id=case_of(received.reference).id, user_id=about.id))
    report_id = move(received.reference, team.focal)
    db.session.expire_all()
    assert db.session.get_one(LaneReport, report_id).facts.subjects == {about.id}


def test_a_case_under_a_legal_hold_does_not_move_since_its_files_would_be_erased(team):
    reference = states.a_case(team.site_id)
    act(reference, triage.restrict, "person_asked", actor=team.coordinator)
    act(reference, holds.set_hold, "The court asked on Monday.", actor=team.focal)
    with pytest.raises(Refused, match="hold_stands"):
        act(reference, moving.move, actor=team.focal)
    act(reference, holds.lift_hold, "It is decided.", actor=team.second_focal)
    act(reference, moving.move, actor=team.focal)
    assert case_of(reference).moved_at is not None
