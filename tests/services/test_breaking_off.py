"""What breaks off in the middle of a mail: the mail's own fault, the server's, or the end of a task's time."""

import asyncio
import signal
from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.case import Road
from engage.extensions import db
from engage.models import Errand
from engage.notify import outbox
from engage.services import delivery
from tests.mail_peer import MailPeer
from tests.notify.letters import a_case_with, a_notice, forget_notices, row_of
from tests.states import a_site


@pytest.fixture
def reference(peer):
    made = a_case_with(Road.DIRECT, site_id=a_site())
    forget_notices()
    return made


@pytest.fixture
def poison(peer, reference, change_settings, monkeypatch):
    """The key of a notice at whose content the mail server goes away, each time."""
    change_settings(OUTBOX_BACKOFF_SECONDS=60, OUTBOX_BACKOFF_MAX_SECONDS=6 * 3600)
    key = a_notice(reference)
    take, name = MailPeer.handle_DATA, str(row_of(key).id).encode()

    async def go_away(self, server, session, envelope):
        if name in envelope.content:
            server.transport.abort()
            return "250 OK"
        return await take(self, server, session, envelope)

    monkeypatch.setattr(MailPeer, "handle_DATA", go_away)
    return key


def minutes_pass(clock, count):
    for _ in range(count):
        clock.advance(timedelta(minutes=1))
        delivery.drain()


def test_one_mail_that_breaks_each_connection_closes_the_road_to_nobody_in_a_quiet_night(clock, reference, poison):
    minutes_pass(clock, 60)
    assert row_of(poison).last_error == "down midway SMTPServerDisconnected"
    keys = [a_notice(reference) for _ in range(2)]
    minutes_pass(clock, 20)
    assert {row_of(key).road for key in keys} == {"email"}
    assert row_of(poison).attempts == 0


def test_a_mail_that_breaks_each_connection_while_others_leave_is_given_up_and_somebody_tells_the_person(
    clock, reference, poison
):
    for _ in range(4 * 24):
        clock.advance(timedelta(hours=1))
        a_notice(reference)
        delivery.drain()
    row = row_of(poison)
    assert (row.last_error, row.dead_at is not None) == ("down midway SMTPServerDisconnected", True)
    assert row.dead_at - row.created_at >= timedelta(hours=72)
    assert [one.outbox_message_id for one in db.session.scalars(select(Errand))] == [row.id]


def test_a_slow_mail_server_ends_no_task_in_the_middle_of_a_mail(
    peer, reference, monkeypatch, sent_tasks, change_settings
):
    change_settings(OUTBOX_BATCH=1)
    monkeypatch.setattr(delivery, "SECONDS", 0)
    keys = [a_notice(reference) for _ in range(2)]
    sent_tasks.clear()
    for count in (1, 2):
        delivery.drain()
        assert len(peer.mails) == count
    assert {row_of(key).road for key in keys} == {"email"}
    assert {task.name for task in sent_tasks} == {outbox.DRAIN_TASK}


class CutOff(Exception):
    """As a task hears that its time is up."""


def cut_off(_signal, _frame):
    raise CutOff


def test_a_notice_after_one_that_was_cut_off_is_not_called_sent_by_the_answer_to_that_one(peer, reference, monkeypatch):
    keys = [a_notice(reference) for _ in range(3)]
    take, asked = type(peer).handle_DATA, []

    async def slow_at_first(self, server, session, envelope):
        asked.append(envelope)
        await asyncio.sleep(0.6 if len(asked) == 1 else 0)
        return await take(self, server, session, envelope)

    monkeypatch.setattr(type(peer), "handle_DATA", slow_at_first)
    before = signal.signal(signal.SIGALRM, cut_off)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    delivery.drain()
    signal.signal(signal.SIGALRM, before)
    taken = {mail.message["Message-ID"] for mail in peer.wait_for(2)}
    rows = [row_of(key) for key in keys]
    assert sorted(str(row.last_error) for row in rows) == ["None", "None", "failed CutOff"]
    assert {f"<{row.id}@engage.test>" for row in rows if row.sent_at is not None} == taken
