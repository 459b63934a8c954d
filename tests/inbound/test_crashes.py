"""Whatever a mail does to us, it is neither lost nor does it stop the mails behind it."""

import os
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings, strategies
from sqlalchemy import func, select

from engage import vault
from engage.domain.received_mail import MailRoad, MailState, Outcome
from engage.extensions import db
from engage.key_ring import NoRing
from engage.models import ReceivedMail, Recipient
from engage.services import attachments
from engage.services.file_types import FileRefused
from engage.services.inbound import claims, into_cases, processing, raw_copy, receiving
from engage.settings import settings as service
from engage.unit_of_work import unit_of_work
from tests import states
from tests.inbound.mails import (
    INBOX,
    NEIGHBOUR,
    SITE,
    a_case_by_mail,
    a_mail,
    answer_to,
    came,
    item_of,
    messages_of,
    notice_of,
    notices,
    row_of,
)

EXAMPLES = 1000


@pytest.fixture
def broken(monkeypatch):
    """A fault of ours that ends each attempt at making a case."""

    def fail(*_args: object) -> None:
        raise RuntimeError("Zqxsecret")

    monkeypatch.setattr(into_cases, "new_case", fail)


def try_again(clock) -> None:
    clock.advance(timedelta(hours=7))
    processing.process_due()


def test_a_fault_is_tried_again_and_then_waits_for_a_human(clock, team, broken, caplog):
    mail = came(a_mail(to=SITE))
    assert (mail.state, mail.attempts, mail.last_error) == (MailState.RECEIVED, 1, "RuntimeError")
    for _ in range(claims.TRIES - 1):
        try_again(clock)
    assert row_of(mail.id).state is MailState.RECEIVED
    try_again(clock)
    row = row_of(mail.id)
    assert (row.state, item_of(row).troubles) == (MailState.PEN, ["could_not_be_read"])
    assert raw_copy.opened(row)[0]
    assert "Zqxsecret" not in caplog.text


@pytest.mark.parametrize("fault", [FileRefused("no_space"), NoRing("away")], ids=["no room", "no keys"])
def test_an_answer_with_a_file_waits_until_the_machine_can_take_it(clock, team, monkeypatch, fault):
    reference = a_case_by_mail(team.site_id)

    def refuse(*_args: object, **_named: object) -> None:
        raise fault

    with monkeypatch.context() as patched:
        patched.setattr(attachments, "add_all", refuse)
        mail = came(a_mail(to=answer_to(notice_of(reference)), files=[("a.txt", "text/plain", b"Seen.")]))
        for _ in range(claims.TRIES + 1):
            try_again(clock)
        assert row_of(mail.id).state is MailState.RECEIVED
    try_again(clock)
    assert (row_of(mail.id).outcome, len(messages_of(reference))) == (Outcome.MESSAGE, 1)


def test_a_fault_that_passes_leaves_no_trace(clock, team, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(into_cases, "new_case", lambda *_: 1 / 0)
        mail = came(a_mail(to=SITE))
    try_again(clock)
    row = row_of(mail.id)
    assert (row.outcome, row.last_error) == (Outcome.CASE_MADE, None)


def test_one_bad_mail_does_not_stop_the_next(team, monkeypatch):
    made = into_cases.new_case
    monkeypatch.setattr(into_cases, "new_case", lambda mail, *rest: 1 / 0 if "bad" in mail.text else made(mail, *rest))
    bad = receiving.receive(a_mail("bad", to=SITE), MailRoad.LMTP)
    good = receiving.receive(a_mail("good", to=SITE), MailRoad.LMTP)
    processing.process_due()
    assert (row_of(bad).state, row_of(good).state) == (MailState.RECEIVED, MailState.DONE)


def test_a_worker_that_dies_leaves_the_mail_to_the_next(clock, team):
    mail_id = receiving.receive(a_mail(to=SITE), MailRoad.LMTP)
    assert claims.claim() is not None  # and dies
    assert processing.process_due() == 0
    clock.advance(timedelta(seconds=service().OUTBOX_LEASE_SECONDS))
    assert processing.process_due() == 1
    assert row_of(mail_id).outcome is Outcome.CASE_MADE


def test_a_worker_that_was_too_slow_changes_nothing(clock, team):
    mail_id = receiving.receive(a_mail(to=SITE), MailRoad.LMTP)
    slow = claims.claim()
    clock.advance(timedelta(seconds=service().OUTBOX_LEASE_SECONDS))
    processing.process_due()
    done = row_of(mail_id).finished_at
    processing._process(slow)
    claims.failed(slow, RuntimeError())
    processing._give_up(slow)
    assert (row_of(mail_id).finished_at, row_of(mail_id).state) == (done, MailState.DONE)


def test_a_mail_whose_bytes_are_gone_waits_for_a_human(clock, team):
    mail_id = receiving.receive(a_mail(to=SITE), MailRoad.LMTP)
    with unit_of_work():
        row = db.session.get_one(ReceivedMail, mail_id)
        raw_copy.file_store.path_of(row.stored_as).unlink()
    for _ in range(claims.TRIES + 1):
        try_again(clock)
    assert item_of(row_of(mail_id)).troubles == ["could_not_be_read"]


def test_without_the_workers_key_mail_waits(team, change_settings, tmp_path, caplog):
    mail_id = receiving.receive(a_mail(to=SITE), MailRoad.LMTP)
    change_settings(WORKER_KEYS=tmp_path)
    assert processing.process_due() == 0
    assert "private key is not on this machine" in caplog.text
    change_settings(WORKER_KEYS=None)
    assert processing.process_due() == 1
    assert row_of(mail_id).state is MailState.DONE


def test_a_sweep_ends_and_leaves_the_rest_to_the_next(team, monkeypatch):
    monkeypatch.setattr(processing, "MOST", 1)
    for words in ("One", "Two"):
        receiving.receive(a_mail(words, to=SITE), MailRoad.LMTP)
    assert [processing.process_due() for _ in range(3)] == [1, 1, 0]


def test_raw_copies_are_sealed_to_the_workers_newest_key(team):
    mails = [came(a_mail(words, to=SITE)) for words in ("One", "Two")]
    assert raw_copy.seal_all_anew(is_dry=False).done == 0
    vault.turn_worker_keys()
    assert raw_copy.seal_all_anew(is_dry=True).done == 2
    assert raw_copy.seal_all_anew(is_dry=False).done == 2
    assert raw_copy.seal_all_anew(is_dry=False).done == 0
    assert raw_copy.opened(row_of(mails[0].id))[0]
    with unit_of_work():
        db.session.get_one(ReceivedMail, mails[0].id).sealed_key = b"of another worker"
    assert raw_copy.seal_all_anew(is_dry=False).unreadable == 1


def test_a_copy_in_another_mails_place_does_not_open(team):
    one, two = (came(a_mail(words, to=SITE)) for words in ("One", "Two"))
    moved = ReceivedMail(id=one.id, stored_as=two.stored_as, sealed_key=two.sealed_key)
    with pytest.raises(raw_copy.Unreadable):
        raw_copy.opened(moved)


PIECES = strategies.sampled_from(
    [
        b"From: " + NEIGHBOUR.encode(),
        b"To: " + SITE.encode(),
        b"To: " + INBOX.encode(),
        b"Subject: =?utf-8?q?=00=ff?=",
        b"Content-Type: multipart/mixed; boundary=b",
        b"Content-Type: text/plain; charset=utf-16",
        b"Content-Transfer-Encoding: base64",
        b"Auto-Submitted: auto-replied",
        b"Message-ID: <same@example.org>",
        b"--b",
        b"--b--",
        b"",
        b"words",
        b"\0\xff\xfe",
    ]
)
RAW = strategies.binary(max_size=200) | strategies.lists(PIECES | strategies.binary(max_size=20)).map(b"\r\n".join)


@pytest.mark.slow
def test_no_mail_at_random_crashes_us_is_lost_or_is_answered_unless_it_was_written(team):
    """The worker's errors would be rows that are neither done nor in the pen."""
    kept: dict[object, bytes] = {}

    @settings(
        max_examples=EXAMPLES if "CI" in os.environ else EXAMPLES // 5,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(RAW)
    def met(raw: bytes) -> None:
        kept[receiving.receive(raw, MailRoad.PIPE)] = raw

    met()
    while processing.process_due():
        pass
    db.session.rollback()
    rows = {row.id: row for row in db.session.scalars(select(ReceivedMail))}
    assert set(rows) == set(kept)
    for mail_id, raw in kept.items():
        assert raw_copy.opened(rows[mail_id])[0] == raw
        assert rows[mail_id].state in (MailState.DONE, MailState.PEN), rows[mail_id].last_error
        assert rows[mail_id].last_error is None
    written = sum(row.outcome is Outcome.CASE_MADE for row in rows.values())
    cases = db.session.scalar(select(func.count()).select_from(states.Case))
    to_people = [one for one in notices() if one.recipient is Recipient.PERSON]
    assert cases <= written
    assert len(to_people) == 2 * cases  # that it came, and the link to a code
    assert all(row.kind.value == "written" for row in rows.values() if row.outcome is Outcome.CASE_MADE)
