"""Searching: a reference, however it is typed, or words that people wrote."""

import uuid
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, cast, func, literal_column, select
from sqlalchemy.dialects import postgresql

from engage.domain import receipts
from engage.domain.case import CaseClass
from engage.domain.policy import Actor
from engage.domain.words import wanted
from engage.extensions import db
from engage.models import Case
from engage.models.words import CASE_WORDS, CASE_WORDS_FTS, CASE_WORDS_ROW
from engage.scope import readable_by, visible_to

_FEW = 2000  # Ours: what is sorted in a few milliseconds.
MOST = 200  # Source: product 9. The newest ones; whoever needs others narrows the search.


def find(actor: Actor, typed: str) -> Sequence[uuid.UUID]:
    """Return the ids of the cases that fit, of those the actor may see: the newest MOST of them.

    Every word has to occur, or a word that begins with it. Words are looked for in cases that the actor may read
    unmasked; else a name that is masked on the page could be found out by searching for it. At most three statements.
    """
    named = db.session.scalars(
        select(Case.id).where(Case.reference == receipts.reference_as_issued(typed), visible_to(actor))
    ).all()
    words = wanted(typed)
    if named or not words:
        return named
    may_read = (visible_to(actor), readable_by(actor), Case.class_ != CaseClass.RESTRICTED)
    if db.session.get_bind().dialect.name == "postgresql":
        matches = _matches_by_vector(words)
    else:
        matches = _matches_by_fts(words)
    return db.session.scalars(matches.where(*may_read).limit(MOST)).all()


def _matches_by_vector(words: Sequence[str]) -> Select[uuid.UUID]:
    """Cases by their words on PostgreSQL, the newest first. What was typed is only ever letters and figures by now.

    The server cannot tell how many cases a beginning of a word fits, and with a limit it guesses wrong: half a second
    for a rare word. So a glance at the index comes first. Few matches are all fetched from it and sorted; many are met
    by walking back from the newest case, without the index (the empty vector hides it).
    """
    query = func.to_tsquery(cast("simple", postgresql.REGCONFIG), " & ".join(f"{word}:*" for word in words))
    by_index = CASE_WORDS.c.words.op("@@", is_comparison=True)(query)
    matching = select(CASE_WORDS.c.case_id, CASE_WORDS.c.number).where(by_index)
    glance = select(func.count()).select_from(matching.limit(_FEW + 1).subquery())
    if db.session.scalars(glance).one() <= _FEW:
        few = matching.cte("few").prefix_with("MATERIALIZED")
        return select(Case.id).join(few, few.c.case_id == Case.id).order_by(few.c.number.desc())
    nothing = cast("", postgresql.TSVECTOR)
    walked = CASE_WORDS.c.words.op("||")(nothing).op("@@", is_comparison=True)(query)
    found = select(Case.id).join(CASE_WORDS, CASE_WORDS.c.case_id == Case.id).where(walked)
    return found.order_by(CASE_WORDS.c.number.desc())


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
