"""What is sent to the database, for tests of what a page or a use case costs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from engage.extensions import db

ALL = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
READING = ("SELECT", "WITH")


@contextmanager
def statements(first_words: tuple[str, ...] = ALL) -> Iterator[list[str]]:
    """The statements that are sent inside and begin with one of the words; BEGIN and the like are none of them."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.split()[0] in first_words:
            sent.append(statement)

    engine = db.session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
