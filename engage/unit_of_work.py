"""The one place that commits. The edge (view, task, command) opens exactly one unit of work."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from engage.extensions import db

_HOOKS = "engage.after_commit"
_UNDOING = "engage.on_rollback"
_WRITING = "engage.writing"
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
    session.rollback()
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


def release() -> None:
    """End the read transaction and give the connection back, before a slow call to somewhere else."""
    db.session().rollback()
