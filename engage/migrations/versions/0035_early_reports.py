"""early reports: what a gateway says of a text before we wrote down that it left"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "early_report",
        sa.Column("provider_id", sa.String(), nullable=False),
        sa.Column(
            "arrival",
            sa.Enum(
                *("arrived", "failed", "on_its_way"),
                name="arrival",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("provider_id", "arrival", name=op.f("pk_early_report")),
    )
    op.create_index(op.f("ix_early_report_at"), "early_report", ["at"])


def downgrade() -> None:
    op.drop_table("early_report")
