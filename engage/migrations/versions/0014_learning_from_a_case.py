"""corrective actions of a single case: who changes what by when, and what of it the person may read"""

import secrets

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0010"
branch_labels = None
depends_on = None

TO_REMIND = sa.text("finished_at IS NULL AND reminded_at IS NULL")
ONE_OWNER = "(issue_id IS NULL) <> (case_id IS NULL)"


def upgrade() -> None:
    op.add_column("corrective_action", sa.Column("salt", sa.String(), nullable=True))
    _give_salts()
    with op.batch_alter_table("corrective_action") as batch:
        batch.alter_column("issue_id", existing_type=sa.Uuid(), nullable=True)
        batch.alter_column("salt", existing_type=sa.String(), nullable=False)
        batch.add_column(sa.Column("case_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("shared_words", sa.String(), nullable=True))
        batch.add_column(sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))
        batch.create_foreign_key(op.f("fk_corrective_action_case_id"), "case", ["case_id"], ["id"])
        batch.create_check_constraint(op.f("ck_corrective_action_of_issue_or_case"), ONE_OWNER)
    document = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
    op.add_column("site", sa.Column("security", document, nullable=False, server_default="[]"))
    op.create_index(op.f("ix_corrective_action_case_id"), "corrective_action", ["case_id"])
    op.create_index(
        "ix_corrective_action_to_remind",
        "corrective_action",
        ["due_at"],
        postgresql_where=TO_REMIND,
        sqlite_where=TO_REMIND,
    )


def downgrade() -> None:
    op.drop_column("site", "security")
    op.execute(sa.text("DELETE FROM corrective_action WHERE case_id IS NOT NULL"))
    op.drop_index("ix_corrective_action_to_remind", "corrective_action")
    op.drop_index(op.f("ix_corrective_action_case_id"), "corrective_action")
    with op.batch_alter_table("corrective_action") as batch:
        batch.drop_constraint(op.f("ck_corrective_action_of_issue_or_case"), type_="check")
        batch.drop_constraint(op.f("fk_corrective_action_case_id"), type_="foreignkey")
        for name in ("reminded_at", "shared_words", "case_id", "salt"):
            batch.drop_column(name)
        batch.alter_column("issue_id", existing_type=sa.Uuid(), nullable=False)


def _give_salts() -> None:
    table = sa.table("corrective_action", sa.column("id", sa.Uuid()), sa.column("salt", sa.String()))
    bind = op.get_bind()
    for row_id in bind.execute(sa.select(table.c.id)).scalars().all():
        bind.execute(table.update().where(table.c.id == row_id).values(salt=secrets.token_hex(16)))
