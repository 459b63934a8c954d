"""The demonstration: sixty cases whose past was made by the real use cases, and nothing of it in the product."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from engage import clock
from engage.domain.case import CaseClass, Kind
from engage.domain.delivery import NoticeState
from engage.domain.lane import Support
from engage.domain.lifecycle import Stage
from engage.domain.policy import Role
from engage.models import (
    Access,
    Case,
    CaseEvent,
    CommunityPeriod,
    Deadline,
    LaneReport,
    Message,
    OutboxMessage,
    Proposal,
    Site,
    SiteHours,
    StaffUser,
)
from engage.services import access, demo, sites, timeline, verifying
from engage.services.demo.risk import KEPT_SAFE
from engage.services.lane import clocks as lane_clocks
from engage.services.verifying_content import Content, strange_in
from engage.unit_of_work import unit_of_work


def seed():
    with unit_of_work():
        return demo.seed()


def test_the_product_refuses_invented_cases(session, sent_tasks, change_settings):
    change_settings(MODE="serve")
    with pytest.raises(demo.NotInTheProduct):
        seed()
    assert session.scalar(select(func.count(Site.id))) == 0


def test_a_service_with_a_site_is_left_alone(session, sent_tasks):
    with unit_of_work():
        sites.add(sites.NewSite(code="ONE", name="One", country="RS", time_zone="Europe/Belgrade"))
    assert seed() == []
    assert session.scalar(select(func.count(Case.id))) == 0


@pytest.mark.slow
def test_the_demonstration_is_whole_true_and_made_once(session, sent_tasks):
    with unit_of_work():
        sites.ensure_group_intake()  # as the start of the service does before
    sign_ins = seed()
    assert seed() == []

    cases = session.scalars(select(Case)).all()
    assert len(cases) == 60
    assert {case.stage for case in cases} == set(Stage)
    reports = session.scalars(select(LaneReport).order_by(LaneReport.received_at)).all()
    assert [report.support for report in reports] == [Support.OFFERED, Support.REPORTED]
    assert lane_clocks.look_due() == 0  # nothing of it is late when somebody begins to try it
    assert {case.kind for case in cases} >= set(Kind)
    assert {case.class_ for case in cases} == set(CaseClass)
    assert {case.level for case in cases} >= {1, 2, 3, 4, 5}
    assert len({case.site_id for case in cases}) == 4
    now = clock.utcnow()
    late = [case for case in cases if case.next_due_at is not None and case.next_due_at < now]
    assert 5 <= len(late) <= 20

    held = Counter(row.role for user in session.scalars(select(StaffUser)) for row in user.memberships)
    assert set(held) == set(Role)
    assert len(sign_ins) == sum(held.values()) == len({one.email for one in sign_ins})
    assert len({one.password for one in sign_ins}) == len(sign_ins)

    check_the_sites(session)
    check_the_record(session, cases, now)
    check_the_post(session, now)
    check_the_fates(session, now)
    assert session.scalar(select(func.count(Message.id))) > 50
    assert session.scalar(select(func.count(Proposal.id))) > 15
    assert session.scalar(select(func.count(Deadline.id)).where(Deadline.breached_at.is_not(None))) > 5


def check_the_sites(session):
    """Every site says when it works, whose days lie ahead, and who does security; no interim measure is noted twice."""
    named = set(session.scalars(select(Site.code).where(~Site.is_group_intake)))
    for table in (SiteHours, CommunityPeriod):
        assert set(session.scalars(select(Site.code).join(table, table.site_id == Site.id))) == named
    assert session.scalars(select(CommunityPeriod).where(CommunityPeriod.first_day > clock.utcnow().date())).all()
    assert all(session.scalars(select(Site.security).where(~Site.is_group_intake)))
    twice = select(Message.case_id).where(Message.writer == "note", Message.words != KEPT_SAFE)
    assert session.scalars(twice.group_by(Message.case_id, Message.words).having(func.count() > 1)).all() == []
    assert session.scalars(select(CaseEvent).where(CaseEvent.kind == "SubjectNamed")).all() != []


def check_the_record(session, cases, now):
    """Every chain holds, and what happened happened before now and in order."""
    for case in cases:
        events = session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.number)).all()
        assert timeline.breaks_in(events) == []
        assert events[-1].hash == case.head_hash
        assert [row.at for row in events] == sorted(row.at for row in events)
        assert events[0].at - case.received_at < timedelta(days=1)
        assert events[-1].at <= now
        readings = session.scalars(select(Access).where(Access.case_id == case.id).order_by(Access.number)).all()
        assert access.breaks_in(readings) == []
        messages = session.scalar(select(func.count()).where(Message.case_id == case.id))
        missed = [words for words in strange_in(events, Content([], [], [])) if "message" in words]
        assert len(missed) == messages, "what somebody takes away of what was written is missed"
    assert verifying.verify().broken == []


def check_the_post(session, now):
    """Starting the worker sends a handful of mails of the last day, not those of half a year."""
    waiting = session.scalars(select(OutboxMessage).where(OutboxMessage.sent_at.is_(None))).all()
    assert len(waiting) < 80
    assert all(row.not_before > now - timedelta(hours=25) for row in waiting)
    sent = session.scalars(select(OutboxMessage).where(OutboxMessage.sent_at.is_not(None))).all()
    assert len(sent) > 300
    assert all(row.sent_at >= row.not_before and row.sent_at <= now and row.road for row in sent)


def check_the_fates(session, now):
    """The console has something of everything that somebody has to look at, and no record goes back in time."""
    session.expire_all()  # rows are written past the objects in memory
    rows = session.scalars(select(OutboxMessage)).all()
    found = Counter(row.state(now) for row in rows)
    assert (found[NoticeState.BOUNCED], found[NoticeState.DEAD]) == (2, 1)
    assert found[NoticeState.REPLACED] >= 1  # what an errand says for several at once is among them
    assert [row.attempts for row in rows if row.state(now) is NoticeState.WAITING and row.last_error] == [2]
    undelivered = {row.case_id for row in rows if row.state(now) in (NoticeState.BOUNCED, NoticeState.DEAD)}
    assert undelivered <= set(session.scalars(select(Case.id).where(Case.could_not_reach)))


@pytest.mark.slow
@pytest.mark.parametrize("days", range(7))
def test_the_worker_finds_no_old_mail_whatever_day_of_the_week_the_demonstration_is_made(
    days, session, sent_tasks, clock
):
    clock.advance(timedelta(days=days))
    seed()
    check_the_record(session, session.scalars(select(Case)).all(), clock.now)
    check_the_post(session, clock.now)
    check_the_fates(session, clock.now)


def test_the_clock_stands_still_only_inside():
    past = clock.utcnow() - timedelta(days=9)
    with clock.at(past):
        assert clock.utcnow() == past
    assert clock.utcnow() > past


@pytest.fixture
def runner(session, app, sent_tasks):
    return app.test_cli_runner()


def test_the_command_says_when_there_is_nothing_to_do(runner):
    with unit_of_work():
        sites.add(sites.NewSite(code="ONE", name="One", country="RS", time_zone="Europe/Belgrade"))
    result = runner.invoke(args=["engage", "seed-demo"])
    assert (result.exit_code, result.output) == (0, "There are sites already: nothing was added.\n")


def test_the_command_refuses_in_the_product(runner, change_settings):
    change_settings(MODE="serve")
    result = runner.invoke(args=["engage", "seed-demo"])
    assert result.exit_code == 1
    assert "ENGAGE_MODE" in result.output
