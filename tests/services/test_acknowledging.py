"""When a receipt counts as confirmed: delivered, posted where the case page is the only road, or tried for."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.case import Road
from engage.domain.deadlines import Promise
from engage.domain.errands import ErrandResult
from engage.extensions import db
from engage.models import Errand
from engage.services import deadlines, delivery, errands, triage
from engage.unit_of_work import unit_of_work
from tests import states
from tests.mail_peer import Manner
from tests.notify.letters import a_case_with
from tests.promised import kinds_of, rows_of, with_case
from tests.states import act, case_of

P = Promise


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def confirmed(reference):
    db.session.rollback()
    [row] = rows_of(reference, P.ACKNOWLEDGE)
    return row.met_at is not None


def acknowledged(team, road, **values):
    reference = a_case_with(road, site_id=team.site_id, **values)
    act(reference, triage.acknowledge, actor=team.coordinator)
    return reference


def look_for(actor, *, reached):
    wanted = select(Errand.id).where(Errand.template == "case_acknowledged")
    errand_id = db.session.scalars(wanted).one()
    with unit_of_work():
        errands.finish(errand_id, ErrandResult.REACHED if reached else ErrandResult.NOT_REACHED, actor=actor)


def test_where_the_case_page_is_the_only_road_posting_it_there_counts(team):
    reference = states.an_acknowledged_case(team)
    assert case_of(reference).road is Road.NONE
    assert confirmed(reference)


def test_who_was_told_in_person_was_told(team):
    reference = a_case_with(Road.DIRECT, site_id=team.site_id)
    act(reference, triage.acknowledge, how="in_person", actor=team.coordinator)
    assert confirmed(reference)


@pytest.mark.parametrize("road", [Road.DIRECT, Road.RELAY])
def test_a_mail_counts_when_it_has_left_and_not_when_it_was_written(clock, team, road):
    reference = acknowledged(team, road)
    assert not confirmed(reference)
    clock.advance(timedelta(minutes=5))
    delivery.drain()
    assert confirmed(reference)
    [row] = rows_of(reference, P.ACKNOWLEDGE)
    assert row.met_at == clock.now
    assert kinds_of(reference).count("DeadlineMet") == 1


def test_a_mail_that_cannot_leave_confirms_nothing(team, mail_peer, change_settings):
    change_settings(MAIL="smtp", SMTP_PORT=mail_peer.port)
    mail_peer.manner = Manner.REFUSE_RECIPIENT
    reference = acknowledged(team, Road.DIRECT)
    delivery.drain()
    assert not confirmed(reference)


def test_what_a_human_carries_counts_when_the_person_was_told(team):
    reference = acknowledged(team, Road.FACILITATOR, facilitator="The teacher")
    delivery.drain()
    assert not confirmed(reference)
    look_for(team.coordinator, reached=True)
    assert confirmed(reference)


def test_two_honest_tries_count(team):
    reference = acknowledged(team, Road.DIRECT, phone="+381641234567")
    delivery.drain()
    look_for(team.coordinator, reached=False)
    assert not confirmed(reference)
    look_for(team.coordinator, reached=False)
    assert confirmed(reference)
    look_for(team.coordinator, reached=False)
    assert kinds_of(reference).count("DeadlineMet") == 1


def test_another_notice_confirms_nothing(team):
    reference = a_case_with(Road.DIRECT, site_id=team.site_id)
    delivery.drain()
    assert not confirmed(reference)


def test_saying_another_thing_by_mouth_confirms_nothing(team):
    reference = a_case_with(Road.DIRECT, site_id=team.site_id, phone="+381641234567")
    with_case(reference, deadlines.meet_by_notice, "case_received")
    assert not confirmed(reference)
