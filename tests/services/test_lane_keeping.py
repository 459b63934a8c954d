"""What is kept of a report and for how long: her road, her code, who opened it, and what is erased."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import NoResultFound

from engage import data_keys, key_ring, lane_keys, vault
from engage.domain.lane import Course, Step
from engage.domain.lane_clocks import Clock
from engage.extensions import db
from engage.key_ring import NoRing, Ring
from engage.models import (
    LaneAccess,
    LaneAccount,
    LaneClock,
    LaneConsent,
    LaneContact,
    LaneEvent,
    LaneKey,
    LaneReferral,
    LaneWord,
)
from engage.services import delivery, retention
from engage.services.contact import ContactRefused
from engage.services.lane import access, codes, erasing, intake, record, road, subjects, words
from engage.services.receipt_codes import WrongCode, open_case
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from engage.vault import Unreadable
from tests import lane_states, states
from tests.lane_states import a_report, an_offered_report, do, her, kinds, notices, report_of, take, told_since

TOKEN = "0123456789abcdef0123456789abcdef"
ADDRESS = "zqxheron@people.example.org"


@pytest.fixture
def team(session, sent_tasks, clock):
    vault.make_worker_keys(settings().VAR)
    return states.Team()


def test_its_ring_is_not_that_of_cases(team):
    a_report(team.site_id)
    data_keys.make_ring()
    assert settings().lane_keys != settings().key_ring
    assert key_ring.versions(Ring.LANE)[0].key not in [one.key for one in key_ring.versions()]
    assert not key_ring.is_open_to_others(Ring.LANE)


def test_she_is_told_of_news_by_her_road_alone_and_in_one_neutral_sentence(team):
    taken, without = an_offered_report(team, email=ADDRESS), an_offered_report(team)
    do(taken, words.write, "Are you safe?", actor=team.focal)
    do(without, words.write, "Are you safe?", actor=team.focal)
    rows = notices("something_new")
    assert [row.lane_report_id for row in rows] == [taken.report_id] * 2
    assert all(row.context == {} and row.case_id is None for row in rows)


def test_a_road_that_is_changed_or_burned_leaves_no_key_to_what_was_there(team):
    taken = a_report(team.site_id, email=ADDRESS)
    before = db.session.get_one(LaneContact, taken.report_id).sealed
    wrapped = db.session.get_one(LaneKey, (taken.report_id, lane_keys.ROAD)).wrapped
    assert lane_keys.address_of(taken.report_id) == ADDRESS
    do(taken, road.change, "other@people.example.org", actor=her(taken))
    db.session.expire_all()
    assert lane_keys.address_of(taken.report_id) == "other@people.example.org"
    assert db.session.get_one(LaneContact, taken.report_id).sealed != before
    assert db.session.get_one(LaneKey, (taken.report_id, lane_keys.ROAD)).wrapped != wrapped
    do(taken, road.change, None, actor=her(taken))
    db.session.expire_all()
    assert lane_keys.address_of(taken.report_id) is None
    assert db.session.get(LaneKey, (taken.report_id, lane_keys.ROAD)) is None
    assert kinds(taken)[-2:] == ["road_changed"] * 2
    with pytest.raises(ContactRefused):
        do(taken, road.change, "no address", actor=her(taken))
    other = a_report(team.site_id, for_other=True)
    with pytest.raises(ContactRefused):
        do(other, road.change, ADDRESS, actor=her(other))


def test_a_new_code_ends_the_old_one_and_the_same_form_gives_the_same_code(team, clock):
    taken = a_report(team.site_id, TOKEN)
    new = do(taken, codes.change, "a" * 32, actor=her(taken))
    assert do(taken, codes.change, "a" * 32, actor=her(taken)) == new
    assert codes.changed_before(new.receipt_id, "a" * 32) == new
    assert codes.changed_before(taken.report_id, "a" * 32) is None
    with pytest.raises(WrongCode), unit_of_work():
        open_case(taken.code)
    clock.advance(timedelta(hours=24))
    later = do(taken, codes.change, "a" * 32, actor=her(taken))
    assert later.code != new.code
    reused = do(taken, codes.change, TOKEN, actor=her(taken))
    assert reused.code.replace("-", "") != taken.code.replace("-", "")
    with unit_of_work():
        assert open_case(reused.code).case_id == taken.report_id


def test_what_she_erases_is_gone_from_every_table_and_its_record_holds(team):
    taken = an_offered_report(team, email=ADDRESS)
    do(taken, words.write, "Are you safe?", actor=team.focal)
    do(taken, subjects.name, team.second_focal.id, actor=team.focal)
    take(taken, Step.WANT_ACTION, actor=her(taken))
    before = notices("item_for_you")
    do(taken, erasing.erase, actor=her(taken))
    gone = report_of(taken)
    assert (gone.course, gone.erased_at is not None, gone.ended_at is not None) == (Course.STOPPED, True, True)
    for table in (LaneAccount, LaneContact, LaneKey, LaneReferral, LaneWord, LaneConsent):
        assert db.session.scalar(select(func.count()).select_from(table)) == 0, table
    assert record.breaks_in(lane_states.events_of(taken)) == []
    assert kinds(taken)[-1] == "erased"
    with pytest.raises(Unreadable):
        lane_keys.key_of(taken.report_id)
    with pytest.raises(NoResultFound), unit_of_work():
        record.lock(taken.report_id, team.focal)
    assert told_since("item_for_you", before) == [team.focal.id]


def test_what_ended_long_ago_is_erased_by_itself_and_a_child_s_later(team, clock):
    plain, child, open_one = an_offered_report(team), lane_states.a_report_about_a_child(team), a_report(team.site_id)
    for taken in (plain, child):
        take(taken, Step.STOP, actor=her(taken))
    clock.advance(erasing.KEPT - timedelta(days=1))
    assert erasing.purge(clock.now) == 0
    clock.advance(timedelta(days=2))
    retention.apply()
    assert [report_of(one).erased_at is not None for one in (plain, child, open_one)] == [True, False, False]
    clock.advance(erasing.KEPT_OF_CHILD)
    assert (erasing.purge(clock.now), erasing.purge(clock.now)) == (1, 0)
    assert report_of(child).erased_at is not None
    with unit_of_work():
        assert not erasing._erase_old(child.report_id)  # what a second sweep at the same moment finds


def test_who_opened_it_is_kept_once_a_day_in_a_chain_and_counts_as_heard(team, clock):
    taken = a_report(team.site_id)
    do(taken, words.write, "There is more.", actor=her(taken))
    assert report_of(taken).unread
    for _ in range(2):
        access.record_access(taken.report_id, team.focal)
    access.record_access(taken.report_id, team.second_focal)
    clock.advance(timedelta(days=1))
    access.record_access(taken.report_id, team.focal)
    rows = db.session.scalars(select(LaneAccess).order_by(LaneAccess.number)).all()
    assert [(row.number, row.user_id) for row in rows] == [
        (1, team.focal.id),
        (2, team.second_focal.id),
        (3, team.focal.id),
    ]
    assert access.breaks_in(rows) == []
    assert not report_of(taken).unread
    assert db.session.get_one(LaneClock, (taken.report_id, Clock.ALERT)).met_at is not None


def test_an_opening_that_cannot_be_noted_refuses_nobody_help(team, caplog):
    taken = a_report(team.site_id)
    access.record_access(taken.report_id, team.coordinator)
    assert "was not recorded" in caplog.text
    assert str(taken.report_id) not in caplog.text
    assert db.session.scalar(select(func.count()).select_from(LaneAccess)) == 0


def test_where_the_ring_is_lost_nothing_opens_and_none_is_made_in_its_place(team, change_settings, tmp_path):
    taken = a_report(team.site_id)
    change_settings(LANE_KEYS=tmp_path / "elsewhere.json")
    with pytest.raises(NoRing, match="ENGAGE_LANE_KEYS"):
        intake.opened_account(taken.report_id)
    with pytest.raises(NoRing):
        a_report(team.site_id)
    lane_keys.make_ring()
    assert not key_ring.is_there(Ring.LANE)
    key_ring.make(7, Ring.LANE)
    with pytest.raises(Unreadable):
        intake.opened_account(taken.report_id)
    assert db.session.scalar(select(func.count()).select_from(LaneEvent)) == 2


def test_no_word_lights_up_her_phone_at_night(team, clock, change_settings):
    change_settings(QUIET_HOURS="21:00-07:00")
    taken = a_report(team.site_id, email=ADDRESS)
    clock.move_to(clock.now.replace(hour=22))  # 23:00 at the site
    do(taken, words.write, "Are you safe?", actor=team.focal)
    [row] = notices("something_new")
    assert row.not_before - clock.now == timedelta(hours=8)


def test_word_that_could_not_leave_in_the_evening_does_not_light_up_her_phone_at_night(
    team, clock, mail_peer, change_settings
):
    change_settings(MAIL="smtp", SMTP_PORT=mail_peer.port, QUIET_HOURS="21:00-07:00")
    taken = a_report(team.site_id, email=ADDRESS)
    delivery.drain()
    mail_peer.stop()
    clock.move_to(clock.now.replace(hour=19, minute=30))  # 20:30 at the site
    do(taken, words.write, "Are you safe?", actor=team.focal)
    delivery.drain()
    mail_peer.start()
    clock.advance(timedelta(hours=5))
    delivery.drain()
    [row] = notices("something_new")
    assert (row.sent_at, row.not_before - clock.now) == (None, timedelta(hours=5, minutes=30))
    clock.move_to(row.not_before)
    delivery.drain()
    db.session.refresh(row)
    assert row.road == "email"
