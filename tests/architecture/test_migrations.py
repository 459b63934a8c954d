"""The migrations lead from nothing to the models, and back by one step, on the database under test."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask_migrate import check, downgrade, upgrade
from pydantic import SecretStr

from engage import clock, create_app
from engage.extensions import db
from engage.models import Base, CorrectiveAction, Statement, SystemicIssue
from engage.services import corrective, systemic
from engage.unit_of_work import unit_of_work
from tests import states
from tests.architecture.sources import MIGRATIONS
from tests.fixtures.database import dispose

NUMBERED = re.compile(r"\d{4}_[a-z0-9_]+\.py")


@pytest.fixture
def fresh(tmp_path, settings, empty_database):
    """An application on a database without any table."""
    var = {"VAR": tmp_path, "DATABASE_URL": SecretStr(empty_database(tmp_path))}
    made = create_app(settings.model_copy(update=var))
    with made.app_context():
        yield made
    dispose(made)
    create_app(settings)  # the extensions are one per process: point them back at the suite's own folder


def tables() -> set[str]:
    return set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}


@pytest.mark.slow
def test_the_migrations_make_what_the_models_say_and_can_be_undone_by_one(fresh):
    upgrade()
    check()
    made = tables()
    assert made >= set(Base.metadata.tables)
    downgrade()
    upgrade()
    check()
    assert tables() == made


@pytest.mark.slow
def test_places_of_old_statements_are_folded_and_old_corrective_actions_get_salts(fresh):
    """What was there before 0014 is filled in by it, and what only it can hold is gone after going back."""
    upgrade()
    team = states.Team()
    cases = [states.an_assessed_case(team, community=" \u0421\u0415\u041b\u041e  One") for _ in range(3)]
    systemic.watch()
    due = clock.utcnow() + timedelta(days=9)
    with unit_of_work():
        issue_id = db.session.scalars(sa.select(SystemicIssue.id)).one()
        systemic.add_action(issue_id, "Pave it.", team.officer.id, due, actor=team.coordinator)
    change = corrective.Change("Wet the road.", team.officer.id, due)
    states.act(cases[0], corrective.decide, change, actor=team.officer)
    salts = set(db.session.scalars(sa.select(CorrectiveAction.salt)))
    db.session.remove()
    downgrade(revision="0010")
    with db.engine.begin() as bind:
        bind.execute(sa.text("UPDATE systemic_issue SET place = '\u0421\u0415\u041b\u041e one'"))
        assert bind.execute(sa.text("SELECT words FROM corrective_action")).scalars().all() == ["Pave it."]
    upgrade()
    check()
    assert set(db.session.scalars(sa.select(Statement.place_key))) == {"\u0441\u0435\u043b\u043e one"}
    assert db.session.scalars(sa.select(SystemicIssue.place)).one() == "\u0441\u0435\u043b\u043e one"
    assert db.session.scalars(sa.select(CorrectiveAction.salt)).one() not in salts
    db.session.remove()


def test_every_migration_is_numbered_and_follows_the_one_before():
    names = sorted(path.name for path in (MIGRATIONS / "versions").glob("*.py"))
    assert [name for name in names if not NUMBERED.fullmatch(name)] == []
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
