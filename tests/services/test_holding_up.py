"""What holds a notice up holds up no other: roads and domains that fail, and ceilings."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError

from engage.domain.case import Road
from engage.domain.circuits import Kind
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import Circuit, DeliveryAttempt, OutboxMessage
from engage.notify import circuits
from engage.queries import delivery_health
from engage.services import delivery
from engage.unit_of_work import unit_of_work
from tests import states
from tests.mail_peer import MailPeer, Manner
from tests.notify.letters import a_case_with, a_notice, forget_notices, row_of
from tests.states import a_site

SLOW, WELL = "slow.example.org", "well.example.org"


@dataclass
class Greylisting:
    """Whether the domain says "later", and how often it did."""

    is_on: bool = True
    asked: int = 0


@pytest.fixture
def peer(clock, peer):
    return peer


@pytest.fixture
def greylisting(peer, monkeypatch):
    """The peer says "later" to every address of one domain."""
    answer = MailPeer.handle_RCPT
    state = Greylisting()

    async def judge(self, server, session, envelope, address, options):
        if address.endswith(SLOW) and state.is_on:
            state.asked += 1
            return "451 4.7.1 later"
        return await answer(self, server, session, envelope, address, options)

    monkeypatch.setattr(MailPeer, "handle_RCPT", judge)
    return state


@pytest.fixture
def site_id(peer):
    return a_site()


def a_case_at(domain, site_id):
    made = a_case_with(Road.DIRECT, site_id=site_id, email=f"amina@{domain}")
    forget_notices()
    return made


def held():
    db.session.rollback()
    return {row.kind: row for row in db.session.scalars(select(Circuit))}


def attempts():
    db.session.rollback()
    return db.session.scalars(select(DeliveryAttempt)).all()


def test_a_domain_that_says_later_is_left_alone_and_holds_up_no_other(peer, site_id, greylisting, clock):
    slow, well = a_case_at(SLOW, site_id), a_case_at(WELL, site_id)
    late = [a_notice(slow) for _ in range(20)]
    fine = [a_notice(well) for _ in range(3)]
    delivery.drain()
    assert [row_of(key).road for key in fine] == ["email"] * 3
    assert greylisting.asked == 5
    assert sorted(row_of(key).attempts for key in late) == [0] * 15 + [1] * 5
    assert {row_of(key).last_error for key in late} == {"domain says later", "deferred 451 4.7.1"}
    assert held()[Kind.DOMAIN].opened_until > clock.now


def test_where_people_have_their_mail_stands_nowhere(peer, site_id, greylisting, caplog):
    slow = a_case_at(SLOW, site_id)
    for _ in range(6):
        a_notice(slow)
    delivery.drain()
    (row,) = [row for row in held().values() if row.kind is Kind.DOMAIN]
    ours = " ".join(line.getMessage() for line in caplog.records if line.name.startswith("engage"))
    assert SLOW not in f"{row.name} {row.reason} {ours}"
    assert circuits.of_domain(f"a@{SLOW.upper()}.") == circuits.of_domain(f"b@{SLOW}") == (Kind.DOMAIN, row.name)


def test_one_notice_tries_whether_the_domain_is_well_again_and_then_all_leave(peer, site_id, greylisting, clock):
    slow = a_case_at(SLOW, site_id)
    keys = [a_notice(slow) for _ in range(8)]
    delivery.drain()
    clock.move_to(held()[Kind.DOMAIN].opened_until + timedelta(seconds=1))
    before = greylisting.asked
    delivery.drain()
    assert greylisting.asked == before + 1
    greylisting.is_on = False
    for _ in range(3):
        clock.advance(timedelta(minutes=5))
        delivery.drain()
    assert {row_of(key).road for key in keys} == {"email"}
    assert held() == {}


def test_a_notice_to_a_domain_that_failed_for_days_is_given_up_although_others_had_the_turns_to_try(
    peer, site_id, greylisting, clock
):
    slow = a_case_at(SLOW, site_id)
    keys = [a_notice(slow) for _ in range(8)]
    delivery.drain()
    for _ in range(2):
        clock.advance(timedelta(hours=36, minutes=1))
        delivery.drain()
    dead = [row_of(key) for key in keys if row_of(key).dead_at is not None]
    assert dead
    assert {row.last_error for row in dead} <= {"deferred domain says later", "deferred 451 4.7.1"}


def test_a_road_that_is_down_is_tried_by_two_and_the_rest_waits_without_a_try(peer, site_id, clock):
    reference = a_case_at(WELL, site_id)
    peer.stop()
    keys = [a_notice(reference) for _ in range(10)]
    on_the_page = a_notice(states.a_case(site_id))
    delivery.drain()
    assert len([row for row in attempts() if row.road == "email"]) == 2
    assert {row_of(key).attempts for key in keys} == {0}
    assert row_of(on_the_page).road == "case"
    assert held()[Kind.ROAD].name == "email"
    assert delivery_health.health().roads_down == {"email"}
    assert "ConnectionRefusedError" in held()[Kind.ROAD].reason
    peer.start()
    clock.move_to(held()[Kind.ROAD].opened_until + timedelta(minutes=1))
    assert delivery.drain() == 10
    assert held() == {}


def test_only_one_worker_tries_a_road_that_was_left_alone(peer, site_id, clock):
    reference = a_case_at(WELL, site_id)
    peer.stop()
    a_notice(reference)
    clock.advance(timedelta(minutes=1))
    a_notice(reference)
    delivery.drain()
    peer.start()
    clock.move_to(held()[Kind.ROAD].opened_until + timedelta(minutes=1))
    state = circuits.states([(Kind.ROAD, "email")])
    with unit_of_work():
        assert circuits.take_trial((Kind.ROAD, "email"))
    with unit_of_work():
        assert not circuits.take_trial((Kind.ROAD, "email"))
    run = delivery._Run(delivery.Roads())
    way = delivery.Way("email", ((Kind.ROAD, "email"),), frozenset(state))
    assert run._trial(way).why == "another tries"


def test_a_road_that_answers_anything_is_well(peer, site_id, clock, change_settings):
    change_settings(SMTP_TIMEOUT_SECONDS=1)
    reference = a_case_at(WELL, site_id)
    peer.manner = Manner.DROP
    a_notice(reference)
    delivery.drain()
    assert held()[Kind.ROAD].faults == 1
    for manner in (Manner.GREYLIST, Manner.REFUSE_RECIPIENT):
        with unit_of_work():
            circuits.fault((Kind.ROAD, "email"), "gone", on_trial=False) if Kind.ROAD not in held() else None
        peer.manner = manner
        a_notice(reference)
        clock.advance(timedelta(minutes=5))
        delivery.drain()
        assert Kind.ROAD not in held()


def test_faults_that_nobody_has_asked_after_are_forgotten(peer, clock):
    for name in ("old", "new"):
        with unit_of_work():
            circuits.fault((Kind.DOMAIN, name), "451", on_trial=False)
        clock.advance(timedelta(days=8))
    assert [row.name for row in held().values()] == ["new"]


def test_beyond_the_hourly_ceiling_notices_wait_and_it_is_said_once(peer, site_id, change_settings, clock, caplog):
    change_settings(OUTBOX_HOURLY_MAX=10)
    references = [a_case_at(WELL, site_id) for _ in range(2)]
    keys = [a_notice(references[number % 2]) for number in range(15)]
    delivery.drain()
    assert len(peer.mails) == 9
    urgent = [a_notice(references[0], template="case_news", level=5) for _ in range(2)]
    delivery.drain()
    assert len(peer.mails) == 10
    for _ in range(3):
        clock.advance(timedelta(minutes=11))
        delivery.drain()
    assert len(peer.mails) == 10
    assert held()[Kind.CEILING].opened_until > clock.now
    assert delivery_health.health().held_by_ceiling
    assert caplog.text.count("as much as may leave in an hour") == 1
    clock.advance(timedelta(hours=1))
    delivery.drain()
    assert {row_of(key).road for key in [*keys, *urgent]} == {"email"}
    assert {row_of(key).attempts for key in keys} == {1}
    clock.advance(timedelta(hours=1))
    assert not delivery_health.health().held_by_ceiling


def test_a_ceiling_that_is_reached_another_day_is_said_again(peer, site_id, clock, caplog):
    for _ in range(2):
        with unit_of_work():
            circuits.reach((Kind.CEILING, "email"), clock.now + timedelta(minutes=10))
        clock.advance(timedelta(days=1))
    assert caplog.text.count("as much as may leave in an hour") == 2


def test_a_loop_that_tells_one_reader_without_end_stops_by_itself(peer, site_id, change_settings, clock):
    change_settings(OUTBOX_READER_HOURLY_MAX=3)
    reference = a_case_at(WELL, site_id)
    officer, other = states.staff(Role.OFFICER), states.staff(Role.OFFICER)
    for _ in range(5):
        a_notice(reference)
        a_notice(user_id=officer.id, template="password_chosen", context={"own": "yes"})
    fine = a_notice(user_id=other.id, template="password_chosen", context={"own": "yes"})
    delivery.drain()
    delivery.drain()
    assert len(peer.mails) == 7
    assert row_of(fine).road == "email"
    assert Kind.READER in held()
    clock.advance(timedelta(hours=1, minutes=1))
    delivery.drain()
    waiting = db.session.scalars(select(OutboxMessage).where(OutboxMessage.sent_at.is_(None))).all()
    assert waiting == []


def test_a_notice_that_came_back_can_be_tried_again_as_the_same(peer, site_id):
    key = a_notice(a_case_at(WELL, site_id))
    delivery.drain()
    with unit_of_work():
        delivery.outcomes.undelivered.bounced(row_of(key).id, "5.1.1")
    with unit_of_work():
        assert delivery.try_again(row_of(key).id, actor=None)
    delivery.drain()
    assert row_of(key).bounced_at is None
    assert len({mail.message["Message-ID"] for mail in peer.mails}) == 1
    assert sorted(row.outcome for row in attempts() if row.outbox_message_id == row_of(key).id) == [
        "bounced",
        "sent",
        "sent",
    ]


def gone_once(monkeypatch, error, times=1):
    """The database is away when it is to be written down that a notice left."""
    write, tries = delivery.outcomes.left_by, []

    def left_by(*args, **named):
        tries.append(args)
        if len(tries) <= times:
            raise error
        write(*args, **named)

    monkeypatch.setattr(delivery.outcomes, "left_by", left_by)
    monkeypatch.setattr(delivery, "_PAUSE_SECONDS", 0)
    return tries


def test_a_database_that_restarts_while_a_mail_is_on_its_way_has_it_sent_once(peer, site_id, monkeypatch):
    key = a_notice(a_case_at(WELL, site_id))
    tries = gone_once(monkeypatch, OperationalError("UPDATE", {}, ConnectionResetError()), times=3)
    assert delivery.drain() == 1
    assert len(tries) == 4
    assert len(peer.mails) == 1
    assert row_of(key).road == "email"


def test_a_database_that_stays_away_is_asked_no_longer_than_the_notice_is_ours(peer, site_id, monkeypatch, clock):
    a_notice(a_case_at(WELL, site_id))
    gone_once(monkeypatch, OperationalError("UPDATE", {}, ConnectionResetError()), times=99)
    answers = iter([True, True, False])
    monkeypatch.setattr(delivery.claims, "is_held", lambda _message: next(answers))
    with pytest.raises(OperationalError):
        delivery.drain()


def test_a_fault_of_what_is_written_is_not_tried_again(peer, site_id, monkeypatch):
    a_notice(a_case_at(WELL, site_id))
    tries = gone_once(monkeypatch, IntegrityError("UPDATE", {}, ValueError()), times=99)
    with pytest.raises(IntegrityError):
        delivery.drain()
    assert len(tries) == 1
