"""circuits: what holds notices up; an index by which each site's turn is found"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_WAITS = sa.text("sent_at IS NULL AND dead_at IS NULL AND replaced_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "circuit",
        sa.Column(
            "kind",
            sa.Enum(
                *("road", "domain", "ceiling", "reader"),
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("faults", sa.Integer(), nullable=False),
        sa.Column("openings", sa.Integer(), nullable=False),
        sa.Column("opened_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("kind", "name", name=op.f("pk_circuit")),
    )
    op.create_index(
        "ix_outbox_message_turn",
        "outbox_message",
        ["site_id", "urgency", "not_before"],
        postgresql_where=_WAITS,
        sqlite_where=_WAITS,
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_message_turn", table_name="outbox_message")
    op.drop_table("circuit")
