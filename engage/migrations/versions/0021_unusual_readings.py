"""unusual reading of cases, for auditors; readings by day"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None
SIGNS = ("many_cases", "outside_hours", "conflict")
KEY = ("site_id", "user_id", "on", "sign")


def upgrade() -> None:
    op.create_table(
        "unusual_reading",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column(
            "sign",
            sa.Enum(
                "many_cases",
                "outside_hours",
                "conflict",
                name="sign",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Uuid(), nullable=True),
        sa.Column("words", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (settled_by_id IS NULL)", name=op.f("ck_unusual_reading_settled_by_iff_settled")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_unusual_reading_site_id")),
        sa.ForeignKeyConstraint(["user_id"], ["staff_user.id"], name=op.f("fk_unusual_reading_user_id")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["staff_user.id"], name=op.f("fk_unusual_reading_settled_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unusual_reading")),
        sa.UniqueConstraint(
            "site_id", "user_id", "on", "sign", name=op.f("uq_unusual_reading_site_id_user_id_on_sign")
        ),
    )
    op.create_index(op.f("ix_unusual_reading_site_id_settled_at"), "unusual_reading", ["site_id", "settled_at"])
    op.create_index(op.f("ix_access_on_user_id"), "access", ["on", "user_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_access_on_user_id"), table_name="access")
    op.drop_table("unusual_reading")
