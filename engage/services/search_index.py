"""The words of cases for searching. Kept in the transaction that changes them; restricted cases are never in it."""

import uuid
from collections.abc import Iterable

from sqlalchemy import Select, bindparam, delete, select, text
from sqlalchemy.dialects import postgresql

from engage.domain.case import CaseClass
from engage.domain.words import searchable
from engage.extensions import db
from engage.models import Case, Message, Statement
from engage.models.words import CASE_WORDS, CASE_WORDS_FTS, CASE_WORDS_ROW
from engage.services.new_rows import NewRow

# Ours: PostgreSQL keeps at most 1 MB of words for one row. What lies beyond is not found by searching.
MOST_CHARACTERS = 200_000


def rows_of_new(case: Case, statement: Statement) -> list[NewRow]:
    """Return the words of a case that is being made, for the caller to insert; nothing is read for it."""
    if case.class_ is CaseClass.RESTRICTED:
        return []
    words = _line([case.reference, *_stated(statement)])
    if not _is_sqlite():
        return [(CASE_WORDS, {"case_id": case.id, "words": words})]
    number = _number_of(case.id).scalar_subquery()
    return [(CASE_WORDS_ROW, {"case_id": case.id}), (CASE_WORDS_FTS, {"rowid": number, "words": words})]


def index(case: Case) -> None:
    """Put the case's words into the index, in place of what it had there; a restricted case is taken out instead.

    Safe to run twice. The newest words of a very long conversation are left out, never the concern itself.
    """
    db.session.flush()
    if case.class_ is CaseClass.RESTRICTED:
        forget(case.id)
        return
    said = select(Message.words).where(Message.case_id == case.id).order_by(Message.written_at)
    stated = _stated(db.session.get_one(Statement, case.id))
    words = _line([case.reference, *stated, *db.session.scalars(said)])
    if not _is_sqlite():
        _add(case.id, words)
        return
    number = db.session.scalar(_number_of(case.id))
    if number is None:
        _add(case.id, words)
        return
    db.session.execute(delete(CASE_WORDS_FTS).where(CASE_WORDS_FTS.c.rowid == number))
    db.session.execute(CASE_WORDS_FTS.insert().values(rowid=number, words=words))


def forget(case_id: uuid.UUID) -> None:
    """Take the case out of the index. Safe to run twice."""
    if not _is_sqlite():
        db.session.execute(delete(CASE_WORDS).where(CASE_WORDS.c.case_id == case_id))
        return
    db.session.execute(delete(CASE_WORDS_FTS).where(CASE_WORDS_FTS.c.rowid == _number_of(case_id).scalar_subquery()))
    db.session.execute(delete(CASE_WORDS_ROW).where(CASE_WORDS_ROW.c.case_id == case_id))


def settle() -> None:
    """Take out of SQLite's index the words that were forgotten: until its parts are merged they lie there unseen.

    The caller opens the unit of work. Costs little where nothing was forgotten since; safe to run twice. PostgreSQL
    keeps no word apart from its row.
    """
    if _is_sqlite():
        db.session.execute(text("INSERT INTO case_words (case_words) VALUES ('optimize')"))


def _entry() -> postgresql.Insert:
    entry = postgresql.insert(CASE_WORDS).values(case_id=bindparam("id"), words=bindparam("text"))
    return entry.on_conflict_do_update(index_elements=["case_id"], set_={"words": entry.excluded.words})


_ENTRY = _entry()  # built once, since every submission and message sends it


def _add(case_id: uuid.UUID, words: str) -> None:
    if _is_sqlite():
        db.session.execute(CASE_WORDS_ROW.insert().values(case_id=case_id))
        db.session.execute(CASE_WORDS_FTS.insert().values(rowid=_number_of(case_id).scalar_subquery(), words=words))
        return
    db.session.execute(_ENTRY, {"id": case_id, "text": words})


def _is_sqlite() -> bool:
    return db.session.get_bind().dialect.name == "sqlite"


def _number_of(case_id: uuid.UUID) -> Select[tuple[int]]:
    """Where the number of a case in the FTS5 table stands; it is handed out when the case is first indexed."""
    return select(CASE_WORDS_ROW.c.number).where(CASE_WORDS_ROW.c.case_id == case_id)


def _stated(statement: Statement) -> list[str]:
    found = (
        statement.title,
        statement.what_happened,
        statement.where_it_happened,
        statement.when_it_happened,
        statement.what_would_make_it_right,
        statement.community,
    )
    return [text for text in found if text]


def _line(texts: Iterable[str]) -> str:
    """The words of all texts in one line, the first first. Files are not read."""
    return " ".join(word for text in texts for word in searchable(text[:MOST_CHARACTERS]))[:MOST_CHARACTERS]
