"""Rows that are new together, in several tables: one statement where the database takes them in one."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, Select, TableClause, bindparam, func, insert, inspect, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from engage.extensions import db
from engage.models.base import Base, table_of

NewRow = tuple[TableClause, Mapping[str, Any]]  # values by name of column
_Shape = tuple[tuple[TableClause, tuple[str, ...]], ...]


def insert_unless_there(first: NewRow, rows: Iterable[NewRow]) -> bool:
    """Insert the first row and with it the others; False, and nothing is changed, where a unique value of it is there.

    None of them is in the session afterwards. A new case has about a dozen rows at once. Sent one by one they cost more
    than all else that a submission does; PostgreSQL takes them as one statement, SQLite as one for each table.
    """
    connection = db.session.connection()
    if connection.dialect.name == "postgresql":
        numbered = list(enumerate([first, *rows]))
        given = {f"{name}_{at}": value for at, (_, values) in numbered for name, value in values.items()}
        shape = tuple((table, tuple(values)) for _, (table, values) in numbered)
        return bool(connection.execute(_together(shape), given).scalar_one())
    table, values = first
    kept = sqlite.insert(table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    if connection.execute(kept, values).rowcount == 0:
        return False
    for table, several in _by_table(rows):
        connection.execute(insert(table).values(several[0]) if len(several) == 1 else insert(table).values(several))
    return True


def _by_table(rows: Iterable[NewRow]) -> Iterable[tuple[TableClause, list[dict[str, Any]]]]:
    found: dict[TableClause, list[dict[str, Any]]] = {}
    for table, values in rows:
        found.setdefault(table, []).append(dict(values))
    return found.items()


@lru_cache
def _together(shape: _Shape) -> Select[int]:
    """One statement that inserts one row into each of the tables if the first can be inserted, and counts the first.

    A parameter is its column with the row's number.
    """
    (table, names), *others = shape
    there = postgresql.insert(table).values({name: _given(table, name, 0) for name in names}).on_conflict_do_nothing()
    first = there.returning(table.columns["id"]).cte("row_0")
    rows = (
        insert(table)
        .from_select(names, select(*(_given(table, name, at) for name in names)).select_from(first))
        .cte(f"row_{at}")
        for at, (table, names) in enumerate(others, start=1)
    )
    return select(func.count()).select_from(first).add_cte(*rows)


def _given(table: TableClause, name: str, at: int) -> BindParameter[Any]:
    return bindparam(f"{name}_{at}", type_=table.columns[name].type)


def row_of(made: Base) -> NewRow:
    """Return the row that an object stands for, which is in no session; its key is set."""
    return table_of(type(made)), values_of(made)


def values_of(made: Base) -> dict[str, Any]:
    """Return what an object says by column, and where it says nothing the column's default."""
    said = made.__dict__
    return {
        name: default if (value := said.get(key)) is None else value for name, key, default in columns_of(type(made))
    }


@lru_cache
def columns_of(model: type[Base]) -> tuple[tuple[str, str, Any], ...]:
    """Return each column's name, the attribute it is, and what stands in it where nothing is said."""
    keys = {attribute.columns[0].key: attribute.key for attribute in inspect(model).column_attrs}
    given = {column.key: column.default for column in table_of(model).columns}
    return tuple(
        (name, key, made.arg if isinstance(made := given[name], ScalarElementColumnDefault) else None)
        for name, key in keys.items()
    )
