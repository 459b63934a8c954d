"""index words: full-text search over cases, tsvector on PostgreSQL and FTS5 on SQLite"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        # An FTS5 table cannot be looked up by another column than its rowid, hence the second table. No contentless
        # table: those forget a row from SQLite 3.43 only, and Debian 12 has 3.40.
        op.execute(
            "CREATE TABLE case_words_row (number INTEGER PRIMARY KEY AUTOINCREMENT, "
            'case_id CHAR(32) NOT NULL UNIQUE REFERENCES "case" (id) ON DELETE CASCADE)'
        )
        op.execute("CREATE VIRTUAL TABLE case_words USING fts5 (words, tokenize = 'unicode61')")
        return
    op.execute(
        'CREATE TABLE case_words (case_id uuid PRIMARY KEY REFERENCES "case" (id) ON DELETE CASCADE, '
        "number bigint GENERATED ALWAYS AS IDENTITY UNIQUE, words tsvector NOT NULL)"
    )
    op.execute("CREATE INDEX ix_case_words_words ON case_words USING gin (words)")


def downgrade() -> None:
    op.execute("DROP TABLE case_words")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE case_words_row")
