"""pauses and explanations: pauses with words and an end that is noted, written reasons of what is late, marks of it"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MARKS = ("was_late", "owes_explanation", "panel_offered")
NOT_OVER, UNWRITTEN = sa.text("over_at IS NULL"), sa.text("written_at IS NULL AND missed_at IS NULL")


def upgrade() -> None:
    for mark in MARKS:
        op.add_column("case", sa.Column(mark, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(
        'UPDATE "case" SET was_late = (1 = 1) WHERE id IN (SELECT case_id FROM deadline WHERE breached_at IS NOT NULL)'
    )
    op.add_column("deadline", sa.Column("pauses_from", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("pause") as pause:
        pause.add_column(sa.Column("message_id", sa.Uuid(), nullable=True))
        pause.add_column(sa.Column("set_at", sa.DateTime(timezone=True), nullable=True))
        pause.add_column(sa.Column("over_at", sa.DateTime(timezone=True), nullable=True))
        pause.create_foreign_key(op.f("fk_pause_message_id"), "message", ["message_id"], ["id"])
    op.create_index("ix_pause_ends_at", "pause", ["ends_at"], postgresql_where=NOT_OVER, sqlite_where=NOT_OVER)
    op.create_table(
        "explanation",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("deadline_id", sa.Uuid(), nullable=False),
        sa.Column("rung", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("missed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_explanation_case_id")),
        sa.ForeignKeyConstraint(["deadline_id"], ["deadline.id"], name=op.f("fk_explanation_deadline_id")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_explanation_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_explanation")),
        sa.UniqueConstraint("deadline_id", name=op.f("uq_explanation_deadline_id")),
    )
    op.create_index(op.f("ix_explanation_case_id"), "explanation", ["case_id"])
    op.create_index(
        "ix_explanation_due_at", "explanation", ["due_at"], postgresql_where=UNWRITTEN, sqlite_where=UNWRITTEN
    )


def downgrade() -> None:
    op.drop_table("explanation")
    op.drop_index("ix_pause_ends_at", table_name="pause")
    with op.batch_alter_table("pause") as pause:
        pause.drop_constraint(op.f("fk_pause_message_id"), type_="foreignkey")
        pause.drop_column("over_at")
        pause.drop_column("set_at")
        pause.drop_column("message_id")
    op.drop_column("deadline", "pauses_from")
    for mark in reversed(MARKS):
        op.drop_column("case", mark)
