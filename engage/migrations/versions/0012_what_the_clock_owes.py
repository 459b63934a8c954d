"""what the clock still owes: news of a quiet case, the naming of a panel, reminders in a pause, asking for time"""

from collections.abc import Collection
from datetime import timedelta

import sqlalchemy as sa
from alembic import op

from engage import clock

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

QUIET = sa.text("news_due_at IS NOT NULL")
INSTANT = sa.DateTime(timezone=True)
NOT_OVER = sa.text("over_at IS NULL")
OWED = sa.text("ended_at IS NULL")
PROMISES = (
    *("acknowledge", "assess", "interim_measure", "consult", "start_investigation", "propose", "answer", "implement"),
    *("form_panel", "decide_appeal", "check_afterwards"),
)


def upgrade() -> None:
    op.add_column("case", sa.Column("news_due_at", INSTANT, nullable=True))
    op.add_column("case", sa.Column("news_task_id", sa.Uuid(), nullable=True))
    op.create_index("ix_case_news_due", "case", ["news_due_at"], postgresql_where=QUIET, sqlite_where=QUIET)
    op.add_column("task", sa.Column("code", sa.String(), nullable=True))
    _begin_to_count_quiet()
    _allow(PROMISES)
    op.add_column("pause", sa.Column("look_at", INSTANT, nullable=True))
    op.add_column("pause", sa.Column("reminders", sa.Integer(), nullable=False, server_default="0"))
    # The sweep looks at each once and finds out what is next.
    op.execute("UPDATE pause SET look_at = starts_at WHERE over_at IS NULL AND ends_at IS NOT NULL")
    op.drop_index("ix_pause_ends_at", table_name="pause")
    op.create_index("ix_pause_look_at", "pause", ["look_at"], postgresql_where=NOT_OVER, sqlite_where=NOT_OVER)
    op.create_table(
        "extension_request",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("deadline_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("new_date", INSTANT, nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("first_by_id", sa.Uuid(), nullable=True),
        sa.Column("needs_top", sa.Boolean(), nullable=False),
        sa.Column("answer_words", sa.String(), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("is_approved", sa.Boolean(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (is_approved IS NULL)", name=op.f("ck_extension_request_approved_iff_decided")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_extension_request_case_id")),
        sa.ForeignKeyConstraint(["deadline_id"], ["deadline.id"], name=op.f("fk_extension_request_deadline_id")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["staff_user.id"], name=op.f("fk_extension_request_asked_by_id")),
        sa.ForeignKeyConstraint(["first_by_id"], ["staff_user.id"], name=op.f("fk_extension_request_first_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["staff_user.id"], name=op.f("fk_extension_request_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension_request")),
    )
    op.create_index(op.f("ix_extension_request_case_id"), "extension_request", ["case_id"])


def downgrade() -> None:
    op.drop_table("extension_request")
    op.drop_index("ix_pause_look_at", table_name="pause")
    op.create_index("ix_pause_ends_at", "pause", ["ends_at"], postgresql_where=NOT_OVER, sqlite_where=NOT_OVER)
    op.drop_column("pause", "reminders")
    op.drop_column("pause", "look_at")
    for table in ("rung", "explanation"):
        of_newer = sa.text("deadline_id IN (SELECT id FROM deadline WHERE promise = 'form_panel')")
        op.execute(sa.table(table).delete().where(of_newer))
    op.execute("DELETE FROM deadline WHERE promise = 'form_panel'")
    _allow([one for one in PROMISES if one != "form_panel"])
    op.drop_column("task", "code")
    op.drop_index("ix_case_news_due", table_name="case")
    op.drop_column("case", "news_task_id")
    op.drop_column("case", "news_due_at")


def _allow(promises: Collection[str]) -> None:
    """Let a deadline be of one of these promises."""
    name = op.f("ck_deadline_promise")
    op.drop_index("ix_deadline_look_at", table_name="deadline")
    with op.batch_alter_table("deadline") as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, f"promise IN ({', '.join(repr(one) for one in promises)})")
    op.create_index("ix_deadline_look_at", "deadline", ["look_at"], postgresql_where=OWED, sqlite_where=OWED)


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
