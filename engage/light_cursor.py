"""Two things that psycopg does at every statement and that our pages need once, or not at all."""

from typing import Any

from psycopg import Cursor, _queries
from psycopg.pq import ExecStatus

# Psycopg remembers how a statement's parameters lie in it, but not of long ones, lest somebody's thousands of rows fill
# the memory. What counts the inbox has 8,000 characters, what inserts a case a hundred parameters; to take these apart
# anew was a tenth of a submission. Both are limits on what is remembered and change nothing else.
_queries.MAX_CACHED_STATEMENT_LENGTH, _queries.MAX_CACHED_STATEMENT_PARAMS = 16_384, 256

_WITH_ROWS = frozenset({ExecStatus.TUPLES_OK, ExecStatus.SINGLE_TUPLE})


class LightCursor(Cursor[Any]):
    """Psycopg looks up the type of each column by name and size; SQLAlchemy, which asks at every statement, wants none
    of it. A case page has some 200 columns, and the looking up was a twentieth of it."""

    @property
    def description(self) -> list[tuple[Any, ...]] | None:  # type: ignore[override]  # - the DB-API's own shape
        """Name and type of each column, and nothing of the five other values; None where there are no rows."""
        found = self.pgresult
        if found is None or found.status not in _WITH_ROWS:
            return None
        none = (None, None, None, None, None)
        return [(_name(found.fname(at)), found.ftype(at), *none) for at in range(found.nfields)]


def _name(raw: bytes | None) -> str:
    return (raw or b"").decode()
