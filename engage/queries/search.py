"""Searching: a reference, however it is typed, or words that people wrote."""

import uuid
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, and_, cast, func, literal_column, select
from sqlalchemy.dialects import postgresql

from engage.domain import receipts
from engage.domain.case import CaseClass
from engage.domain.policy import Actor
from engage.domain.words import wanted
from engage.extensions import db
from engage.models import Case
from engage.models.words import CASE_WORDS, CASE_WORDS_FTS, CASE_WORDS_ROW
from engage.scope import readable_by, visible_to

_WINDOW = 1000  # Ours: the newest cases, looked at in a few milliseconds.
_FREQUENT = 20  # Ours: with so many matches in the window, a wider one is the shorter way.
MOST = 200  # Source: product 9. The newest ones; whoever needs others narrows the search.


def find(actor: Actor, typed: str) -> Sequence[uuid.UUID]:
    """Return the ids of the cases that fit, of those the actor may see: the newest MOST of them.

    Every word has to occur, or a word that begins with it. Words are looked for in cases that the actor may read
    unmasked; else a name that is masked on the page could be found out by searching for it. At most four statements.
    """
    named = db.session.scalars(
        select(Case.id).where(Case.reference == receipts.reference_as_issued(typed), visible_to(actor))
    ).all()
    words = wanted(typed)
    if named or not words:
        return named
    may_read = and_(visible_to(actor), readable_by(actor), Case.class_ != CaseClass.RESTRICTED)
    if db.session.get_bind().dialect.name == "postgresql":
        return _found_by_vector(words, may_read)
    return db.session.scalars(_matches_by_fts(words).where(may_read).limit(MOST)).all()


def _found_by_vector(words: Sequence[str], may_read: ColumnElement[bool]) -> Sequence[uuid.UUID]:
    """Search on PostgreSQL. What was typed is only ever letters and figures by now.

    The server cannot tell how many cases a beginning of a word fits, and with a limit it guesses wrong: a rare word
    took half a second. So the newest cases are looked at one by one first, which says how frequent the words are.
    Frequent ones are met by looking at some more; the others the index finds, and what it finds is sorted. An empty
    vector hides the index from the server, an added nought the order of the numbers.
    """
    query = func.to_tsquery(cast("simple", postgresql.REGCONFIG), " & ".join(f"{word}:*" for word in words))
    number = CASE_WORDS.c.number
    of_case = select(Case.id).join(CASE_WORDS, CASE_WORDS.c.case_id == Case.id).where(may_read).limit(MOST)
    by_walking = CASE_WORDS.c.words.op("||")(cast("", postgresql.TSVECTOR)).op("@@", is_comparison=True)(query)
    walked = of_case.where(by_walking).order_by(number.desc())
    newest = select(func.max(number)).scalar_subquery()
    found = db.session.scalars(walked.where(number > newest - _WINDOW)).all()
    if _FREQUENT <= len(found) < MOST:
        wider = 2 * _WINDOW * MOST // len(found)
        found = db.session.scalars(walked.where(number > newest - wider)).all()
    if len(found) == MOST:
        return found
    by_index = CASE_WORDS.c.words.op("@@", is_comparison=True)(query)
    return db.session.scalars(of_case.where(by_index).order_by((number + 0).desc())).all()


def _matches_by_fts(words: Sequence[str]) -> Select[uuid.UUID]:
    """Cases by their words on SQLite, whose FTS5 walks its matches from the newest by itself."""
    match: ColumnElement[bool] = literal_column("case_words").op("MATCH")(" ".join(f'"{word}"*' for word in words))
    return (
        select(Case.id)
        .join(CASE_WORDS_ROW, CASE_WORDS_ROW.c.case_id == Case.id)
        .join(CASE_WORDS_FTS, CASE_WORDS_FTS.c.rowid == CASE_WORDS_ROW.c.number)
        .where(match)
        .order_by(CASE_WORDS_FTS.c.rowid.desc())
    )
