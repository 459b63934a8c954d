"""states of notices: claimed, bounced, arrived, replaced; urgency and site; a line for each attempt"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_BEFORE = sa.text("sent_at IS NULL AND dead_at IS NULL")
_WAITS = sa.text("sent_at IS NULL AND dead_at IS NULL AND replaced_at IS NULL")
_INSTANTS = ("claimed_at", "bounced_at", "arrived_at", "replaced_at")


def upgrade() -> None:
    op.drop_index("ix_outbox_message_waiting", table_name="outbox_message")
    with op.batch_alter_table("outbox_message") as batch:
        batch.add_column(sa.Column("urgency", sa.SmallInteger(), nullable=False, server_default="1"))
        batch.add_column(sa.Column("site_id", sa.Uuid(), nullable=True))
        for name in _INSTANTS:
            batch.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("replaced_by_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("asked_road", sa.String(), nullable=True))
        batch.add_column(sa.Column("provider_id", sa.String(), nullable=True))
        batch.create_foreign_key(op.f("fk_outbox_message_site_id"), "site", ["site_id"], ["id"])
        batch.create_foreign_key(op.f("fk_outbox_message_replaced_by_id"), "outbox_message", ["replaced_by_id"], ["id"])
        batch.create_check_constraint(
            op.f("ck_outbox_message_bounced_was_sent"), "bounced_at IS NULL OR sent_at IS NOT NULL"
        )
        batch.create_check_constraint(
            op.f("ck_outbox_message_replaced_by_what"), "replaced_by_id IS NULL OR replaced_at IS NOT NULL"
        )
    op.create_index(
        "ix_outbox_message_waiting",
        "outbox_message",
        ["not_before"],
        postgresql_where=_WAITS,
        sqlite_where=_WAITS,
    )
    op.create_index(op.f("ix_outbox_message_provider_id"), "outbox_message", ["provider_id"])
    op.create_table(
        "delivery_attempt",
        sa.Column("outbox_message_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("road", sa.String(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                *("sent", "deferred", "refused", "failed", "down", "bounced", "arrived"),
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["outbox_message_id"],
            ["outbox_message.id"],
            name=op.f("fk_delivery_attempt_outbox_message_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_attempt")),
    )
    op.create_index(op.f("ix_delivery_attempt_outbox_message_id"), "delivery_attempt", ["outbox_message_id"])
    op.create_index(op.f("ix_delivery_attempt_road_at"), "delivery_attempt", ["road", "at"])


def downgrade() -> None:
    op.drop_table("delivery_attempt")
    op.drop_index(op.f("ix_outbox_message_provider_id"), table_name="outbox_message")
    op.drop_index("ix_outbox_message_waiting", table_name="outbox_message")
    # What another notice said for it counts as given up, since there is no other word for it here.
    op.execute("UPDATE outbox_message SET dead_at = replaced_at WHERE sent_at IS NULL AND replaced_at IS NOT NULL")
    with op.batch_alter_table("outbox_message") as batch:
        batch.drop_constraint(op.f("ck_outbox_message_bounced_was_sent"), type_="check")
        batch.drop_constraint(op.f("ck_outbox_message_replaced_by_what"), type_="check")
        batch.drop_constraint(op.f("fk_outbox_message_replaced_by_id"), type_="foreignkey")
        batch.drop_constraint(op.f("fk_outbox_message_site_id"), type_="foreignkey")
        for name in ("provider_id", "asked_road", "replaced_by_id", *_INSTANTS, "site_id", "urgency"):
            batch.drop_column(name)
    op.create_index(
        "ix_outbox_message_waiting",
        "outbox_message",
        ["not_before"],
        postgresql_where=_BEFORE,
        sqlite_where=_BEFORE,
    )
