"""The migrations lead from nothing to the models, and back by one step, on the database under test."""

import re

import pytest
import sqlalchemy as sa
from flask_migrate import check, downgrade, upgrade
from pydantic import SecretStr

from engage import create_app
from engage.extensions import db
from engage.models import Base
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


def test_every_migration_is_numbered_and_follows_the_one_before():
    names = sorted(path.name for path in (MIGRATIONS / "versions").glob("*.py"))
    assert [name for name in names if not NUMBERED.fullmatch(name)] == []
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
