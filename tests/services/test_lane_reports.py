"""A report: sealed before it is written, told to very few, and stepped through by those who may."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import NoResultFound

from engage import lane_keys, vault
from engage.domain.conflicts import SubjectKind
from engage.domain.guards import Refused
from engage.domain.lane import HER_ANSWERS, AgeGroup, Course, How, IllegalStep, Involved, Served, Sex, Step
from engage.domain.lane_clocks import Clock
from engage.domain.policy import NotAllowed, Role
from engage.extensions import db
from engage.models import (
    Base,
    LaneAccount,
    LaneClock,
    LaneConsent,
    LaneReferral,
    LaneReport,
    LaneWord,
    Site,
    StaffUser,
)
from engage.services import intake as concerns
from engage.services.contact import ContactRefused
from engage.services.intake import AnotherConcern
from engage.services.lane import erasing, intake, record, routing, steps, subjects, words
from engage.services.receipt_codes import open_case
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from engage.vault import Unreadable
from tests import lane_states, states
from tests.lane_states import (
    SERVICE,
    WORDS,
    a_report,
    an_offered_report,
    do,
    her,
    kinds,
    notices,
    report_of,
    take,
    told_since,
)

TOKEN = "0123456789abcdef0123456789abcdef"
ADDRESS = "zqxheron@people.example.org"


@pytest.fixture
def team(session, sent_tasks, clock):
    vault.make_worker_keys(settings().VAR)
    return states.Team()


def everything_in_the_database() -> str:
    """All columns of all tables, as somebody with a dump reads them."""
    db.session.rollback()
    found = []
    for table in Base.metadata.sorted_tables:
        for row in db.session.execute(select(table)).all():
            found += [one.decode("latin-1") if isinstance(one, bytes) else str(one) for one in row]
    if db.session.get_bind().dialect.name == "sqlite":
        found += [str(row) for row in db.session.execute(db.text("SELECT words FROM case_words"))]
    return "\n".join(found)


def test_a_dump_of_the_database_shows_nothing_that_anybody_said(team):
    facts = {"involved": Involved.NOT_SURE, "age": AgeGroup.OLDER, "sex": Sex.OTHER, "served": Served.YES}
    taken = a_report(team.site_id, email=ADDRESS, **facts)
    do(taken, steps.offer, SERVICE, actor=team.focal, same_contact=True)
    do(taken, words.write, "Zqxreply to you", actor=team.focal)
    do(taken, words.write, "Zqxanswer of hers", actor=her(taken))
    do(taken, words.note, "Zqxnote among us", actor=team.focal)
    shown = everything_in_the_database().casefold()
    assert "zqx" not in shown
    assert "not_sure" not in shown
    assert "60_and_over" not in shown
    assert taken.code.replace("-", "").casefold() not in shown


def test_what_was_said_opens_with_the_key_of_the_report_alone(team):
    taken, other = a_report(team.site_id, sex=Sex.FEMALE), a_report(team.site_id)
    said = intake.opened_account(taken.report_id)
    assert (said["words"], said["sex"]) == (WORDS, "female")
    row = db.session.get_one(LaneAccount, taken.report_id)
    with pytest.raises(Unreadable):
        lane_keys.opened(lane_keys.key_of(other.report_id), row.sealed, taken.report_id, LaneAccount.__tablename__)
    with pytest.raises(Unreadable):
        lane_keys.opened(lane_keys.key_of(taken.report_id), row.sealed, other.report_id, LaneAccount.__tablename__)
    with pytest.raises(Unreadable):
        lane_keys.opened(lane_keys.key_of(taken.report_id), row.sealed, taken.report_id, LaneWord.__tablename__)


def test_the_focal_points_are_told_without_a_reference_and_the_lead_that_there_is_something(team):
    lead = states.staff(Role.RIGHTS_LEAD, site_id=team.site_id)
    taken = a_report(team.site_id)
    told = notices("item_for_you")
    assert {row.user_id for row in told} == {team.focal.id, team.second_focal.id}
    assert {row.user_id for row in notices("lane_holds_something")} == {team.rights_lead.id, lead.id}
    for row in (*told, *notices("lane_holds_something")):
        assert (row.case_id, row.lane_report_id, row.context) == (None, None, {})
    assert kinds(taken) == ["received", "lead_told"]
    clocks = {row.clock: row.met_at is not None for row in db.session.scalars(select(LaneClock))}
    assert clocks == {Clock.ALERT: False, Clock.SUPPORT: False, Clock.LEAD: True}


def test_where_a_site_has_nobody_those_of_all_sites_are_told(session, sent_tasks, caplog):
    site_id = states.a_site("ALO")
    a_report(site_id)
    assert "name a focal point" in caplog.text
    assert notices("item_for_you") == notices("lane_holds_something") == []
    focal, lead = states.staff((Role.FOCAL, None)), states.staff((Role.RIGHTS_LEAD, None))
    a_report(site_id)
    assert [row.user_id for row in notices("item_for_you")] == [focal.id]
    assert [row.user_id for row in notices("lane_holds_something")] == [lead.id]


def test_without_a_site_it_lies_at_the_group_intake(team):
    taken = a_report(None)
    assert db.session.get_one(Site, report_of(taken).site_id).is_group_intake


def test_the_same_form_makes_one_report_and_shows_its_code_until_it_is_used_or_a_day_old(team, clock):
    first = a_report(team.site_id, TOKEN)
    assert a_report(team.site_id, TOKEN).code == first.code
    again = intake.already_received(TOKEN, WORDS)
    assert (again.report_id, again.code, again.is_new) == (first.report_id, first.code, False)
    assert intake.already_received(TOKEN, "").code == first.code
    with pytest.raises(AnotherConcern):
        intake.already_received(TOKEN, "Other words")
    assert intake.already_received("f" * 32, WORDS) is None
    assert len(notices("item_for_you")) == 2
    clock.advance(concerns.CODE_SHOWN_FOR)
    assert intake.already_received(TOKEN, WORDS).code is None
    with unit_of_work():
        open_case(first.code)
    clock.move_to(clock.now - concerns.CODE_SHOWN_FOR)
    assert a_report(team.site_id, TOKEN).code is None


def test_an_address_that_cannot_be_one_and_one_left_for_somebody_else_are_refused(team):
    for more in ({"email": "no address"}, {"email": ADDRESS, "for_other": True}):
        with pytest.raises(ContactRefused):
            a_report(team.site_id, **more)
    assert db.session.scalar(select(func.count()).select_from(LaneReport)) == 0


def test_her_word_is_kept_with_how_she_gave_it(team):
    taken = an_offered_report(team)
    take(taken, Step.CONSENT_TO_REFERRAL, Step.WANT_ACTION, actor=her(taken))
    take(taken, Step.NOT_WISH_TO_HEAR, actor=team.focal)
    rows = db.session.scalars(select(LaneConsent).order_by(LaneConsent.at)).all()
    assert {(row.said, row.how, row.written_by_id) for row in rows} == {
        (Step.CONSENT_TO_REFERRAL, How.PAGE, None),
        (Step.WANT_ACTION, How.PAGE, None),
        (Step.NOT_WISH_TO_HEAR, How.SPOKEN, team.focal.id),
    }


def test_no_answer_is_ever_taken_for_somebody_who_did_not_come(team):
    taken = an_offered_report(team, for_other=True)
    for step in HER_ANSWERS:
        for actor in (team.focal, her(taken)):
            with pytest.raises(IllegalStep):
                take(taken, step, actor=actor)
    with pytest.raises(IllegalStep):
        take(taken, Step.STOP, actor=her(taken))
    with pytest.raises(NotAllowed):
        do(taken, erasing.erase, actor=her(taken))
    with pytest.raises(Refused):
        do(taken, words.write, "How is she?", actor=team.focal)
    do(taken, words.write, "She has left.", actor=her(taken))
    take(taken, Step.CLOSE, actor=team.focal)
    assert report_of(taken).course is Course.CLOSED
    assert notices("something_new") == []


def test_it_closes_once_support_the_process_and_word_of_it_are_done(team):
    taken = a_report(team.site_id)
    with pytest.raises(Refused) as early:
        take(taken, Step.CLOSE, actor=team.focal)
    assert early.value.refusal.code == "lane_support_first"
    do(taken, steps.offer, SERVICE, actor=team.focal, same_contact=True)
    take(taken, Step.WANT_ACTION, actor=her(taken))
    with pytest.raises(Refused):
        take(taken, Step.CLOSE, actor=team.focal)
    take(taken, Step.BEGIN_PROCESS, Step.CONCLUDE_PROCESS, actor=team.focal)
    take(taken, Step.NOT_WISH_TO_HEAR, actor=her(taken))
    with pytest.raises(Refused) as unwished:
        take(taken, Step.SHARE_OUTCOME, actor=team.focal)
    assert unwished.value.refusal.code == "lane_would_not_hear"
    take(taken, Step.CLOSE, actor=team.focal)
    closed = report_of(taken)
    assert (closed.course, closed.ended_at is not None) == (Course.CLOSED, True)


def test_of_a_child_it_is_written_down_what_is_best_before_it_closes_and_nobody_outside_hears(team):
    taken = lane_states.a_report_about_a_child(team)
    do(taken, steps.offer, SERVICE, actor=team.focal, same_contact=False)
    with pytest.raises(Refused) as early:
        take(taken, Step.CLOSE, actor=team.focal)
    assert early.value.refusal.code == "lane_child_first"
    do(taken, steps.consider_child, "With the aunt, as the child asked.", actor=team.focal)
    take(taken, Step.CLOSE, actor=team.focal)
    assert kinds(taken)[-2:] == ["child_considered", "step_taken"]
    assert notices("something_new") == []


def test_nobody_without_the_role_and_nobody_it_is_about_can_take_it_in_hand(team):
    taken = an_offered_report(team)
    everybody = [states.staff(role, site_id=team.site_id) for role in Role if role is not Role.FOCAL]
    for actor in (*everybody, states.staff(Role.FOCAL, site_id=states.a_site("KOL"))):
        with pytest.raises(NoResultFound), unit_of_work():
            record.lock(taken.report_id, actor)
        with unit_of_work(), pytest.raises(NotAllowed):
            words.note(record.lock_own(taken.report_id), "x", actor=actor)
    do(taken, subjects.name, team.second_focal.id, actor=team.focal)
    do(taken, subjects.name, team.second_focal.id, actor=team.focal)
    assert kinds(taken).count("subject_named") == 1
    with pytest.raises(NoResultFound), unit_of_work():
        record.lock(taken.report_id, team.second_focal)
    before = notices("item_for_you")
    do(taken, words.write, "There is more.", actor=her(taken))
    assert told_since("item_for_you", before) == [team.focal.id]
    with pytest.raises(Refused):
        do(taken, subjects.name, taken.report_id, actor=team.focal)


def test_their_line_is_kept_out_too_and_whole_contractors_and_who_is_left_hears(team):
    taken = a_report(team.site_id)
    with unit_of_work():
        db.session.get_one(StaffUser, team.officer.id).reports_to_id = team.second_focal.id
        db.session.get_one(StaffUser, team.focal.id).contractor = "Drivers Ltd"
    do(taken, subjects.name, team.officer.id, actor=team.focal)
    assert report_of(taken).facts.subjects == {team.officer.id, team.second_focal.id}
    everywhere = states.staff((Role.FOCAL, None))
    before = notices("item_for_you")
    do(taken, subjects.name_place, SubjectKind.CONTRACTOR, "drivers  ltd", actor=team.focal)
    assert team.focal.id in report_of(taken).facts.subjects
    assert told_since("item_for_you", before) == [everywhere.id]
    with pytest.raises(Refused):
        do(taken, subjects.name_place, SubjectKind.DEPARTMENT, "Nobody's", actor=everywhere)


def test_what_came_without_a_site_is_given_to_one_whose_focal_points_are_told(team):
    everywhere = states.staff((Role.FOCAL, None))
    taken, there = a_report(None), a_report(team.site_id)
    before = notices("item_for_you")
    with pytest.raises(Refused):
        do(taken, routing.route, taken.report_id, actor=everywhere)
    with pytest.raises(Refused):
        do(there, routing.route, states.a_site("KOL"), actor=everywhere)
    do(taken, routing.route, team.site_id, actor=everywhere)
    assert set(told_since("item_for_you", before)) == {team.focal.id, team.second_focal.id}
    assert kinds(taken)[-1] == "routed"
    with unit_of_work():
        assert record.lock(taken.report_id, team.focal).site_id == team.site_id


def test_a_form_sent_twice_does_one_thing(team):
    taken, mark = a_report(team.site_id), f"{TOKEN}.x"
    for _ in range(2):
        do(taken, steps.offer, SERVICE, actor=team.focal, same_contact=False, mark=mark)
        do(taken, words.write, "Are you safe?", actor=team.focal, mark=mark)
        do(taken, words.note, "Called the clinic.", actor=team.focal, mark=f"{mark}n")
    take(taken, Step.CONSENT_TO_REFERRAL, Step.CONSENT_TO_REFERRAL, actor=her(taken))
    for _ in range(2):
        do(taken, steps.bring, SERVICE, actor=team.focal, mark=f"{mark}b")
    rows = db.session.scalars(select(LaneReferral.is_made)).all()
    assert sorted(rows) == [False, True]
    assert db.session.scalar(select(func.count()).select_from(LaneWord)) == 2
    assert db.session.scalar(select(func.count()).select_from(LaneConsent)) == 1
    do(taken, words.write, "Without a mark", actor=team.focal)
    do(taken, words.write, "Without a mark", actor=team.focal)
    assert db.session.scalar(select(func.count()).select_from(LaneWord)) == 4


def test_after_she_stopped_nothing_runs_and_nobody_writes_until_she_comes_back(team):
    taken = a_report(team.site_id)
    take(taken, Step.STOP, actor=her(taken))
    stopped = report_of(taken)
    assert (stopped.course, stopped.ended_at is not None) == (Course.STOPPED, True)
    assert not [row for row in db.session.scalars(select(LaneClock)) if row.ended_at is None]
    for actor in (team.focal, her(taken)):
        with pytest.raises(Refused):
            do(taken, words.write, "Please come back.", actor=actor)
    with pytest.raises(IllegalStep):
        do(taken, steps.offer, SERVICE, actor=team.focal, same_contact=False)
    take(taken, Step.COME_BACK, actor=her(taken))
    back = report_of(taken)
    assert (back.course, back.ended_at) == (Course.OPEN, None)
    runs = [row.clock for row in db.session.scalars(select(LaneClock)) if row.ended_at is None]
    assert runs == [Clock.SUPPORT]
    do(taken, steps.offer, SERVICE, actor=team.focal, same_contact=False)
    take(taken, Step.STOP, Step.COME_BACK, actor=her(taken))
    assert not [row for row in db.session.scalars(select(LaneClock)) if row.ended_at is None]
