"""The full-text index of cases as statements see it. Migration 0003 makes it by hand, one way per database.

On PostgreSQL `case_words` holds a tsvector per case. On SQLite it is an FTS5 table whose row numbers `case_words_row`
hands out. Either way `number` grows with the day a case was first indexed: the newest matches come first without
sorting.
"""

from sqlalchemy import BigInteger, BindParameter, ColumnElement, Text, TypeDecorator, Uuid, cast, column, func, table
from sqlalchemy.dialects.postgresql import REGCONFIG


class Vector(TypeDecorator[str]):
    """A tsvector, written as the words themselves: in no language's grammar, because people write in any."""

    impl = Text
    cache_ok = True

    def bind_expression(self, bindparam: BindParameter[str]) -> ColumnElement[str]:
        return func.to_tsvector(cast("simple", REGCONFIG), bindparam)


# PostgreSQL: one row per case.
CASE_WORDS = table("case_words", column("case_id", Uuid()), column("number", BigInteger()), column("words", Vector()))
# SQLite: the words, found by rowid, and which case a rowid is.
CASE_WORDS_FTS = table("case_words", column("rowid", BigInteger()), column("words", Text()))
CASE_WORDS_ROW = table("case_words_row", column("number", BigInteger()), column("case_id", Uuid()))
