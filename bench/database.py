"""Databases for measuring: on the PostgreSQL server that TEST_DATABASE_URL names, or SQLite files. Gone afterwards."""

import os
import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import sqlalchemy as sa

LOCAL = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"


def server() -> sa.URL:
    """Return the address of the server: the one named, or the usual one on this machine."""
    return sa.make_url(os.environ.get("TEST_DATABASE_URL", LOCAL))


@contextmanager
def scratch(template: str | None = None) -> Iterator[str]:
    """Make a database, empty or a copy of another that nobody is connected to; yield its address and drop it."""
    name = f"engage_bench_{secrets.token_hex(6)}"
    copied = f' TEMPLATE "{sa.make_url(template).database}"' if template else ""
    _on_server(f'CREATE DATABASE "{name}"{copied}')
    try:
        yield server().set(database=name).render_as_string(hide_password=False)
    finally:
        _on_server(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def scratch_file(template: str | None = None) -> Iterator[str]:
    """Make a SQLite file, empty or a copy of another that nobody is connected to; yield its address and remove it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "engage.db"
        if template is not None:
            shutil.copy(_path_of(template), path)
        yield f"sqlite:///{path}"


def is_file(url: str) -> bool:
    """Whether the address is that of a SQLite file."""
    return sa.make_url(url).get_backend_name() == "sqlite"


def size_of(url: str) -> int:
    """Return how many bytes a database takes on disk."""
    if is_file(url):
        return Path(_path_of(url)).stat().st_size
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        found = connection.scalar(sa.text("SELECT pg_database_size(current_database())"))
    engine.dispose()
    return int(found or 0)


def _path_of(url: str) -> str:
    return sa.make_url(url).database or ""


def settle(url: str) -> None:
    """Let the planner know the rows and write out what is dirty, so that neither falls into a measurement."""
    if is_file(url):
        with closing(sqlite3.connect(_path_of(url))) as connection:
            connection.execute("ANALYZE")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return
    for statement in ("VACUUM ANALYZE", "CHECKPOINT"):
        _on(sa.make_url(url), statement)


def _on_server(statement: str) -> None:
    _on(server(), statement)


def _on(url: sa.URL, statement: str) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()
