"""alarms for operators; indexes for what died, what came back, and what was tried lately"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0027"
branch_labels = None
depends_on = None

_PARTIAL = {name: sa.text(f"{name} IS NOT NULL") for name in ("dead_at", "bounced_at")}


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
    for name, where in _PARTIAL.items():
        op.create_index(
            f"ix_outbox_message_{name}", "outbox_message", [name], postgresql_where=where, sqlite_where=where
        )
    op.create_index(op.f("ix_delivery_attempt_at"), "delivery_attempt", ["at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_delivery_attempt_at"), "delivery_attempt")
    for name in _PARTIAL:
        op.drop_index(f"ix_outbox_message_{name}", "outbox_message")
    op.drop_table("alarm")
