"""Texts that people send, and what a gateway reports of those that we sent."""

import errno
import os

import pytest
from sqlalchemy import select

from engage import vault
from engage.domain.case import CaseClass, Road, Writer
from engage.domain.received_mail import GuessedBy, MailRoad, MailState
from engage.extensions import db
from engage.models import (
    CaseEvent,
    ContactPreference,
    Errand,
    Message,
    OutboxMessage,
    PenGuess,
    PenItem,
    ReceivedMail,
    ReceivedText,
    SmsThread,
)
from engage.services import delivery, texts
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from tests import states
from tests.gateway_peer import Manner
from tests.services.test_roads import NUMBER, a_case, choose, owed_to
from tests.states import case_of

OTHERS = "+381641234599"


@pytest.fixture
def team(session, sent_tasks, clock, gateway):
    vault.make_worker_keys(settings().VAR)
    return states.Team()


@pytest.fixture
def reference(team):
    """A case about which a text went to the person's phone."""
    made = a_case(team)
    owed_to(made)
    return made


def send(words, *, sender=NUMBER, name="in-1"):
    """Somebody writes to us, and a worker reads it."""
    with unit_of_work():
        texts.receive(name, sender, words)
    return texts.read_waiting()


def messages(reference):
    db.session.rollback()
    rows = db.session.scalars(select(Message).where(Message.case_id == case_of(reference).id))
    return [(row.writer, row.words) for row in rows]


def unread():
    """How many texts are still to be read, and whether any is kept where it is not."""
    db.session.rollback()
    rows = db.session.scalars(select(ReceivedText)).all()
    return sum(row.read_at is None for row in rows), any(row.sealed for row in rows if row.read_at)


def in_pen():
    """What staff are shown of texts that wait for them."""
    db.session.rollback()
    rows = db.session.execute(select(ReceivedMail, PenItem).join(PenItem, PenItem.mail_id == ReceivedMail.id))
    return [(mail.road, mail.state, item.words, item.troubles) for mail, item in rows]


def waits(words, why):
    return [(MailRoad.SMS, MailState.PEN, words, [why])]


@pytest.mark.parametrize("sender", [NUMBER, NUMBER.removeprefix("+"), "+381 64 123-45-67"])
def test_an_answer_by_text_stands_on_the_case_as_the_persons_own_words(team, reference, sender):
    assert send("  The road is wet again.\n", sender=sender) == 1
    assert messages(reference) == [(Writer.PERSON, "The road is wet again.")]
    assert case_of(reference).unread_reply
    assert (unread(), in_pen()) == ((0, False), [])


@pytest.mark.parametrize("words", ["🌋" * 700, "شكرا لكم\u202e", "a\0b", "x" * 20_000, "They came. \ud83d"])
def test_any_words_are_kept(team, reference, words):
    send(words)
    assert messages(reference) == [(Writer.PERSON, words.replace("\0", "").removesuffix(" \ud83d")[:10_000])]


def test_the_same_text_twice_is_one(team, reference):
    send("Hello")
    assert send("Hello") == 0
    assert len(messages(reference)) == 1


def test_until_it_is_read_nothing_but_the_worker_can_open_it(team, reference):
    with unit_of_work():
        texts.receive("in-1", NUMBER, "The road is wet again.")
    row = db.session.scalars(select(ReceivedText)).one()
    assert b"wet" not in row.sealed
    assert NUMBER.encode() not in row.sealed + row.digest.encode()


def test_a_text_from_a_number_that_we_never_wrote_to_waits_for_somebody(team, reference):
    send("Hello", sender=OTHERS)
    assert messages(reference) == []
    assert (unread(), in_pen()) == ((0, False), waits("Hello", "unknown_number"))


def test_a_text_without_words_waits_for_somebody(team, reference):
    send(" ")
    assert in_pen() == waits("", "no_words")
    assert NUMBER not in db.session.scalars(select(PenItem.whole)).one()


def test_of_two_cases_of_one_phone_neither_gets_what_may_be_the_others(team, reference):
    other = a_case(team)
    owed_to(other)
    send("Hello")
    assert (messages(reference), messages(other)) == ([], [])
    assert in_pen() == waits("Hello", "several_cases")
    assert set(db.session.scalars(select(PenGuess.by))) == {GuessedBy.SAME_NUMBER}
    guessed = set(db.session.scalars(select(PenGuess.case_id)))
    assert guessed == {case_of(reference).id, case_of(other).id}


def test_a_text_that_names_a_case_waits_with_it_as_a_guess(team, reference):
    send(f"About {reference}", sender=OTHERS)
    assert in_pen() == waits(f"About {reference}", "known")


def test_a_name_instead_of_a_number_waits_for_somebody(team, reference):
    send("Buy now at SHOP", sender="SHOP")
    assert in_pen() == waits("Buy now at …", "unknown_number")


def test_an_answer_that_comes_too_late_waits_for_somebody(clock, team, reference, change_settings):
    with unit_of_work():
        db.session.scalars(select(SmsThread)).one().at = clock.now.replace(year=2025)
    send("Hello")
    assert in_pen() == waits("Hello", "unknown_number")


def test_where_there_is_no_room_for_it_the_text_stays_for_the_next_time(team, reference, monkeypatch, caplog):
    with monkeypatch.context() as full:
        full.setattr(os, "fdopen", no_room)
        assert send("Hello", sender=OTHERS) == 0
    assert (unread(), in_pen()) == ((1, False), [])
    assert "FileRefused" in caplog.text
    assert (texts.read_waiting(), in_pen()) == (1, waits("Hello", "unknown_number"))


def no_room(*_):
    raise OSError(errno.ENOSPC, "full")


@pytest.mark.parametrize("words", ["STOP", "Stop!", "arrêt", "إيقاف", "стоп.", "opt-out"])
def test_who_wants_no_more_texts_gets_a_last_one_and_then_none(team, gateway, reference, words):
    send(words)
    delivery.drain()
    assert gateway.to(NUMBER)[1:] == [
        "You get no more texts from us. Your code still opens what you told us: https://localhost/case"
    ]
    owed_to(reference)
    assert len(gateway.to(NUMBER)) == 2
    assert db.session.scalars(select(OutboxMessage.road).order_by(OutboxMessage.created_at.desc())).first() in (
        "case",
        "sms",
    )
    assert db.session.scalars(select(Errand)).all() == []
    assert messages(reference) == []


def test_saying_stop_again_says_nothing_again(team, gateway, reference):
    send("STOP")
    send("STOP", name="in-2")
    delivery.drain()
    assert len(gateway.to(NUMBER)) == 2


def test_stop_counts_for_every_case_of_the_phone_and_is_answered_once(team, gateway, reference):
    other = a_case(team, chosen={"may_text": True, "shares_phone": True})
    owed_to(other)
    send("STOP")
    delivery.drain()
    assert len(gateway.to(NUMBER)) == 3
    assert not any(row.may_text for row in db.session.scalars(select(ContactPreference)))
    kinds = db.session.scalars(select(CaseEvent.kind).where(CaseEvent.kind == "TextsStopped")).all()
    assert len(kinds) == 2


def test_stop_from_a_phone_that_others_read_is_answered_without_saying_what_it_was(team, gateway):
    reference = a_case(team, chosen={"may_text": True, "shares_phone": True})
    owed_to(reference)
    send("STOP")
    delivery.drain()
    assert gateway.to(NUMBER)[-1] == "You get no more texts from this number."


def test_stop_of_a_restricted_case_is_answered_as_neutrally(team, gateway, reference):
    with unit_of_work():
        case_of(reference).class_ = CaseClass.RESTRICTED
    send("STOP")
    delivery.drain()
    assert gateway.to(NUMBER)[-1] == "You get no more texts from this number."


def test_stop_without_any_choice_before_is_kept_all_the_same(team, gateway, reference):
    with unit_of_work():
        db.session.delete(db.session.scalars(select(ContactPreference)).one())
    send("STOP")
    assert db.session.scalars(select(ContactPreference.stopped_at)).one() is not None
    delivery.drain()
    assert gateway.to(NUMBER)[-1].startswith("You get no more texts from us.")


def test_who_agrees_to_texts_again_gets_them_again(team, gateway, reference):
    send("STOP")
    choose(reference, may_text=True)
    delivery.drain()
    owed_to(reference)
    assert len(gateway.to(NUMBER)) == 3


def test_where_the_number_is_gone_before_the_last_text_nothing_leaves(team, gateway, reference):
    send("STOP")
    with unit_of_work():
        case_of(reference).road = Road.NONE
    delivery.drain()
    assert len(gateway.to(NUMBER)) == 1


def test_a_text_that_cannot_be_opened_stays_for_the_next_time_and_stops_no_other(team, reference, monkeypatch, caplog):
    with unit_of_work():
        texts.receive("broken", NUMBER, "Hello")
        db.session.scalars(select(ReceivedText)).one().sealed = b"no text of ours"
    assert send("Hello again", name="in-2") == 1
    assert messages(reference) == [(Writer.PERSON, "Hello again")]
    assert "Unreadable" in caplog.text
    assert "Hello" not in caplog.text


def test_what_is_long_past_is_forgotten_but_not_what_waits(clock, team, reference):
    send("Hello")
    send("Hello", sender=OTHERS, name="in-2")
    clock.move_to(clock.now.replace(year=2027))
    with unit_of_work():
        texts.receive("in-3", OTHERS, "Not read yet")
    clock.move_to(clock.now.replace(year=2028))
    with unit_of_work():
        assert texts.forget_old() == 3
    assert unread() == (1, False)
    assert in_pen() == waits("Hello", "unknown_number")
    assert db.session.scalars(select(SmsThread)).all() == []


def test_a_text_that_another_worker_has_read_meanwhile_is_left_alone(team, reference):
    send("Hello")
    text_id = db.session.scalars(select(ReceivedText.id)).one()
    db.session.rollback()
    with unit_of_work():
        assert not texts._read(text_id)


def test_a_last_text_that_was_refused_alarms_nobody(team, reference, gateway):
    gateway.manner = Manner.REFUSE
    send("STOP")
    delivery.drain()
    db.session.rollback()
    last = db.session.scalars(select(OutboxMessage).where(OutboxMessage.template == "texts_stopped")).one()
    assert (last.dead_at is None, last.replaced_at is None) == (False, False)
    events = set(db.session.scalars(select(CaseEvent.kind)))
    assert "TextsStopped" in events
    assert "NoticeUndeliverable" not in events
    assert not db.session.scalars(select(OutboxMessage).where(OutboxMessage.template == "could_not_reach")).all()
