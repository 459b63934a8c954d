"""The one clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_moved: ContextVar[datetime | None] = ContextVar("moved", default=None)


def utcnow() -> datetime:
    """Return the present instant, aware, in UTC, to the microsecond."""
    return _moved.get() or datetime.now(UTC)


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Let everything inside happen at an instant, at which the clock stands still.

    For demonstration data alone, so that its past is made by the real use cases; a test holds that nobody else in
    engage moves the clock. Other threads and tasks keep the present.
    """
    token = _moved.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _moved.reset(token)
