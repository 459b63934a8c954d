"""preferences of how to be reached, texts that come back, what comes of errands"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_WAYS = ("email", "sms", "call", "letter")
_RESULTS = ("reached", "said", "refused", "not_reached", "sent", "posted")
_LOOKED_AT = sa.text("look_at IS NOT NULL")
_UNREAD = sa.text("read_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "contact_preference",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("first_way", _enum(_WAYS, "way"), nullable=True),
        sa.Column("may_text", sa.Boolean(), nullable=False),
        sa.Column("shares_phone", sa.Boolean(), nullable=False),
        sa.Column("on_board", sa.Boolean(), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_until", sa.Time(), nullable=True),
        sa.Column("time_zone", sa.String(), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(quiet_from IS NULL) = (quiet_until IS NULL)", name=op.f("ck_contact_preference_quiet_has_both_ends")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_contact_preference_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_contact_preference")),
    )
    op.create_table(
        "sms_thread",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_sms_thread_case_id")),
        sa.PrimaryKeyConstraint("case_id", "digest", name=op.f("pk_sms_thread")),
    )
    op.create_index(op.f("ix_sms_thread_digest"), "sms_thread", ["digest"])
    op.create_index(op.f("ix_sms_thread_at"), "sms_thread", ["at"])
    op.create_table(
        "received_text",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_received_text")),
        sa.UniqueConstraint("digest", name=op.f("uq_received_text_digest")),
    )
    op.create_index(
        "ix_received_text_waiting", "received_text", ["received_at"], postgresql_where=_UNREAD, sqlite_where=_UNREAD
    )
    op.create_index(op.f("ix_received_text_received_at"), "received_text", ["received_at"])
    with op.batch_alter_table("errand") as batch:
        batch.add_column(sa.Column("carrier_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("result", _enum(_RESULTS, "result"), nullable=True))
        batch.add_column(sa.Column("look_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("rung", sa.SmallInteger(), nullable=False, server_default="0"))
        batch.create_foreign_key(op.f("fk_errand_carrier_id"), "staff_user", ["carrier_id"], ["id"])
        batch.create_check_constraint(
            op.f("ck_errand_finished_is_not_looked_at"), "finished_at IS NULL OR look_at IS NULL"
        )
    op.create_index("ix_errand_look_at", "errand", ["look_at"], postgresql_where=_LOOKED_AT, sqlite_where=_LOOKED_AT)
    op.execute("UPDATE errand SET look_at = due_at WHERE finished_at IS NULL")
    op.add_column("sealed_contact", sa.Column("has_post", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("staff_user", sa.Column("phone", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("staff_user", "phone")
    op.drop_column("sealed_contact", "has_post")
    op.drop_index("ix_errand_look_at", table_name="errand")
    with op.batch_alter_table("errand") as batch:
        batch.drop_constraint(op.f("ck_errand_finished_is_not_looked_at"), type_="check")
        batch.drop_constraint(op.f("fk_errand_carrier_id"), type_="foreignkey")
        batch.drop_constraint(op.f("ck_errand_result"), type_="check")
        for name in ("carrier_id", "result", "look_at", "rung"):
            batch.drop_column(name)
    for table in ("received_text", "sms_thread", "contact_preference"):
        op.drop_table(table)


def _enum(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)
