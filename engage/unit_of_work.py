"""The one place that commits. The edge (view, task, command) opens exactly one unit of work."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask, has_request_context
from sqlalchemy import Connection, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, UOWTransaction

from engage.extensions import db

_HOOKS = "engage.after_commit"
_UNDOING = "engage.on_rollback"
_WRITING = "engage.writing"
_WROTE = "engage.wrote"  # since the last transaction ended
log = logging.getLogger(__name__)


@contextmanager
def unit_of_work() -> Iterator[None]:
    """Commit on leaving, then run the after-commit hooks; roll back on any exception and undo what lies outside.

    A read transaction that the page began before is ended first, so that on SQLite the writing one can begin
    IMMEDIATE and sees the newest rows; objects loaded earlier are read again when they are next used.

    Raises:
        RuntimeError: a unit of work is already open.
    """
    session = db.session()
    if _HOOKS in session.info:
        raise RuntimeError("a unit of work is already open")
    end_reading()
    hooks: list[Callable[[], None]] = []
    undoing: list[Callable[[], None]] = []
    session.info[_HOOKS], session.info[_UNDOING] = hooks, undoing
    try:
        session.connection(execution_options={_WRITING: True})
        yield
        session.commit()
    except BaseException:
        session.rollback()
        _run(undoing, "what was to be undone outside the database was not")
        raise
    finally:
        session.info.pop(_WROTE, None)
        session.info.pop(_HOOKS, None)
        session.info.pop(_UNDOING, None)
    _run(hooks, "an after-commit hook failed; what was committed stands")


def _run(hooks: list[Callable[[], None]], complaint: str) -> None:
    for hook in hooks:
        try:
            hook()
        except Exception:
            log.exception(complaint)


def after_commit(hook: Callable[[], None]) -> None:
    """Run the hook once the open unit of work has committed; the same hook is kept once.

    Raises:
        RuntimeError: no unit of work is open.
    """
    hooks = db.session().info.get(_HOOKS)
    if hooks is None:
        raise RuntimeError("no unit of work is open")
    if hook not in hooks:
        hooks.append(hook)


def on_rollback(hook: Callable[[], None]) -> None:
    """Run the hook if the open unit of work rolls back: what was written outside the database is taken away again.

    Raises:
        RuntimeError: no unit of work is open.
    """
    hooks = db.session().info.get(_UNDOING)
    if hooks is None:
        raise RuntimeError("no unit of work is open")
    hooks.append(hook)


def end_reading() -> None:
    """End the read transaction and give the connection back; objects loaded in it are read again when next used.

    It ends with COMMIT, since after a ROLLBACK the driver of PostgreSQL forgets every statement that it has prepared,
    and each page would be planned anew: a quarter of the time of an inbox. What somebody wrote outside a unit of work
    is thrown away.
    """
    session = db.session()
    has_written = session.info.pop(_WROTE, False) or session.new or session.dirty or session.deleted
    if has_written or not session.is_active:
        release()
        return
    try:
        session.commit()
    except SQLAlchemyError:  # the database went away while it was read
        release()


@event.listens_for(db.session, "after_begin")
def _read_plainly(session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    """Let a page that reads do so without BEGIN and COMMIT on PostgreSQL, where they promise it nothing.

    At its level of isolation each statement sees what is committed when it begins, in a transaction or not. SQLite
    keeps its own, which shows all statements of a page the same state. The pool takes the setting back.
    """
    if connection.dialect.name == "postgresql" and _reads_a_page(session):
        connection.connection.driver_connection.autocommit = True  # type: ignore[union-attr]  # - psycopg's


def _reads_a_page(session: Session) -> bool:
    return has_request_context() and _HOOKS not in session.info


def _note_writing(session: Session) -> None:
    """Remember that something was written; a page may do so in a unit of work alone.

    Raises:
        RuntimeError: a page writes while it reads.
    """
    if _reads_a_page(session):
        raise RuntimeError("a page writes in a unit of work or not at all")
    session.info[_WROTE] = True


@event.listens_for(db.session, "do_orm_execute")
def _note_statement(statement: ORMExecuteState) -> None:
    if not statement.is_select:
        _note_writing(statement.session)


@event.listens_for(db.session, "before_flush")
def _note_flush(session: Session, _context: UOWTransaction, _objects: object) -> None:
    if session.new or session.dirty or session.deleted:
        _note_writing(session)


@contextmanager
def one_state() -> Iterator[None]:
    """Let everything that is read inside be of one moment, however long it takes and whatever others write meanwhile.

    On PostgreSQL each statement would else see what was committed before it; SQLite shows a transaction one state in
    any case. Nothing is written inside.

    Raises:
        RuntimeError: a unit of work is open, or this is a page, which reads without a transaction.
    """
    session = db.session()
    if _HOOKS in session.info or has_request_context():
        raise RuntimeError("one state is read outside of a page and of a unit of work")
    end_reading()
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
    try:
        yield
    finally:
        end_reading()


def release() -> None:
    """Throw away what is open and give the connection back: before a slow call to somewhere else, or after a fault.

    A connection that the database has cut is dropped without a word: the page that says so must not fail of it.
    """
    session = db.session()
    try:
        session.rollback()
    except SQLAlchemyError:
        session.invalidate()


def _leave(failed: BaseException | None) -> None:
    """End what a page has read, before Flask-SQLAlchemy closes the session with a ROLLBACK."""
    if failed is None and db.session.registry.has():
        try:
            end_reading()
        except SQLAlchemyError:
            log.warning("a read transaction could not be ended; the session is closed without it")


def init_app(app: Flask) -> None:
    """End the reading of every page in the cheapest way."""
    app.teardown_appcontext(_leave)
