"""The record of the lane: guarded, in the restricted tree of the checkpoint, and gone through with all others."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from engage import lane_keys, vault
from engage.models import (
    Access,
    LaneAccess,
    LaneAccount,
    LaneEvent,
    LaneHead,
    LaneKey,
    LaneReferral,
    LaneReport,
    LaneWord,
)
from engage.services import checkpoints, record_copy, triage, verifying
from engage.services.checkpoints import heads_at, leaves_at
from engage.services.lane import access, erasing, steps, words
from engage.settings import settings
from tests import states, tampering
from tests.lane_states import a_report, an_offered_report, do, her
from tests.states import act

DAY = timedelta(days=1)


@pytest.fixture
def team(session, sent_tasks, clock):
    vault.make_worker_keys(settings().VAR)
    return states.Team()


@pytest.fixture
def taken(team, clock):
    """A report that a checkpoint saw, of which everything was said that can be."""
    made = an_offered_report(team)
    do(made, words.write, "Are you safe?", actor=team.focal)
    access.record_access(made.report_id, team.focal)
    checkpoints.make()
    clock.advance(DAY)
    return made


def broken(session) -> list[str]:
    session.rollback()
    return verifying.verify().broken


def test_reports_are_leaves_of_the_restricted_tree_beside_restricted_cases_and_look_the_same(team, clock, session):
    restricted = states.an_assessed_case(team)
    act(restricted, triage.restrict, "person_asked", actor=team.officer)
    ordinary = states.an_assessed_case(team)
    ids = {a_report(team.site_id).report_id, a_report(team.site_id).report_id, states.case_of(restricted).id}
    checkpoints.make()
    heads = list(heads_at(1, restricted=True))
    assert {head.case_id for head in heads} == ids
    assert [head.case_id for head in heads] == sorted(ids)
    assert {len(head.leaf) for head in heads} == {32}
    assert len(leaves_at(1)) == len(list(heads_at(1, restricted=False))) == 1
    assert ordinary


def test_only_what_moved_is_noted_again(taken, team, clock, session):
    other = a_report(team.site_id)
    checkpoints.make()
    clock.advance(DAY)
    access.record_access(taken.report_id, team.focal)
    checkpoints.make()
    rows = session.execute(select(LaneHead.report_id, LaneHead.checkpoint_number)).all()
    assert sorted(number for one, number in rows if one == taken.report_id) == [1, 3]
    assert sorted(number for one, number in rows if one == other.report_id) == [2]
    assert broken(session) == []


def test_nothing_of_it_is_in_the_copy_for_outsiders_nor_among_the_leaves(taken, session, tmp_path):
    with (tmp_path / "record").open("w") as file:
        record_copy.write(file)
    said = (tmp_path / "record").read_text()
    assert str(taken.report_id) not in said
    assert leaves_at(1) == []


def test_the_whole_record_holds_and_counts_reports(taken, team, session):
    found = verifying.verify()
    assert (found.reports, found.broken) == (1, [])
    do(taken, erasing.erase, actor=her(taken))
    assert broken(session) == []


def change_event(session, report_id):
    session.execute(update(LaneEvent).where(LaneEvent.number == 2).values(kind="erased"))


def cut_tail(session, report_id):
    session.execute(delete(LaneEvent).where(LaneEvent.number > 2))


def forget_reading(session, report_id):
    session.execute(delete(LaneAccess))


def change_reading(session, report_id):
    session.execute(update(LaneAccess).values(hash="0"))


def swap_words(session, report_id):
    key = lane_keys.unwrapped(session.scalars(select(lane_keys.LaneKey)).one())
    row = session.scalars(select(LaneWord)).one()
    values = {"words": "You are to blame.", "salt": "0"}
    row.sealed = lane_keys.sealed(key, values, row.id, LaneWord.__tablename__)


def take_away_words(session, report_id):
    session.execute(delete(LaneWord))


def take_away_account(session, report_id):
    session.execute(delete(LaneAccount))


def take_away_all(session, report_id):
    for table in (LaneAccount, LaneWord, LaneReferral, LaneKey):
        session.execute(delete(table))


def damage_account(session, report_id):
    session.execute(update(LaneAccount).values(sealed=b"0" * 40))


def rewrite_head(session, report_id):
    session.execute(update(LaneHead).values(events_hash="0" * 64))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (change_event, "event 2"),
        (cut_tail, "the end of its record is missing"),
        (forget_reading, "one of its accesses up to 1 is not as checkpoint 1 saw it"),
        (change_reading, "access 1"),
        (swap_words, "what was said is not what was recorded"),
        (take_away_words, "1 things that were said were changed or taken away"),
        (take_away_account, "1 things that were said were changed or taken away"),
        (take_away_all, "3 things that were said were changed or taken away"),
        (damage_account, "does not open with the keys that are here"),
        (rewrite_head, "is not as checkpoint 1 saw it"),
    ],
)
def test_a_change_is_named_with_the_report_and_the_place(taken, session, change, said):
    with tampering.unguarded() as unguarded:
        change(unguarded, taken.report_id)
    found = [line for line in broken(session) if line.startswith(f"report {taken.report_id}: ")]
    assert any(said in line for line in found), found


def test_each_service_that_was_offered_is_on_the_record(taken, team, session):
    do(taken, steps.offer, "Another clinic", actor=team.focal, same_contact=True)
    assert broken(session) == []


def test_what_she_erased_and_somebody_put_back_is_named(taken, session):
    account = session.get_one(LaneAccount, taken.report_id)
    values = {"report_id": account.report_id, "sealed": account.sealed}
    do(taken, erasing.erase, actor=her(taken))
    with tampering.unguarded() as unguarded:
        unguarded.add(LaneAccount(**values))
    assert broken(session) == [f"report {taken.report_id}: something that was erased is there again"]


def test_a_report_that_was_put_in_or_taken_out_as_a_whole_is_found(taken, session):
    with tampering.unguarded() as unguarded:
        unguarded.execute(update(LaneReport).values(version=99))
    assert any("the end of its record is missing" in line for line in broken(session))
    with tampering.unguarded() as unguarded:
        unguarded.execute(delete(LaneHead))
    assert "checkpoint 1: what the cases had come to does not give its restricted_root" in broken(session)


def test_readings_of_cases_and_of_reports_are_two_tables(taken, session):
    assert session.scalars(select(Access)).all() == []
