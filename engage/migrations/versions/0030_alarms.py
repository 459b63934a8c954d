"""alarms for operators; an index for what was tried lately"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarm",
        sa.Column(
            "fault",
            sa.Enum(
                *(
                    "owed_too_long",
                    "road_down",
                    "many_given_up",
                    "schedule_silent",
                    "worker_away",
                    "held_by_ceiling",
                    "inbound_stuck",
                ),
                name="fault",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("fault", name=op.f("pk_alarm")),
    )
    op.create_index(op.f("ix_delivery_attempt_at"), "delivery_attempt", ["at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_delivery_attempt_at"), "delivery_attempt")
    op.drop_table("alarm")
