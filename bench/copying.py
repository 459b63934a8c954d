"""Copies of prototypes, made inside the database, row for row in every table that hangs on a case, so that they always
have the shape of the real thing. PostgreSQL copies the search index too; on SQLite no sweep and no bar looks at it.
"""

import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from engage.domain.lifecycle import Stage
from engage.extensions import db
from engage.models import Case

# Of a hundred cases so many are closed, as after some years of service.
CLOSED_OF_HUNDRED = 70
FEWEST = 4  # prototypes there are at least of either kind
OPEN_FOR, CLOSED_FOR = timedelta(days=21), timedelta(days=900)  # how far back the copies reach
# Columns of these names point at staff although no constraint says so; a copy keeps them.
_KEPT = frozenset({"actor_id", "user_id"})
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True)
class Guard:
    """A constraint or index: how it is taken off before the copying and put on again, which takes less time."""

    kind: int
    take_off: str
    put_on: str


@dataclass(frozen=True, slots=True)
class Speech:
    """How a database says what the copying needs: the plan of it, another id, an earlier instant, another text."""

    plan: str
    id: str
    instant: str
    reference: str
    text: str


# What each copy is of, the how-manieth it is, and how many seconds it lies back.
_PLAN = """
    CREATE {unlogged} TABLE copy AS
    WITH {numbers} kind AS (
        SELECT id AS case_id, stage = '{closed}' AS is_closed,
            row_number() OVER (PARTITION BY stage = '{closed}' ORDER BY id) - 1 AS place,
            count(*) OVER (PARTITION BY stage = '{closed}') AS places
        FROM "case"
    )
    SELECT case_id, n, row_number() OVER (ORDER BY n, case_id) AS serial,
        CASE WHEN is_closed THEN {closed_for} * (n * 7919 % 10007) / 10007
            ELSE {open_for} * (n * 7919 % 10007) / 10007 END AS back
    FROM kind JOIN {series} ON n <= (CASE WHEN is_closed THEN {closed_count} ELSE {open_count} END - place - 1) / places
"""
_POSTGRESQL = Speech(
    plan=_PLAN.replace("{unlogged}", "UNLOGGED")
    .replace("{numbers}", "")
    .replace("{series}", "generate_series(1::bigint, {most}) AS n"),
    id="md5({0}::text || copy.n)::uuid",
    instant="{0} - copy.back * interval '1 second'",
    reference="split_part({0}, '-', 1) || '-25-' || {1}",
    text="md5({0} || copy.n)",
)
# An id is kept as 32 hexadecimal digits: eight of them become others, scattered as random ones are.
_SQLITE = Speech(
    plan=_PLAN.replace("{unlogged}", "")
    .replace("{numbers}", "RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < {most}),")
    .replace("{series}", "number"),
    id="printf('%08x', copy.n * 2654435761 % 4294967296) || substr({0}, 9)",
    instant="strftime('%Y-%m-%d %H:%M:%S', {0}, '-' || copy.back || ' seconds') || '.000000'",
    reference="substr({0}, 1, instr({0}, '-')) || '25-' || {1}",
    text="{0} || '-' || copy.n",
)

# Keys first, then other indexes, then foreign keys, which hold in what is copied and so in the copies.
_GUARDS = """
    SELECT CASE contype WHEN 'f' THEN 3 ELSE 1 END,
        format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
        format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
            || CASE contype WHEN 'f' THEN ' NOT VALID' ELSE '' END
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype IN ('p', 'u', 'f')
    UNION ALL
    SELECT 2, format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE relnamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'))
    ORDER BY 1
"""
# Of SQLite only what CREATE INDEX made can be taken off; keys stay, and foreign keys are looked at by nobody.
_INDEXES = """
    SELECT 2, printf('DROP INDEX "%w"', name), sql FROM sqlite_master
    WHERE type = 'index' AND sql IS NOT NULL AND tbl_name <> 'copy'
"""


def copy(url: str, count: int, closed_of_hundred: int = CLOSED_OF_HUNDRED) -> None:
    """Copy the prototypes until there are so many cases. Their times reach back, so that due dates lie all around."""
    closed = count * closed_of_hundred // 100
    if sa.make_url(url).get_backend_name() == "sqlite":
        _copy_file(url, count, closed)
    else:
        _copy_on_server(url, count, closed)


def _copy_on_server(url: str, count: int, closed: int) -> None:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    metadata = sa.MetaData()
    metadata.reflect(engine)
    with engine.begin() as connection:
        _plan(lambda statement: connection.execute(sa.text(statement)), _POSTGRESQL, count, closed)
    with engine.begin() as connection:
        taken_off = [Guard(*row) for row in connection.execute(sa.text(_GUARDS))]
        for guard in reversed(taken_off):
            connection.execute(sa.text(guard.take_off))
    _all_of(engine, _copies(metadata, _POSTGRESQL))
    for kind in dict.fromkeys(guard.kind for guard in taken_off):
        _all_of(engine, [guard.put_on for guard in taken_off if guard.kind == kind])
    _all_of(engine, ["DROP TABLE copy"])
    engine.dispose()


def _copy_file(url: str, count: int, closed: int) -> None:
    """One writer at a time and one transaction: nothing is waited for, and a fill that dies is made anew."""
    with closing(sqlite3.connect(sa.make_url(url).database or "", isolation_level=None)) as connection:
        for pragma in ("synchronous = OFF", "cache_size = -262144", "temp_store = MEMORY"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        _plan(connection.execute, _SQLITE, count, closed)
        taken_off = [Guard(*row) for row in connection.execute(_INDEXES)]
        for guard in taken_off:
            connection.execute(guard.take_off)
        for statement in _copies(db.metadata, _SQLITE):
            connection.execute(statement)
        for guard in taken_off:
            connection.execute(guard.put_on)
        connection.execute("DROP TABLE copy")
        connection.execute("COMMIT")


def _copies(metadata: sa.MetaData, speech: Speech) -> list[str]:
    sources = {table: source for table in metadata.sorted_tables if (source := _source(table))}
    return [_copying(table, source, speech) for table, source in sources.items()]


def _all_of(engine: sa.Engine, statements: Sequence[str]) -> None:
    """Run the statements, two at a time, each in a transaction of its own."""

    def run(statement: str) -> None:
        with engine.begin() as connection:
            connection.execute(sa.text("SET LOCAL synchronous_commit = off"))
            connection.execute(sa.text("SET LOCAL maintenance_work_mem = '256MB'"))
            connection.execute(sa.text(statement))

    with ThreadPoolExecutor(max_workers=2) as threads:
        list(threads.map(run, statements))


def _plan(run: Callable[[str], object], speech: Speech, count: int, closed: int) -> None:
    """Write down each copy to be made: of which case, the how-manieth, and how far back."""
    values = {
        "closed": Stage.CLOSED.value,
        "closed_for": int(CLOSED_FOR.total_seconds()),
        "open_for": int(OPEN_FOR.total_seconds()),
        "closed_count": closed,
        "open_count": count - closed,
        "most": count // FEWEST + 1,
    }
    run(speech.plan.format(**values))
    run("CREATE INDEX copy_of ON copy (case_id)")


def _source(table: sa.Table) -> str | None:
    """From where a table's rows are copied, joined with the plan; None where no row hangs on a case."""
    if table.name == Case.__tablename__:
        return 'FROM "case" AS t JOIN copy ON copy.case_id = t.id'
    if "case_id" in table.c:
        return f'FROM "{table.name}" AS t JOIN copy ON copy.case_id = t.case_id'
    for key in table.foreign_keys:
        if "case_id" in key.column.table.c:
            parent = key.column.table.name
            joined = f'JOIN "{parent}" AS p ON p.id = t."{key.parent.name}"'
            return f'FROM "{table.name}" AS t {joined} JOIN copy ON copy.case_id = p.case_id'
    return None


def _copying(table: sa.Table, source: str, speech: Speech) -> str:
    columns = [column for column in table.c if column.identity is None and column.computed is None]
    names = ", ".join(f'"{column.name}"' for column in columns)
    values = ", ".join(_copied(table, column, speech) for column in columns)
    return f'INSERT INTO "{table.name}" ({names}) SELECT {values} {source}'


def _copied(table: sa.Table, column: sa.Column[object], speech: Speech) -> str:
    """The value of a column in a copy: ids and secrets become others, instants move back, the rest stays."""
    value = f't."{column.name}"'
    if isinstance(column.type, sa.Uuid):
        stays = column.name in _KEPT or any(_source(key.column.table) is None for key in column.foreign_keys)
        return value if stays else speech.id.format(value)
    if isinstance(_plain(column.type), sa.DateTime):
        return speech.instant.format(value)
    if column.name == "reference":
        return speech.reference.format(value, _code())  # another year than the prototypes' own
    if _is_unique(table, column):
        return speech.text.format(value)
    return value


def _plain(type_: sa.types.TypeEngine[object]) -> object:
    return type_.impl if isinstance(type_, sa.TypeDecorator) else type_


def _code() -> str:
    """Five characters of which no two copies share the same: a permutation of the numbers below 32 ** 5."""
    scattered = f"(copy.serial * 48271 % {32**5 - 39})"
    digits = (f"substr('{_ALPHABET}', CAST({scattered} / {32**place} % 32 AS int) + 1, 1)" for place in range(5))
    return " || ".join(digits)


def _is_unique(table: sa.Table, column: sa.Column[object]) -> bool:
    if [key.name for key in table.primary_key] == [column.name]:
        return True
    return any(
        isinstance(held, sa.UniqueConstraint) and [each.name for each in held.columns] == [column.name]
        for held in table.constraints
    )
