"""calendars: hours of a site, its closures, and the days its communities keep for themselves"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "site_hours",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column(
            "slots",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_site_hours_site_id")),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_site_hours")),
    )
    op.create_table(
        "closure",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column(
            "source",
            sa.Enum("typed", "imported", name="source", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_closure_in_order")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_closure_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure")),
    )
    op.create_index(op.f("ix_closure_site_id_last_day"), "closure", ["site_id", "last_day"], unique=False)
    op.create_table(
        "community_period",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("community", sa.String(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason_code", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_community_period_in_order")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_community_period_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community_period")),
    )
    op.create_index(
        op.f("ix_community_period_site_id_last_day"), "community_period", ["site_id", "last_day"], unique=False
    )


def downgrade() -> None:
    op.drop_table("community_period")
    op.drop_table("closure")
    op.drop_table("site_hours")
