"""findings in full: plans of investigations, the company's part, further root causes, sums of money"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def document() -> sa.types.TypeEngine[object]:
    return sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "investigation_plan",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("to_establish", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("heard", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why_changed", sa.String(), nullable=True),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("written_by_id", sa.Uuid(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_investigation_plan_case_id")),
        sa.ForeignKeyConstraint(["written_by_id"], ["staff_user.id"], name=op.f("fk_investigation_plan_written_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_investigation_plan")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_investigation_plan_case_id_number")),
    )
    op.add_column("case", sa.Column("further_causes", document(), nullable=True))
    op.add_column("proposal", sa.Column("further_causes", document(), nullable=True))
    op.add_column("proposal", sa.Column("involvement", sa.String(), nullable=True))
    op.add_column("proposal", sa.Column("why_not_investigated", sa.String(), nullable=True))
    with op.batch_alter_table("remedy") as batch:
        batch.add_column(sa.Column("amount", sa.BigInteger(), nullable=True))
        batch.add_column(sa.Column("currency", sa.String(), nullable=True))
        batch.create_check_constraint(op.f("ck_remedy_currency_iff_amount"), "(amount IS NULL) = (currency IS NULL)")
        batch.create_check_constraint(op.f("ck_remedy_amount_is_positive"), "amount IS NULL OR amount > 0")


def downgrade() -> None:
    with op.batch_alter_table("remedy") as batch:
        batch.drop_constraint(op.f("ck_remedy_amount_is_positive"), type_="check")
        batch.drop_constraint(op.f("ck_remedy_currency_iff_amount"), type_="check")
        batch.drop_column("currency")
        batch.drop_column("amount")
    op.drop_column("proposal", "why_not_investigated")
    op.drop_column("proposal", "involvement")
    op.drop_column("proposal", "further_causes")
    op.drop_column("case", "further_causes")
    op.drop_table("investigation_plan")
