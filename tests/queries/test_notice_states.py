"""Where notices stand in SQL is where they stand by the rule; and which of them still need somebody."""

import itertools
from datetime import timedelta

import pytest
from sqlalchemy import select

from engage import clock
from engage.domain.case import Road
from engage.domain.delivery import NoticeState
from engage.domain.errands import ErrandResult
from engage.domain.reaching import Way
from engage.extensions import db
from engage.models import Case, Errand, OutboxMessage
from engage.notify import addressing, claims
from engage.notify.addressing import ByHand, Letter
from engage.notify.destinations import OF_ONE_ADDRESS, Text
from engage.queries import case_notices
from engage.queries.notice_states import DID_NOT_ARRIVE, ROAD, is_in, is_owed, was_followed_up
from engage.services import errands
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.fates import came_back, in_state, set_on
from tests.notify.letters import a_case_with, a_notice, forget_notices
from tests.services.by_text import NUMBER, choose
from tests.states import case_of


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


def found(condition) -> set:
    wanted = select(OutboxMessage.id).join(Case, Case.id == OutboxMessage.case_id).where(condition)
    return set(db.session.scalars(wanted))


@pytest.fixture
def all_there_can_be(team):
    """A case with a notice to its person in each state that a row can have, and the instant at which they stand so."""
    reference, now = a_case_with(Road.RELAY, site_id=team.site_id), clock.utcnow()
    forget_notices()
    offered = {
        "sent_at": (None, now),
        "dead_at": (None, now),
        "bounced_at": (None, now),
        "replaced_at": (None, now),
        "claimed_at": (None, now),
        "not_before": (now - timedelta(minutes=1), now + timedelta(minutes=1)),
    }
    for values in itertools.product(*offered.values()):
        row = dict(zip(offered, values, strict=True))
        if (row["sent_at"] and row["dead_at"]) or (row["bounced_at"] and not row["sent_at"]):
            continue  # the database keeps no such row
        set_on(a_notice(reference), **row)
    assert db.session.query(OutboxMessage).count() == 32
    return case_of(reference).id, now


def test_each_notice_is_found_in_the_state_in_which_the_rule_sees_it(all_there_can_be):
    _, now = all_there_can_be
    rows = db.session.scalars(select(OutboxMessage)).all()
    by_rule = {state: {row.id for row in rows if row.state(now) is state} for state in NoticeState}
    assert {state: found(is_in(state, now)) for state in NoticeState} == by_rule
    assert all(by_rule.values())
    assert found(DID_NOT_ARRIVE) == by_rule[NoticeState.DEAD] | by_rule[NoticeState.BOUNCED]


@pytest.mark.parametrize("rows_of", [case_notices.of_case, case_notices.of_person])
def test_each_notice_of_a_case_is_shown_in_the_state_in_which_it_is_found(all_there_can_be, rows_of):
    case_id, now = all_there_can_be
    shown: dict[NoticeState, set] = {state: set() for state in NoticeState}
    for row in rows_of(case_id):
        shown[case_notices.state_in(row, now)].add(row["id"])
    listed = set.union(*shown.values())
    assert len(listed) == min(32, {case_notices.of_person: case_notices.MOST_OWN}.get(rows_of, case_notices.MOST))
    assert shown == {state: found(is_in(state, now)) & listed for state in NoticeState}


def test_a_case_says_that_something_did_not_arrive_in_these_states_and_no_other(team):
    for state in NoticeState:
        reference = a_case_with(Road.RELAY, site_id=team.site_id)
        forget_notices()
        in_state(state, reference)
        failed = state in (NoticeState.DEAD, NoticeState.BOUNCED)
        assert case_notices.has_failed(case_of(reference).id) is failed, state


def test_owed_is_what_should_have_left_and_not_what_waits_for_its_day(team):
    reference, now = a_case_with(Road.RELAY, site_id=team.site_id), clock.utcnow()
    forget_notices()
    later = {"not_before": now + timedelta(hours=2)}
    due = in_state(NoticeState.WAITING, reference)
    rests = in_state(NoticeState.WAITING, reference, attempts=1, last_error="deferred 451", **later)
    met_a_fault = in_state(NoticeState.WAITING, reference, last_error="transport down", **later)
    held = in_state(NoticeState.CLAIMED, reference)
    for tried in (0, 1):  # also what was tried in the evening and waits for the morning now
        in_state(NoticeState.WAITING, reference, attempts=tried, **later)
    for state in (NoticeState.SENT, NoticeState.DEAD, NoticeState.BOUNCED, NoticeState.REPLACED):
        in_state(state, reference)
    assert found(is_owed(clock.utcnow())) == {due, rests, met_a_fault, held}


@pytest.mark.parametrize(
    ("road", "values"),
    [
        (Road.DIRECT, {}),
        (Road.DIRECT, {"phone": "+381 11 123 4567"}),
        (Road.RELAY, {}),
        (Road.CUSTODIAN, {}),
        (Road.FACILITATOR, {"facilitator": "The chair of the village"}),
        (Road.NONE, {}),
    ],
)
def test_the_way_that_is_shown_is_the_one_that_a_notice_takes(team, road, values):
    reference = a_case_with(road, site_id=team.site_id, **values)
    forget_notices()
    key = a_notice(reference)
    wanted = select(ROAD).select_from(OutboxMessage).join(Case, Case.id == OutboxMessage.case_id)
    shown = db.session.scalar(wanted)
    with unit_of_work():
        (claimed,) = claims.claim(1)
    match addressing.destination(claimed):
        case Letter():
            assert shown == "email"
        case ByHand():
            assert shown == "errand"
        case nowhere:
            assert shown == nowhere.road
    set_on(key, asked_road="sms")
    assert db.session.scalar(wanted) == "sms"
    set_on(key, road="letter")
    assert db.session.scalar(wanted) == "letter"


BOTH = {"email": "person@people.example.org", "phone": NUMBER}


@pytest.mark.parametrize(
    ("road", "values", "chosen", "way"),
    [
        (Road.DIRECT, {"phone": NUMBER}, {"may_text": True}, "sms"),
        (Road.DIRECT, {"phone": NUMBER}, {"may_text": False}, "errand"),
        (Road.RELAY, {"phone": NUMBER}, {}, "sms"),
        (Road.DIRECT, BOTH, {"may_text": True}, "email"),
        (Road.DIRECT, BOTH, {"may_text": True, "first_way": Way.SMS}, "sms"),
        (Road.DIRECT, BOTH, {"first_way": Way.CALL}, "errand"),
        (Road.DIRECT, {"email": BOTH["email"], "post": "Bor"}, {"first_way": Way.LETTER}, "errand"),
        (Road.DIRECT, {"post": "Bor"}, {}, "errand"),
    ],
)
def test_a_text_that_waits_is_not_shown_as_told_by_one_of_us(team, gateway, change_settings, road, values, chosen, way):
    reference = a_case_with(road, site_id=team.site_id, **values)
    choose(reference, **chosen)
    forget_notices()
    a_notice(reference)
    wanted = select(ROAD).select_from(OutboxMessage).join(Case, Case.id == OutboxMessage.case_id)
    with unit_of_work():
        (claimed,) = claims.claim(1)
    taken = {Letter: "email", Text: "sms", ByHand: "errand"}[type(addressing.destination(claimed))]
    assert (db.session.scalar(wanted), taken) == (way, way)
    db.session.rollback()
    if values.keys() == {"phone"}:
        change_settings(SMS_GATEWAY=None)
        assert db.session.scalar(wanted) == ("case" if road is Road.RELAY else "errand")


def test_to_staff_a_notice_goes_by_mail(team):
    reference = states.a_case(team.site_id)
    forget_notices()
    a_notice(reference, user_id=team.officer.id)
    wanted = select(ROAD).select_from(OutboxMessage).join(Case, Case.id == OutboxMessage.case_id)
    assert db.session.scalar(wanted) == "email"


def tell(errand_id, reached, actor):
    with unit_of_work():
        errands.finish(errand_id, ErrandResult.REACHED if reached else ErrandResult.NOT_REACHED, actor=actor)


def test_what_one_of_us_told_the_person_since_needs_nobody_any_more(clock, team):
    reference = a_case_with(Road.RELAY, site_id=team.site_id)
    forget_notices()
    lost = came_back(reference)
    assert found(was_followed_up()) == set()
    errand = db.session.scalars(select(Errand)).one()
    clock.advance(timedelta(hours=1))
    tell(errand.id, True, team.coordinator)
    assert found(was_followed_up()) == {lost}
    clock.advance(timedelta(hours=1))
    again = came_back(reference)
    assert found(was_followed_up()) == {lost}
    assert again != lost


def test_what_nobody_can_say_instead_needs_nobody_once_the_case_is_closed(team):
    def lost(reference):
        forget_notices()
        return {
            in_state(NoticeState.DEAD, reference, user_id=team.officer.id),
            *(in_state(NoticeState.DEAD, reference, template=one) for one in sorted(OF_ONE_ADDRESS)),
            in_state(NoticeState.DEAD, reference),
        }

    lost(states.a_case(team.site_id))
    assert found(was_followed_up()) == set()
    closed = lost(states.a_closed_case(team))
    to_person = db.session.scalars(select(OutboxMessage.id).where(OutboxMessage.template == "case_news")).all()
    assert found(was_followed_up()) == closed - set(to_person)
