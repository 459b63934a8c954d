"""what the clock still owes: news of a quiet case"""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

from engage import clock

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None

QUIET = sa.text("news_due_at IS NOT NULL")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("case", sa.Column("news_due_at", INSTANT, nullable=True))
    op.add_column("case", sa.Column("news_task_id", sa.Uuid(), nullable=True))
    op.create_index("ix_case_news_due", "case", ["news_due_at"], postgresql_where=QUIET, sqlite_where=QUIET)
    op.add_column("task", sa.Column("code", sa.String(), nullable=True))
    _begin_to_count_quiet()


def downgrade() -> None:
    op.drop_column("task", "code")
    op.drop_index("ix_case_news_due", table_name="case")
    op.drop_column("case", "news_task_id")
    op.drop_column("case", "news_due_at")


def _begin_to_count_quiet() -> None:
    """Cases that are open begin a fortnight now, severe ones a week, as the shipped rules promise it."""
    case = sa.table(
        "case",
        sa.column("news_due_at", INSTANT),
        sa.column("closed_at", INSTANT),
        sa.column("their_turn", sa.Boolean()),
        sa.column("level", sa.Integer()),
    )
    waits = sa.and_(case.c.closed_at.is_(None), sa.not_(case.c.their_turn))
    severe = sa.func.coalesce(case.c.level, 0) >= 4
    for condition, days in ((severe, 7), (sa.not_(severe), 14)):
        due = clock.utcnow() + timedelta(days=days)
        op.execute(case.update().where(waits, condition).values(news_due_at=due))
