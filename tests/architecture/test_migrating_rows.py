"""Migrations that change rows do so for the rows that are there, and back."""

import pytest
import sqlalchemy as sa
from flask_migrate import downgrade, upgrade

from engage import clock, data_keys, vault
from engage.domain.conflicts import SubjectKind
from engage.domain.files import Scan
from engage.extensions import db
from engage.models import LaneNamed
from engage.services import file_rotation, file_store, key_rotation, pauses
from engage.services.lane import intake, subjects
from tests import lane_states, states
from tests.architecture.test_migrations import fresh
from tests.services import sealed
from tests.states import act

assert fresh  # a fixture
BEFORE, BEFORE_KEYS, BEFORE_FILES, BEFORE_NAMES = "0010", "0018", "0023", "0035"


@pytest.mark.slow
def test_what_is_open_begins_to_count_quiet_and_pauses_are_looked_at_again(fresh, sent_tasks):
    upgrade()
    team = states.Team()
    grave, plain = states.an_assessed_case(team, states.Level.HIGH), states.an_assessed_case(team)
    closed, appealed = states.a_closed_case(team), states.an_appealed_case(team)
    ends = clock.utcnow() + states.timedelta(days=9)
    act(plain, pauses.pause, pauses.Stop("waiting_for_person", "Which well?", ends), actor=team.officer)
    db.session.remove()
    downgrade(revision=BEFORE)
    upgrade()
    now = clock.utcnow()
    days = {
        reference: due and round((due - now).total_seconds() / 86400)
        for reference, due in db.session.execute(sa.select(states.Case.reference, states.Case.news_due_at))
    }
    assert days == {grave: 7, plain: 14, closed: None, appealed: 14}
    promises = set(db.session.execute(sa.text("SELECT promise FROM deadline")).scalars())
    assert "decide_appeal" in promises
    assert "form_panel" not in promises
    assert pauses.end_due() == 0
    looked = db.session.execute(sa.text("SELECT count(*) FROM pause WHERE look_at > starts_at")).scalar_one()
    assert looked == 1
    db.session.remove()


@pytest.mark.slow
def test_what_was_sealed_before_there_were_keys_of_cases_opens_and_going_back_loses_no_key(
    fresh, sent_tasks, tmp_path, caplog
):
    upgrade()
    vault.make_worker_keys(tmp_path)
    reference = sealed.a_named_case(states.a_site())
    sealed.as_before(reference)
    db.session.remove()
    downgrade(revision=BEFORE_KEYS)
    upgrade()
    assert data_keys.opened(sealed.who(reference)) == {"name": sealed.NAME}
    assert key_rotation.rewrap().sealed_anew == 1
    db.session.remove()
    with pytest.raises(SystemExit):
        downgrade(revision=BEFORE_KEYS)
    assert "restore the backup instead" in caplog.text
    db.session.remove()
    upgrade()  # what came later was undone before the one that refuses
    assert data_keys.opened(sealed.who(reference)) == {"name": sealed.NAME}
    db.session.remove()


@pytest.mark.slow
def test_going_back_from_the_restricted_lane_destroys_no_report(fresh, sent_tasks, tmp_path, caplog):
    upgrade()
    vault.make_worker_keys(tmp_path)
    taken = lane_states.a_report(states.a_site())
    db.session.remove()
    with pytest.raises(SystemExit):
        downgrade(revision="0024")
    assert "restore the backup instead" in caplog.text
    db.session.remove()
    assert intake.opened_account(taken.report_id)["words"] == lane_states.WORDS
    db.session.remove()


@pytest.mark.slow
def test_files_that_lay_plain_are_read_and_sealed_and_going_back_loses_no_key(fresh, sent_tasks, caplog):
    upgrade()
    reference = states.a_case(states.a_site())
    file_id = sealed.a_file(reference, b"words of a paper")
    plain = sealed.lay_plain(file_id)
    db.session.remove()
    downgrade(revision=BEFORE_FILES)
    upgrade()
    row = sealed.file(file_id)
    assert (row.scan, row.key_version, row.was_emptied) == (Scan.NOT_ASKED, None, False)
    assert b"".join(file_store.content(row)) == b"words of a paper"
    assert file_rotation.seal_plain().done == 1
    assert not plain.exists()
    db.session.remove()
    with pytest.raises(SystemExit):
        downgrade(revision=BEFORE_FILES)
    assert "restore the backup instead" in caplog.text
    db.session.remove()
    assert b"".join(file_store.content(sealed.file(file_id))) == b"words of a paper"
    db.session.remove()


@pytest.mark.slow
def test_who_was_kept_out_of_a_report_before_it_was_written_down_who_was_named_stays_out_alone(
    fresh, sent_tasks, tmp_path
):
    upgrade()
    vault.make_worker_keys(tmp_path)
    team = states.Team()
    taken = lane_states.a_report(team.site_id)
    lane_states.do(taken, subjects.name, team.officer.id, actor=team.focal)
    db.session.remove()
    downgrade(revision=BEFORE_NAMES)
    upgrade()
    [row] = db.session.scalars(sa.select(LaneNamed)).all()
    assert (row.report_id, row.kind, row.user_id) == (taken.report_id, SubjectKind.PERSON, team.officer.id)
    assert not row.with_line
    db.session.remove()
