"""The extensions, made unbound; create_app binds them. Importing this opens no connection."""

import logging
import sqlite3
from pathlib import Path
from time import monotonic
from typing import Any

from celery import Celery
from flask import g, request
from flask_babel import Babel
from flask_compress import Compress
from flask_limiter import Limiter
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy import Connection, Dialect, Engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry, Pool

from engage.light_cursor import LightCursor
from engage.models.base import Base

log = logging.getLogger(__name__)


class OwnPagesOnly(CSRFProtect):  # type: ignore[misc]  # - Flask-WTF has no types
    """Takes a form with its token alone, and none that the browser itself says another site has sent."""

    def protect(self, apply_exemptions: bool = False) -> None:
        """Let the request pass.

        Raises:
            CSRFError: the token is missing or of another session, or the form is another site's.
        """
        try:
            super().protect(apply_exemptions=apply_exemptions)
            if g.get("csrf_valid") and request.headers.get("Sec-Fetch-Site") == "cross-site":
                raise CSRFError("The form is another site's.")
        except CSRFError:
            log.warning("a form without its token was sent to %s", request.endpoint)
            raise


db = SQLAlchemy(metadata=Base.metadata)
migrate = Migrate()
csrf = OwnPagesOnly()
login = LoginManager()
babel = Babel()
compress = Compress()
celery = Celery("engage", set_as_current=True)
limiter = Limiter(key_func=str)  # no limit asks it for a key: engage.web.limits counts by one of its own


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: object) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # we emit BEGIN ourselves, see below
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")  # a concern that was confirmed survives a power cut
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA recursive_triggers = ON")  # else REPLACE removes a guarded row without its trigger
    cursor.execute("PRAGMA busy_timeout = 15000")
    cursor.execute("PRAGMA secure_delete = ON")  # erased words leave no trace in free pages
    cursor.close()


@event.listens_for(Engine, "do_connect")
def _read_lightly(dialect: Dialect, _record: object, _positional: object, named: dict[str, Any]) -> None:
    if dialect.driver == "psycopg":
        named["cursor_factory"] = LightCursor


IDLE_SECONDS = 1.0  # Ours: a server that went away for less than this is met by one page of each process


@event.listens_for(Pool, "checkin")
def _note_return(connection: Any, record: ConnectionPoolEntry) -> None:
    """Note when a connection came back, and let it begin transactions again if it read a page without one."""
    record.info["returned"] = monotonic()
    if connection is not None and not isinstance(connection, sqlite3.Connection) and connection.autocommit:
        connection.autocommit = False


@event.listens_for(Pool, "checkout")
def _greet(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Ask a connection to a server that lay idle whether it still stands, and let the pool make another if not.

    SQLAlchemy's own `pool_pre_ping` asks every time, which was a twelfth of a page.
    """
    if isinstance(connection, sqlite3.Connection) or monotonic() - record.info.get("returned", 0.0) < IDLE_SECONDS:
        return
    try:
        was_automatic = connection.autocommit
        connection.autocommit = True
        connection.execute("")
        connection.autocommit = was_automatic
    except Exception as gone:
        raise InvalidatePoolError from gone


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    """Writers begin IMMEDIATE: a read transaction that turns into a writing one could not be repeated."""
    if connection.dialect.name == "sqlite":
        writing = connection.get_execution_options().get("engage.writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def bind_queue(broker_url: str, folder: Path, poll_seconds: float) -> None:
    """Point Celery at the broker: folders on this machine, or a server. The web side never waits for it.

    A refused connection is not tried again and a silent server costs a second (both measured, docs/decisions); the
    row in the outbox is what counts, and the sweep finds it.
    """
    options: dict[str, Any] = {"max_retries": 0, "socket_connect_timeout": 1, "socket_timeout": 1}
    if broker_url.startswith("amqp"):
        options = {"max_retries": 0, "connect_timeout": 1, "read_timeout": 1, "write_timeout": 1}
    is_folder = broker_url.startswith("filesystem:")
    if is_folder:
        waiting, done = folder / "waiting", folder / "control"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        waiting.mkdir(mode=0o700, exist_ok=True)
        options = {
            "data_folder_in": str(waiting),
            "data_folder_out": str(waiting),
            "control_folder": str(done),
            "store_processed": False,
            "polling_interval": poll_seconds,
        }
    celery.conf.update(
        broker_url="filesystem://localhost" if is_folder else broker_url,  # without a host kombu complains each time
        broker_transport="engage.folder_queue:FolderTransport" if is_folder else None,
        broker_transport_options=options,
        broker_connection_retry_on_startup=True,
        result_backend=None,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_acks_late=True,
        task_publish_retry=False,
        task_publish_retry_policy={"max_retries": 0},
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        enable_utc=True,
        timezone="UTC",
    )


def insert_into(model: type[Any]) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT that may say what becomes of it where the row is there, in the words of the database in use."""
    return postgresql.insert(model) if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert(model)
