"""The drill: after a checkpoint was saved elsewhere, the record is changed in every way; each is named."""

import io
import json
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from engage.domain.policy import Role
from engage.models import Access, AuditEvent, CaseEvent, CaseHead, Checkpoint
from engage.services import (
    accounts,
    checkpoints,
    conversation,
    record_copy,
    sites,
    triage,
    verifying,
)
from engage.services.chain import canonical
from engage.services.verifying_heads import NoCheckpoint, Saved
from engage.unit_of_work import unit_of_work
from tests import states, tampering
from tests.checked_record import outside, within
from tests.states import act, case_of

DAY = timedelta(days=1)


def test_a_record_that_nobody_touched_holds(seen_case, saved):
    assert within(saved) == within(saved, leaves=False) == []
    code, words = outside(saved)
    assert (code, "2 cases" in words, "0 broken" in words) == (0, True, True), words


@pytest.mark.parametrize("change", tampering.CHANGES)
def test_a_change_is_named_with_its_case_and_place(seen_case, saved, change):
    case_id = case_of(seen_case).id
    with tampering.unguarded() as session:
        change(session, case_id)
    places = [words for words in within(saved) if words.startswith(f"case {seen_case}: ")]
    assert places
    told = "the end of its record" if change is tampering.cut_tail else "event"
    assert any(told in words for words in places), places
    code, words = outside(saved)
    assert (code, f"case {case_id}: " in words) == (1, True), words


@pytest.mark.parametrize("change", tampering.CHANGES)
def test_a_change_that_was_covered_up_is_named_by_the_checkpoint_that_saw_it_otherwise(seen_case, saved, change):
    """Whoever makes all hashes fit again does not make what the checkpoint saw fit."""
    case_id = case_of(seen_case).id
    with tampering.unguarded() as session:
        change(session, case_id)
        tampering.cover_up(session, case_id)
    assert any(f"case {seen_case}: one of events" in words for words in within(saved)), within(saved)
    code, words = outside(saved)
    assert (code, f"case {case_id}: one of events" in words) == (1, True), words


@pytest.mark.parametrize("change", tampering.CHANGES)
def test_even_who_has_our_secret_and_signs_anew_is_found_by_what_was_saved(seen_case, saved, change):
    case_id = case_of(seen_case).id
    with tampering.unguarded() as session:
        change(session, case_id)
        tampering.cover_up(session, case_id)
        tampering.forge_checkpoints(session, case_id)
    alone = verifying.verify().broken  # but for what it left behind, the forgery holds
    assert all("says it is older" in words or "is not as it was written" in words for words in alone)
    found = within(saved)
    assert "checkpoint 2 is not the one that was saved" in found
    assert any(words.startswith(f"case {case_id}: it was rewritten") for words in found), found
    assert "checkpoint 2 is not the one that was saved" in within(saved, leaves=False)
    code, words = outside(saved)
    assert (code, f"case {case_id}: it was rewritten" in words) == (1, True), words
    assert outside(saved, leaves=False)[0] == 1


def test_an_event_that_is_put_in_now_and_says_it_is_old_is_named(seen_case, saved, session):
    """Back-dated behind the last event, with a chain that fits: no checkpoint of that time saw it."""
    case_id = case_of(seen_case).id
    with tampering.unguarded() as raw:
        tampering.put_in(raw, case_id)
    with tampering.unguarded() as raw:  # it goes to the end, the rest as it was
        rows = tampering.events_of(raw, case_id)
        strange, others = rows[2], [*rows[:2], *rows[3:]]
        strange.number = 1000
        raw.flush()
        for number, row in enumerate(others, start=1):
            row.number = number
            raw.flush()
        strange.number, strange.at = len(rows), strange.at - 20 * DAY
        raw.flush()
        tampering.cover_up(raw, case_id)
    said = f"event {case_of(seen_case).version} says it is older than checkpoint 2, which did not see it"
    assert within(saved) == [f"case {seen_case}: {said}"]
    code, words = outside(saved)
    assert (code, said in words) == (1, True), words


def test_a_case_that_is_gone_with_everything_is_missed(seen_case, saved):
    case_id = case_of(seen_case).id
    with tampering.unguarded() as raw:
        for table in (CaseHead, Access):
            raw.execute(delete(table).where(table.case_id == case_id))
        raw.execute(delete(CaseEvent).where(CaseEvent.case_id == case_id))
    assert "1 cases are not there any more as checkpoint 2 saw them" in within(saved)
    assert any("does not give its root" in words for words in within(saved, leaves=False))
    code, words = outside(saved)
    assert (code, "1 cases are not there any more" in words) == (1, True), words


def test_an_access_that_is_taken_back_is_named(seen_case, saved):
    case_id = case_of(seen_case).id
    with tampering.unguarded() as raw:
        raw.execute(delete(Access).where(Access.case_id == case_id))
    assert f"case {seen_case}: one of its accesses up to 1 is not as checkpoint 1 saw it" in within(saved)
    code, words = outside(saved)
    assert (code, "one of its accesses up to 1" in words) == (1, True), words


def test_an_entry_about_people_that_is_taken_back_is_named(clock, session, sent_tasks, tmp_path):
    with unit_of_work():
        sites.ensure_group_intake()
        accounts.create_admin("first@staff.engage.test")
    checkpoints.make()
    session.rollback()
    with tampering.unguarded() as raw:
        last = raw.scalars(select(AuditEvent).order_by(AuditEvent.number.desc())).first()
        raw.delete(last)
    said = "checkpoint 1: the entry about people and settings that it saw is missing"
    assert verifying.verify().broken == [said]
    (tmp_path / "checkpoint.json").write_text(json.dumps(checkpoints.text_of(session.get_one(Checkpoint, 1))))
    code, words = outside(tmp_path, leaves=False)
    assert (code, said in words) == (1, True), words


def test_an_older_copy_that_was_put_back_is_noticed(seen_case, saved):
    with tampering.unguarded() as raw:
        raw.execute(delete(CaseHead).where(CaseHead.checkpoint_number == 2))
        raw.execute(delete(Checkpoint).where(Checkpoint.number == 2))
    said = "checkpoint 2 is missing: an older copy of the database was put back"
    assert within(saved) == [said]
    code, words = outside(saved)
    assert (code, said in words) == (1, True), words


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"signature": "00"}, "checkpoint 2: it is not signed with its key"),
        ({"text": "with another number"}, "checkpoint 2"),
    ],
    ids=["signature", "text"],
)
def test_a_checkpoint_that_was_changed_does_not_hold(seen_case, session, values, said):
    with tampering.unguarded() as raw:
        row = raw.get_one(Checkpoint, 2)
        kept = json.loads(row.text)
        for name, value in values.items():
            setattr(row, name, value if name == "signature" else canonical({**kept, "number": 7}))
    assert said in verifying.verify().broken


def test_what_is_no_checkpoint_of_ours_is_told_apart_from_one_that_was_changed(saved):
    kept = json.loads((saved / "checkpoint.json").read_text())
    for document, code in (
        ("no JSON", "unreadable"),
        ("[]", "unreadable"),
        ("{}", "unreadable"),
        (json.dumps({**kept, "checkpoint": {**kept["checkpoint"], "number": 1}}), "wrong_signature"),
        (json.dumps({**kept, "checkpoint": {**kept["checkpoint"], "format": "other"}}), "wrong_signature"),
    ):
        with pytest.raises(NoCheckpoint, match=code):
            Saved.read(document)
    for leaves, code in (
        ("{}", "unreadable"),
        ('{"leaves": ["zz"]}', "unreadable"),
        ('{"leaves": []}', "wrong_leaves"),
    ):
        with pytest.raises(NoCheckpoint, match=code):
            Saved.read(json.dumps(kept), leaves)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("checkpoint.json", "{}"),
        ("checkpoint.json", '{"checkpoint": {"format": "engage-checkpoint-1"}, "public_key": "", "signature": ""}'),
        ("leaves.json", "{}"),
        ("leaves.json", '{"leaves": []}'),
    ],
)
def test_the_verifier_alone_refuses_what_it_cannot_read(saved, name, content):
    (saved / name).write_text(content)
    code, words = outside(saved)
    assert (code, name in words) == (2, True), words


def test_the_copy_for_outsiders_holds_no_words_and_no_sign_of_a_case_that_became_restricted(
    seen_case, saved, clock, session
):
    """It looks like one in which nothing has happened since; one that was never ordinary is not in it."""
    case = case_of(seen_case)
    hidden = states.a_case(case.site_id, category="GBV")
    before = copied()
    coordinator = states.staff(Role.COORDINATOR, site_id=case.site_id)
    act(seen_case, conversation.reply, "One more word.", actor=coordinator)
    act(seen_case, triage.restrict, "A child may be harmed.", actor=coordinator)
    clock.advance(DAY)
    checkpoints.make()
    after = copied()
    of_case = [line for line in after if str(case.id) in line]
    assert of_case == [line for line in before if str(case.id) in line]
    assert str(case_of(hidden).id) not in "".join(after)
    for word in ("Dust from the haul road", "We come on Monday", "One more word", seen_case, "staff.engage.test"):
        assert word not in "".join(after)
    assert within(saved) == []
    assert outside(saved)[0] == 0


def copied() -> list[str]:
    file = io.StringIO()
    record_copy.write(file)
    return file.getvalue().splitlines()


def test_the_restricted_tree_is_held_against_what_was_saved_as_well(seen_case, saved, session):
    hidden = states.a_case(case_of(seen_case).site_id, category="GBV")
    checkpoints.make()
    row = session.scalars(select(Checkpoint).order_by(Checkpoint.number.desc())).first()
    kept = Saved.read(json.dumps(checkpoints.text_of(row)))
    case_id = case_of(hidden).id
    with tampering.unguarded() as raw:
        raw.execute(update(CaseHead).where(CaseHead.case_id == case_id).values(events_hash="0" * 64))
    found = verifying.verify(kept).broken
    assert "checkpoint 3: what the cases had come to does not give its restricted_root" in found
    assert f"case {hidden}: one of events 1 to 1 is not as checkpoint 3 saw it" in found
