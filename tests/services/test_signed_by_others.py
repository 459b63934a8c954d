"""What is signed with a key that is not ours, and what a checkpoint contradicts although all its hashes fit."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr
from sqlalchemy import select, update

from engage import vault
from engage.models import CaseHead, Checkpoint, LaneHead
from engage.services import checkpoints, conversation, verifying
from tests import tampering
from tests.checked_record import outside, within
from tests.lane_states import a_report
from tests.states import act, case_of, person_of

DAY = timedelta(days=1)


@pytest.fixture
def strangers_key(seen_case, saved, monkeypatch):
    """The public key with which somebody without our secret signed all checkpoints anew, over another past."""
    stranger = Ed25519PrivateKey.generate()
    case_id, public = case_of(seen_case).id, stranger.public_key().public_bytes_raw().hex()
    with tampering.unguarded() as own:
        tampering.edit(own, case_id)
        tampering.cover_up(own, case_id)
        with monkeypatch.context() as patched:
            patched.setattr(vault, "sign", lambda text: stranger.sign(text.encode()).hex())
            tampering.forge_checkpoints(own, case_id)
        own.execute(update(Checkpoint).values(public_key=public))
    return public


def test_a_past_signed_with_a_strangers_key_is_named_without_a_saved_copy(strangers_key):
    (said,) = verifying.verify().broken
    assert said == (
        "2 checkpoints, 1 to 2, are signed with a key that is neither the present one nor in "
        f"ENGAGE_FORMER_SIGNING_KEYS: {strangers_key}"
    )


def test_a_key_that_the_operator_lists_as_former_is_ours(strangers_key, change_settings):
    change_settings(FORMER_SIGNING_KEYS=f"{'0' * 64} {strangers_key}")
    assert verifying.verify().broken == []


def test_after_a_new_root_secret_the_former_key_is_listed_and_all_holds(seen_case, saved, change_settings, clock):
    former = vault.public_key()
    change_settings(SECRET_KEY=SecretStr("another root secret, thirty-two characters and more"))
    assert vault.public_key() != former
    checkpoints.make()
    assert [former in words for words in within(saved)] == [True]
    change_settings(FORMER_SIGNING_KEYS=former)
    assert within(saved) == []
    code, words = outside(saved)
    assert (code, "1 later checkpoints are signed with another key than the one you saved: ask why." in words) == (
        0,
        True,
    ), words


def test_outsiders_are_told_of_a_past_that_a_later_checkpoint_contradicts(seen_case, saved, clock):
    """Chain and head were made to fit; the checkpoint that saw it otherwise stands as it was signed."""
    act(seen_case, conversation.write_as_person, "On Monday, then.", actor=person_of(seen_case))
    checkpoints.make()
    case_id = case_of(seen_case).id
    with tampering.unguarded() as own:
        tampering.events_of(own, case_id)[-1].actor_role = "officer"
        own.flush()
        tampering.cover_up(own, case_id)
        head = own.scalars(select(CaseHead).where(CaseHead.case_id == case_id, CaseHead.checkpoint_number == 3)).one()
        head.events_hash = tampering.events_of(own, case_id)[-1].hash
    said = "checkpoint 3: what the cases had come to does not give its root"
    assert said in within(saved)
    code, words = outside(saved)
    assert (code, said in words) == (1, True), words


def test_an_event_that_is_said_to_have_been_seen_earlier_than_it_was_is_named_by_that_checkpoint(
    seen_case, saved, clock
):
    """So that it may say it is older: the newest checkpoint fits, the one that did not see it does not."""
    act(seen_case, conversation.write_as_person, "On Monday, then.", actor=person_of(seen_case))
    checkpoints.make()
    case_id = case_of(seen_case).id
    with tampering.unguarded() as own:
        third = own.get_one(CaseHead, (case_id, 3))
        values = {name: getattr(third, name) for name in ("events", "events_hash", "accesses", "accesses_hash")}
        own.execute(
            update(CaseHead).where(CaseHead.case_id == case_id, CaseHead.checkpoint_number == 2).values(**values)
        )
    said = "checkpoint 2: what the cases had come to does not give its root"
    assert within(saved, leaves=False) == [said]
    code, words = outside(saved, leaves=False)
    assert (code, said in words) == (1, True), words


@pytest.mark.parametrize("lane", [False, True])
def test_a_checkpoint_that_was_never_made_has_seen_nothing(seen_case, saved, session, lane):
    """Else whatever was put in after the last one would count as seen, at whatever time it says."""
    table, number = (LaneHead, 7) if lane else (CaseHead, 7)
    if lane:
        called = f"report {a_report(case_of(seen_case).site_id).report_id}"
        checkpoints.make()
    else:
        called = f"case {seen_case}"
    with tampering.unguarded() as own:
        newest = own.scalars(select(table).order_by(table.checkpoint_number.desc())).first()
        values = {column.key: getattr(newest, column.key) for column in table.__table__.columns}
        own.add(table(**{**values, "checkpoint_number": number}))
    assert within(saved) == [f"{called}: checkpoint 7, which is said to have seen it, was never made"]
    assert outside(saved)[0] == (0 if lane else 1)


def test_a_checkpoint_that_nobody_can_read_stops_nothing(seen_case, saved):
    for text in ("no JSON", "7"):
        with tampering.unguarded() as own:
            own.execute(update(Checkpoint).where(Checkpoint.number == 2).values(text=text))
        found = within(saved)
        assert {"checkpoint 2", "checkpoint 2 is not the one that was saved"} <= set(found)
