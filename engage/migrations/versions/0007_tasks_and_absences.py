"""tasks and absences: what staff do by a date, and who stands in for whom while they are away"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OPEN = sa.text("finished_at IS NULL")
TO_REMIND = sa.text("finished_at IS NULL AND reminded_at IS NULL")


def upgrade() -> None:
    op.add_column("staff_user", sa.Column("day_seen_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "task",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Uuid(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_by_id", sa.Uuid(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "finished_at IS NOT NULL OR finished_by_id IS NULL", name=op.f("ck_task_finished_by_iff_finished")
        ),
        sa.ForeignKeyConstraint(["added_by_id"], ["staff_user.id"], name=op.f("fk_task_added_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_task_case_id")),
        sa.ForeignKeyConstraint(["finished_by_id"], ["staff_user.id"], name=op.f("fk_task_finished_by_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["staff_user.id"], name=op.f("fk_task_owner_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_task_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    op.create_index(op.f("ix_task_case_id"), "task", ["case_id"])
    op.create_index("ix_task_owner_due", "task", ["owner_id", "due_at"], postgresql_where=OPEN, sqlite_where=OPEN)
    op.create_index("ix_task_to_remind", "task", ["due_at"], postgresql_where=TO_REMIND, sqlite_where=TO_REMIND)
    op.create_table(
        "absence",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("replacement_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by_id", sa.Uuid(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_absence_in_order")),
        sa.CheckConstraint("user_id <> replacement_id", name=op.f("ck_absence_not_by_themselves")),
        sa.ForeignKeyConstraint(["replacement_id"], ["staff_user.id"], name=op.f("fk_absence_replacement_id")),
        sa.ForeignKeyConstraint(["set_by_id"], ["staff_user.id"], name=op.f("fk_absence_set_by_id")),
        sa.ForeignKeyConstraint(["user_id"], ["staff_user.id"], name=op.f("fk_absence_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index(op.f("ix_absence_user_id_ends_at"), "absence", ["user_id", "ends_at"])
    op.create_index(op.f("ix_absence_replacement_id_ends_at"), "absence", ["replacement_id", "ends_at"])


def downgrade() -> None:
    op.drop_table("absence")
    op.drop_table("task")
    op.drop_column("staff_user", "day_seen_at")
