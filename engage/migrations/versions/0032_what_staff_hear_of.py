"""what staff hear of: whether a notice was seen, by which road somebody wants which, and cases they watch"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_TOLD = sa.text("user_id IS NOT NULL")
_UNSEEN = sa.text("user_id IS NOT NULL AND seen_at IS NULL AND replaced_at IS NULL")


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    with op.batch_alter_table("outbox_message") as batch:
        batch.add_column(sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
    # What staff were told before there was a bell is no news any more.
    op.execute("UPDATE outbox_message SET seen_at = created_at WHERE user_id IS NOT NULL AND sent_at IS NOT NULL")
    op.create_index(
        "ix_outbox_message_told",
        "outbox_message",
        ["user_id", "created_at"],
        postgresql_where=_TOLD,
        sqlite_where=_TOLD,
    )
    op.create_index(
        "ix_outbox_message_unseen",
        "outbox_message",
        ["user_id"],
        postgresql_where=_UNSEEN,
        sqlite_where=_UNSEEN,
    )
    op.create_table(
        "notice_preference",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "notice_group", _one_of("notice_group", "mine", "new", "late", "mentions", "digests"), nullable=False
        ),
        sa.Column("road", _one_of("road", "mail", "digest", "page"), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["staff_user.id"], name=op.f("fk_notice_preference_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "notice_group", name=op.f("pk_notice_preference")),
    )
    op.create_table(
        "watching",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_watching_case_id")),
        sa.ForeignKeyConstraint(["user_id"], ["staff_user.id"], name=op.f("fk_watching_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case_id", "user_id", name=op.f("pk_watching")),
    )
    op.create_index(op.f("ix_watching_user_id"), "watching", ["user_id"])


def downgrade() -> None:
    op.drop_table("watching")
    op.drop_table("notice_preference")
    op.drop_index("ix_outbox_message_told", table_name="outbox_message")
    op.drop_index("ix_outbox_message_unseen", table_name="outbox_message")
    with op.batch_alter_table("outbox_message") as batch:
        batch.drop_column("seen_at")
