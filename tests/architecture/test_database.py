"""The migrated database holds what the models say, and its append-only tables keep what they were given."""

import datetime
import re
import uuid
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from engage.extensions import db
from engage.models import Base

APPEND_ONLY = (
    "access",
    "audit_event",
    "case_event",
    "case_head",
    "checkpoint",
    "lane_access",
    "lane_event",
    "lane_head",
)
QUOTED = re.compile(r"'([^']*)'")

VALUES = {
    str: "x",
    int: 1,
    bool: True,
    uuid.UUID: uuid.UUID(int=1),
    datetime.date: datetime.date(2026, 3, 2),
    datetime.datetime: datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC),
}


def enum_columns() -> list[sa.Column]:
    return [
        column for table in Base.metadata.sorted_tables for column in table.columns if isinstance(column.type, sa.Enum)
    ]


@pytest.mark.parametrize("column", enum_columns(), ids=lambda column: f"{column.table.name}.{column.name}")
def test_every_enum_equals_its_check(session, column):
    name = f"ck_{column.table.name}_{column.type.name}"
    checks = {
        check["name"]: check["sqltext"]
        for check in sa.inspect(session.get_bind()).get_check_constraints(column.table.name)
    }
    assert name in checks
    assert set(QUOTED.findall(checks[name])) == set(column.type.enums)


def test_every_instant_keeps_its_zone():
    naive = [
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, sa.DateTime) and not column.type.timezone
    ]
    assert naive == []


@pytest.fixture
def connection(database) -> Iterator[sa.Connection]:
    with database.app_context(), db.engine.connect() as opened:
        yield opened
        opened.rollback()


def keep_one(connection: sa.Connection, table: sa.Table) -> None:
    """Put one row into the table, whatever its foreign keys say."""
    row = {
        column.name: VALUES[
            column.type.python_type if not isinstance(column.type, sa.TypeDecorator) else datetime.datetime
        ]
        for column in table.columns
        if not column.nullable
    }
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        connection.execute(table.insert().values(row))
        connection.execute(sa.text("SET LOCAL session_replication_role = origin"))
    else:
        connection.execute(sa.text("PRAGMA defer_foreign_keys = ON"))
        connection.execute(table.insert().values(row))


def attacks(connection: sa.Connection, table: sa.Table) -> list[str]:
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    return {
        "postgresql": [
            f'UPDATE "{table.name}" SET number = 2',
            f'DELETE FROM "{table.name}"',
            f'TRUNCATE "{table.name}" CASCADE',
        ],
        "sqlite": [
            f'UPDATE "{table.name}" SET number = 2',
            f'UPDATE OR REPLACE "{table.name}" SET number = 2',
            f'DELETE FROM "{table.name}"',
            f'REPLACE INTO "{table.name}" ({columns}) SELECT {columns} FROM "{table.name}"',
        ],
    }[connection.dialect.name]


@pytest.mark.parametrize("name", APPEND_ONLY)
def test_nothing_changes_or_removes_a_row_of_an_append_only_table(connection, name):
    table = Base.metadata.tables[name]
    keep_one(connection, table)
    before = connection.execute(table.select()).all()
    assert len(before) == 1
    for attack in attacks(connection, table):
        savepoint = connection.begin_nested()
        with pytest.raises(DBAPIError):
            connection.execute(sa.text(attack))
        savepoint.rollback()
        assert connection.execute(table.select()).all() == before, attack
