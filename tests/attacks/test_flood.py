"""A village behind one address is heard as ever; a flood is kept, marked, slowed, and told of once an hour."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from engage import vault
from engage.extensions import db, limiter
from engage.models import Case, OutboxMessage
from engage.services import delivery, sifting
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from engage.web import limits
from tests import states
from tests.browsing import seen, visit

RAISE = "/s/BOR/raise"


@pytest.fixture
def team(clock, session, sent_tasks):
    vault.make_worker_keys(settings().VAR)
    return states.Team()


def fields_of(client):
    return visit(client, RAISE).fields()


def sent(client, form, number, **more):
    words = {"token": f"{number:032x}", "what_happened": f"Buy now, number {number}", "send": "now"}
    return client.post(RAISE, data={**form, **words, **more})


def cases(*where):
    return db.session.scalar(select(func.count()).select_from(Case).where(*where))


def told(user):
    rows = select(OutboxMessage.template).where(OutboxMessage.user_id == user.id)
    return Counter(db.session.scalars(rows))


def test_fifty_people_behind_one_address_all_get_a_receipt(client, team):
    form = fields_of(client)
    codes = {seen(sent(client, form, number)).code for number in range(50)}
    assert len(codes - {None}) == 50
    assert cases() == 50
    assert cases(Case.flagged) == 50 - limits.CONCERNS.amount


def test_two_hundred_of_one_flooder_are_kept_marked_and_slowed(client, team, clock):
    form, waited, begun = fields_of(client), timedelta(), clock.now
    for number in range(200):
        answer = sent(client, form, number)
        if answer.status_code == 429:
            turn = seen(answer).fields()["turn"]
            wait = timedelta(seconds=int(answer.headers["Retry-After"]))
            assert sent(client, form, number, turn=turn).status_code == 429  # too early
            waited += wait
            clock.advance(wait)
            answer = sent(client, form, number, turn=turn)
        assert answer.status_code == 200
    assert cases() == 200
    assert cases(Case.flagged) >= 200 - 2 * limits.CONCERNS.amount  # whose hour was over meanwhile
    assert clock.now - begun == waited > timedelta(minutes=30)


def test_while_one_waits_its_turn_no_word_is_lost(client, team):
    form = fields_of(client)
    for number in range(limits.UNHURRIED):
        sent(client, form, number)
    page = seen(sent(client, form, 999, what_happened="The well is dry."))
    assert page.status == 429
    assert "Nothing is lost. Wait 1 second, then press Send again." in page.words
    assert page.fields()["what_happened"] == "The well is dry."
    assert cases() == limits.UNHURRIED


@pytest.mark.parametrize("turn", ["", "1", "1.x", "99999999999999.x", "1.", "é.é", "٣.x"])
def test_a_turn_that_somebody_made_up_is_none(client, team, turn):
    form = fields_of(client)
    for number in range(limits.UNHURRIED):
        sent(client, form, number)
    assert sent(client, form, 999, turn=turn).status_code == 429


def test_the_turn_of_one_form_is_no_turn_of_another(client, team, clock):
    form = fields_of(client)
    for number in range(limits.UNHURRIED):
        sent(client, form, number)
    turn = seen(sent(client, form, 999)).fields()["turn"]
    clock.advance(timedelta(seconds=1))
    assert sent(client, form, 998, turn=turn).status_code == 429
    assert sent(client, form, 999, turn=turn).status_code == 200


def test_what_was_sent_before_is_answered_at_once_even_where_others_wait(client, team):
    form = fields_of(client)
    first = seen(sent(client, form, 0)).code
    for number in range(1, limits.UNHURRIED):
        sent(client, form, number)
    assert seen(sent(client, form, 0)).code == first


def test_a_limit_store_that_is_down_lets_nobody_wait(client, team, monkeypatch):
    form = fields_of(client)
    monkeypatch.setattr(limiter.storage, "incr", lambda *_: 1 / 0)
    assert sent(client, form, 1).status_code == 200


def test_a_flood_is_one_mail_an_hour_to_each_coordinator_and_none_where_nothing_is_left(client, team, clock):
    form = fields_of(client)
    for number in range(limits.CONCERNS.amount + 20):
        sent(client, form, number)
    assert told(team.coordinator) == {"new_case": limits.CONCERNS.amount, "flagged_cases": 1}
    delivery.drain()
    mails = settings().VAR / "mail"
    assert not [path for path in mails.glob("*.eml") if "look through" in path.read_text("utf-8")]
    clock.advance(timedelta(hours=1))
    delivery.drain()
    told_of = [
        path.read_text("utf-8") for path in mails.glob("*.eml") if "20 to look through" in path.read_text("utf-8")
    ]
    assert len(told_of) == 2  # both coordinators
    assert all("/staff/flagged" in mail for mail in told_of)

    assert sent(client, form, 500, website="spam").status_code == 200
    with unit_of_work():
        waiting = db.session.scalars(select(Case.reference).where(Case.flagged)).all()
        sifting.take_all(waiting, None, actor=team.coordinator)
    clock.advance(timedelta(hours=1))
    delivery.drain()
    row = db.session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.template == "flagged_cases", OutboxMessage.user_id == team.coordinator.id)
        .order_by(OutboxMessage.created_at.desc())
    ).first()
    assert row.road == "withheld"


def test_a_flood_of_the_restricted_lane_is_told_at_once_and_then_once_an_hour(client, team, clock):
    form = fields_of(client)
    for number in range(5):
        sent(client, form, number, website="spam", is_violence="y")
    assert told(team.focal) == {"item_for_you": 1}
    assert told(team.coordinator) == {}
    clock.advance(timedelta(hours=1))
    sent(client, form, 6, website="spam", is_violence="y")
    assert told(team.focal) == {"item_for_you": 2}
    sent(client, form, 7, is_violence="y")
    assert told(team.focal) == {"item_for_you": 3}
    delivery.drain()
    for number in (8, 9):  # after the one of this hour has left
        sent(client, form, number, website="spam", is_violence="y")
    assert told(team.focal) == {"item_for_you": 4}
