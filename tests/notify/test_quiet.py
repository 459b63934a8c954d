"""Persons are not nagged: not at night, and not while the last news lies unseen."""

import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from engage.domain import events
from engage.domain.case import Road
from engage.extensions import db
from engage.models import OutboxMessage
from engage.notify import claims, unseen
from engage.services import conversation, delivery, receipt_codes
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.at_site import AS_SHIPPED, HERE, at, happen
from tests.notify.letters import ADDRESS, a_case_with, forget_notices
from tests.states import act, case_of, person_of


@pytest.fixture
def peer(clock, peer, change_settings):
    """A real mail server, and the hours and waits that come with the product."""
    change_settings(**AS_SHIPPED)
    return peer


@pytest.fixture
def team(peer):
    return states.Team()


@pytest.fixture
def reference(team):
    """The case of a person with an e-mail address; nothing is owed yet."""
    made = a_case_with(Road.DIRECT, site_id=team.site_id)
    forget_notices()
    return made


def news():
    return events.InvestigationStarted()


def to_person(template="case_news"):
    db.session.rollback()
    wanted = select(OutboxMessage).where(OutboxMessage.user_id.is_(None), OutboxMessage.template == template)
    return db.session.scalars(wanted.order_by(OutboxMessage.created_at)).all()


def mails(peer):
    return [mail for mail in peer.mails if mail.recipients == (ADDRESS,)]


def grave(reference, level=4):
    with unit_of_work():
        case_of(reference).level = level


# Persons: the night.


def test_news_of_the_evening_comes_in_the_morning(clock, reference):
    at(clock, 2026, 3, 3, 22, 30)
    happen(reference, news())
    assert [row.not_before for row in to_person()] == [datetime(2026, 3, 4, 7, tzinfo=HERE)]
    assert delivery.drain() == 0


def test_at_level_four_news_comes_at_night(clock, reference):
    grave(reference)
    at(clock, 2026, 3, 3, 22, 30)
    happen(reference, news())
    assert [row.not_before for row in to_person()] == [clock.now]


def test_whoever_raises_something_at_night_hears_at_once_that_we_have_it(clock, team):
    at(clock, 2026, 3, 3, 23, 0)
    a_case_with(Road.DIRECT, site_id=team.site_id)
    assert {row.not_before for row in to_person("case_received")} == {clock.now}


def test_an_acknowledgement_that_is_due_in_the_night_goes_out_in_the_night(clock, reference):
    at(clock, 2026, 3, 3, 22, 0)
    with unit_of_work():
        case_of(reference).next_due_at = clock.now + timedelta(hours=4)
    happen(reference, events.CaseAcknowledged("written"))
    assert [row.not_before for row in to_person("case_acknowledged")] == [clock.now]


def test_an_acknowledgement_with_time_left_waits_for_the_morning(clock, reference):
    at(clock, 2026, 3, 3, 22, 0)
    happen(reference, events.CaseAcknowledged("written"))
    assert [row.not_before for row in to_person("case_acknowledged")] == [datetime(2026, 3, 4, 7, tzinfo=HERE)]


def test_where_no_night_is_kept_news_comes_at_any_hour(clock, reference, change_settings):
    change_settings(QUIET_HOURS="")
    at(clock, 2026, 3, 3, 23, 0)
    happen(reference, news())
    assert [row.not_before for row in to_person()] == [clock.now + timedelta(minutes=10)]


# Persons: news that follows news.


def test_what_happens_within_minutes_is_one_notice(clock, reference, peer):
    happen(reference, news())
    clock.advance(timedelta(minutes=5))
    happen(reference, news(), news())
    first, *others = to_person()
    assert {row.replaced_by_id for row in others} == {first.id}
    clock.advance(timedelta(minutes=6))
    delivery.drain()
    assert len(mails(peer)) == 1
    assert {row.state(clock.now) for row in to_person()} == {"sent", "replaced"}


def told_once(clock, reference):
    happen(reference, news())
    clock.advance(timedelta(minutes=11))
    delivery.drain()


def test_nothing_new_is_sent_while_the_last_news_lies_unseen(clock, reference, peer):
    told_once(clock, reference)
    clock.advance(timedelta(days=1))
    happen(reference, news())
    clock.advance(timedelta(days=1))
    happen(reference, news())
    delivery.drain()
    assert len(mails(peer)) == 1


def test_after_a_week_unseen_news_is_told_once_more(clock, reference, peer):
    told_once(clock, reference)
    for _ in range(10):
        clock.advance(timedelta(days=1))
        happen(reference, news())
        delivery.drain()
    assert len(mails(peer)) == 2


def test_what_has_to_be_said_by_itself_is_said_though_the_last_lies_unseen(clock, reference, peer):
    told_once(clock, reference)
    happen(reference, events.CaseAcknowledged("written"), events.ContactChanged("direct"))
    delivery.drain()
    assert len(mails(peer)) == 3


def test_at_level_four_each_piece_of_news_is_told(clock, reference, peer):
    grave(reference)
    for _ in range(2):
        happen(reference, news())
        delivery.drain()
    assert len(mails(peer)) == 2


def open_by_code(reference):
    code = uuid.uuid4().hex
    with unit_of_work():
        made = receipt_codes.change_code(case_of(reference), code)
    with unit_of_work():
        return receipt_codes.open_case(made.code)


def test_whoever_has_looked_is_told_of_what_comes_next(clock, reference, peer):
    told_once(clock, reference)
    clock.advance(timedelta(hours=1))
    open_by_code(reference)
    seen = to_person()[0]
    assert seen.seen_at == seen.sent_at  # that they looked, not when
    clock.advance(timedelta(hours=1))
    happen(reference, news())
    clock.advance(timedelta(minutes=11))
    delivery.drain()
    assert len([mail for mail in mails(peer) if "news" in mail.message["Subject"]]) == 2


def test_whoever_acted_has_looked(clock, reference, peer):
    told_once(clock, reference)
    clock.advance(timedelta(minutes=1))
    act(reference, conversation.write_as_person, "Thank you.", actor=person_of(reference))
    happen(reference, news())
    assert to_person()[-1].not_before == clock.now + timedelta(minutes=10)


def test_news_that_waits_need_not_leave_once_the_person_has_looked(clock, reference, peer):
    happen(reference, news())
    open_by_code(reference)
    clock.advance(timedelta(minutes=11))
    delivery.drain()
    assert [(row.replaced_at is not None, row.sent_at) for row in to_person()] == [(True, None)]


def test_news_that_a_worker_holds_already_is_left_to_it(clock, reference):
    happen(reference, news())
    clock.advance(timedelta(minutes=11))
    with unit_of_work():
        assert len(claims.claim(10)) == 1
    with unit_of_work():
        unseen.opened(case_of(reference).id)
    assert to_person()[0].replaced_at is None


@pytest.mark.parametrize("fate", ["died", "bounced"])
def test_news_that_did_not_arrive_silences_nothing(clock, reference, fate):
    happen(reference, news())
    clock.advance(timedelta(minutes=11))
    with unit_of_work():
        [held] = claims.claim(10)
        if fate == "died":
            claims.died(held, "refused 5.1.1")
        else:
            claims.sent(held, "email")
            claims.bounced(held.id, "bounced 5.1.1")
    happen(reference, news())
    assert to_person()[-1].replaced_at is None
    assert to_person()[-1].not_before == clock.now + timedelta(minutes=10)


def test_news_that_waits_on_the_page_alone_nags_nobody_and_silences_nothing(clock, team):
    reference = states.a_case(team.site_id)
    forget_notices()
    for _ in range(2):
        happen(reference, news())
        clock.advance(timedelta(minutes=11))
        delivery.drain()
    assert [(row.road, row.replaced_at) for row in to_person()] == [("case", None)] * 2


def test_each_piece_of_news_is_told_where_the_operator_wants_that(clock, reference, change_settings):
    change_settings(NEWS_AGAIN_DAYS=0)
    happen(reference, news(), news())
    assert [(row.not_before, row.replaced_at) for row in to_person()] == [(clock.now, None)] * 2
