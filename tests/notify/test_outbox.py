"""Notices as rows, and the one nudge per commit."""

import time
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from engage import folder_queue
from engage.extensions import celery, db
from engage.models import OutboxMessage, Recipient
from engage.notify import claims, outbox
from engage.notify.outbox import Owed
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from tests.notify.letters import a_notice, row_of
from tests.states import a_case, a_site, case_of
from tests.threads import at_once


@pytest.fixture
def reference(session, sent_tasks):
    made = a_case(a_site())
    with unit_of_work():
        db.session.execute(update(OutboxMessage).values(sent_at=OutboxMessage.created_at))
    sent_tasks.clear()
    return made


def claimed(limit=20):
    with unit_of_work():
        return claims.claim(limit)


def test_one_commit_nudges_once_however_many_notices_it_owes(reference, sent_tasks):
    with unit_of_work():
        for number in range(3):
            outbox.enqueue(Owed(str(number), "case_news", "en", Recipient.PERSON))
    assert [(task.name, task.args) for task in sent_tasks] == [(outbox.DRAIN_TASK, ())]
    assert sent_tasks[0].options["expires"] == 60


def test_a_rollback_leaves_no_row_and_no_nudge(reference, sent_tasks):
    with pytest.raises(RuntimeError), unit_of_work():
        outbox.enqueue(Owed("x", "case_news", "en", Recipient.PERSON))
        raise RuntimeError
    assert sent_tasks == []
    assert db.session.scalars(select(OutboxMessage).where(OutboxMessage.dedupe_key == "x")).all() == []


def test_the_same_notice_is_owed_once(reference):
    assert a_notice(reference, key="same") == a_notice(reference, key="same")
    assert len(claimed()) == 1


def test_a_broker_that_is_down_does_not_lose_the_notice_and_is_left_alone_for_a_while(reference, monkeypatch, caplog):
    tries = []

    def refuse(name, **options):
        tries.append(name)
        raise ConnectionRefusedError("somebody@people.test")

    monkeypatch.setattr(celery, "send_task", refuse)
    monkeypatch.setattr(outbox, "_silent_until", 0.0)
    first, second = a_notice(reference), a_notice(reference)
    assert len(tries) == 1
    assert {message.template for message in claimed()} == {"case_news"}
    assert row_of(first).attempts == row_of(second).attempts == 1
    assert "people.test" not in caplog.text


def test_a_notice_is_claimed_once_and_comes_due_again_when_its_worker_dies(reference, clock):
    key = a_notice(reference)
    first = claimed()
    assert [message.attempts for message in first] == [1]
    assert claimed() == []
    clock.advance(timedelta(seconds=settings().OUTBOX_LEASE_SECONDS))
    again = claimed()
    assert [message.attempts for message in again] == [2]
    with unit_of_work():
        assert not claims.failed(first[0], "late")
        assert not claims.put_back(first[0])
        assert not claims.died(first[0], "late")
    assert row_of(key).last_error is None


def test_a_notice_that_left_after_its_claim_ran_out_is_still_written_down_as_sent(reference, clock):
    key = a_notice(reference)
    (message,) = claimed()
    clock.advance(timedelta(hours=1))
    claimed()
    with unit_of_work():
        assert claims.sent(message, "email")
        assert not claims.sent(message, "email")
    assert row_of(key).road == "email"


def test_a_notice_for_later_waits(reference, clock):
    key = a_notice(reference, not_before=clock.now + timedelta(days=1))
    assert claimed() == []
    clock.advance(timedelta(days=1))
    assert [message.id for message in claimed()] == [row_of(key).id]


def test_a_batch_takes_the_longest_owed_first(reference, clock):
    keys = []
    for _ in range(3):
        keys.append(a_notice(reference))
        clock.advance(timedelta(seconds=1))
    assert [message.id for message in claimed(2)] == [row_of(key).id for key in keys[:2]]


def test_a_failure_of_its_own_waits_longer_each_time_but_never_longer_than_the_longest(reference, clock):
    key = a_notice(reference)
    waits = []
    for _ in range(20):
        (message,) = claimed()
        with unit_of_work():
            claims.failed(message, "deferred 451")
        waits.append((row_of(key).not_before - clock.now).total_seconds())
        clock.move_to(row_of(key).not_before)
    base, longest = settings().OUTBOX_BACKOFF_SECONDS, settings().OUTBOX_BACKOFF_MAX_SECONDS
    for number, wait in enumerate(waits):
        assert 0.75 <= wait / min(base * 2**number, longest) <= 1.25


def test_a_fault_of_the_transport_costs_no_attempt(reference, clock):
    key = a_notice(reference)
    (message,) = claimed()
    with unit_of_work():
        claims.put_back(message, "down TimeoutError")
    row = row_of(key)
    assert (row.attempts, row.last_error) == (0, "down TimeoutError")
    assert row.not_before > clock.now
    clock.move_to(row.not_before)
    (message,) = claimed()
    with unit_of_work():
        claims.put_back(message)
    assert row_of(key).not_before == clock.now


def test_only_a_dead_notice_whose_values_are_kept_can_be_owed_again(reference, sent_tasks):
    key = a_notice(reference)
    notice = row_of(key).id
    with unit_of_work():
        assert not outbox.owe_again(notice)
    (message,) = claimed()
    with unit_of_work():
        claims.died(message, "refused 550 5.1.1")
    sent_tasks.clear()
    with unit_of_work():
        assert outbox.owe_again(notice)
    assert len(sent_tasks) == 1
    assert [again.attempts for again in claimed()] == [1]
    with unit_of_work():
        assert not outbox.owe_again(uuid.uuid4())


@pytest.mark.postgres
def test_eight_threads_claim_each_notice_once(app, reference):
    keys = {a_notice(reference) for _ in range(40)}
    taken = at_once(app, 8, lambda: [message.id for message in claimed(7)])
    ids = [notice for batch in taken for notice in batch]
    assert len(ids) == len(set(ids)) == len(keys)
    assert case_of(reference) is not None


def test_a_nudge_that_waits_in_the_folder_speaks_for_those_after_it(reference, tmp_path, monkeypatch):
    monkeypatch.setattr(folder_queue, "_last", {})
    monkeypatch.setitem(celery.conf.broker_transport_options, "data_folder_in", str(tmp_path))
    sent = []
    waiting = tmp_path / "nudge.msg"

    def send(name, **_options):
        sent.append(name)
        waiting.touch()
        folder_queue._last[str(tmp_path), name] = waiting, time.monotonic()

    monkeypatch.setattr(celery, "send_task", send)
    outbox.nudge()
    outbox.nudge()
    assert len(sent) == 1
    waiting.unlink()  # a worker took it, and may have looked into the outbox already
    outbox.nudge()
    assert len(sent) == 2
    folder_queue._last[str(tmp_path), outbox.DRAIN_TASK] = waiting, time.monotonic() - 31  # soon too old for a worker
    outbox.nudge()
    assert len(sent) == 3


def test_the_folder_remembers_which_task_it_was_given_last(app, tmp_path, monkeypatch):
    monkeypatch.setattr(folder_queue, "_last", {})
    folder = str(tmp_path)
    monkeypatch.setattr(folder_queue.WholeFiles, "data_folder_out", folder)
    channel = folder_queue.WholeFiles.__new__(folder_queue.WholeFiles)
    channel._put("celery", {"headers": {"task": "one"}})
    assert folder_queue.still_waits(folder, "one", 30)
    assert not folder_queue.still_waits(folder, "another", 30)
    assert not folder_queue.still_waits("elsewhere", "one", 30)
    next(tmp_path.glob("*.msg")).unlink()
    assert not folder_queue.still_waits(folder, "one", 30)


def test_the_same_notice_is_owed_once_by_each_road(reference):
    for key in ("same", "same:sms", "same:sms", "same:letter"):
        a_notice(reference, key=key)
    assert len(claimed()) == 3
