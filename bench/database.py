"""Databases for measuring, made on the PostgreSQL server that TEST_DATABASE_URL names and dropped afterwards."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

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


def settle(url: str) -> None:
    """Let the planner know the rows and write out what is dirty, so that neither falls into a measurement."""
    for statement in ("VACUUM ANALYZE", "CHECKPOINT"):
        _on(sa.make_url(url), statement)


def _on_server(statement: str) -> None:
    _on(server(), statement)


def _on(url: sa.URL, statement: str) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()
