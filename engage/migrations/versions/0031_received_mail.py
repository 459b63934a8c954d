"""mail that came in, what of it waits in the holding pen, sites' addresses, and messages that came by mail"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
)


def enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def only(name: str, where: str, *columns: str) -> None:
    op.create_index(name, "received_mail", list(columns), postgresql_where=sa.text(where), sqlite_where=sa.text(where))


def upgrade() -> None:
    op.create_table(
        "received_mail",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("road", enum("road", "imap", "lmtp", "pipe", "sms"), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stored_as", sa.String(), nullable=True),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=True),
        sa.Column("state", enum("state", "received", "pen", "done"), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column(
            "kind",
            enum("kind", "written", "auto_reply", "delivery_report", "bulk", "own", "damaged"),
            nullable=True,
        ),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("sender_digest", sa.String(), nullable=True),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("is_restricted", sa.Boolean(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("lane_report_id", sa.Uuid(), nullable=True),
        sa.Column("outbox_message_id", sa.Uuid(), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("decision", enum("decision", "make_case", "attach", "attach_as_note", "not_ours"), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_ours", enum("not_ours", "spam", "private", "business", "duplicate", "other"), nullable=True),
        sa.Column(
            "outcome",
            enum(
                "outcome",
                *("message", "note", "case_made", "lane", "report", "ignored", "not_ours", "forgotten"),
            ),
            nullable=True,
        ),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(state = 'done') = (finished_at IS NOT NULL)", name=op.f("ck_received_mail_finished_iff_done")
        ),
        sa.CheckConstraint("(state = 'done') = (outcome IS NOT NULL)", name=op.f("ck_received_mail_outcome_iff_done")),
        sa.CheckConstraint("(stored_as IS NULL) = (sealed_key IS NULL)", name=op.f("ck_received_mail_key_iff_stored")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_received_mail_site_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_received_mail_case_id")),
        sa.ForeignKeyConstraint(
            ["outbox_message_id"], ["outbox_message.id"], name=op.f("fk_received_mail_outbox_message_id")
        ),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_received_mail_message_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["staff_user.id"], name=op.f("fk_received_mail_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_received_mail")),
        sa.UniqueConstraint("digest", name=op.f("uq_received_mail_digest")),
        sa.UniqueConstraint("stored_as", name=op.f("uq_received_mail_stored_as")),
    )
    only("ix_received_mail_waiting", "state = 'received'", "not_before")
    only("ix_received_mail_pen", "state = 'pen'", "received_at", "id")
    only("ix_received_mail_sender", "sender_digest IS NOT NULL", "sender_digest", "received_at")
    only("ix_received_mail_kept", "stored_as IS NOT NULL AND state = 'done'", "finished_at")
    op.create_index(op.f("ix_received_mail_case_id"), "received_mail", ["case_id"])
    op.create_index(op.f("ix_received_mail_lane_report_id"), "received_mail", ["lane_report_id"])
    op.create_table(
        "pen_item",
        sa.Column("mail_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("whole", sa.String(), nullable=False),
        sa.Column("files", DOCUMENT, nullable=False),
        sa.Column("troubles", DOCUMENT, nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["mail_id"], ["received_mail.id"], name=op.f("fk_pen_item_mail_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("mail_id", name=op.f("pk_pen_item")),
    )
    op.create_table(
        "pen_guess",
        sa.Column("mail_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("by", enum("by", "reference", "same_person", "answer", "same_number"), nullable=False),
        sa.ForeignKeyConstraint(
            ["mail_id"], ["received_mail.id"], name=op.f("fk_pen_guess_mail_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_pen_guess_case_id")),
        sa.PrimaryKeyConstraint("mail_id", "case_id", name=op.f("pk_pen_guess")),
    )
    op.create_index(op.f("ix_pen_guess_case_id"), "pen_guess", ["case_id"])
    op.add_column("message", sa.Column("whole", sa.String(), nullable=True))
    op.add_column("message", sa.Column("left_out", DOCUMENT, nullable=True))
    # An index and no constraint: SQLite would make the table of sites anew, which others point to.
    op.add_column("site", sa.Column("mail_address", sa.String(), nullable=True))
    op.create_index(op.f("ix_site_mail_address"), "site", ["mail_address"], unique=True)


def downgrade() -> None:
    op.drop_index(op.f("ix_site_mail_address"), table_name="site")
    op.drop_column("site", "mail_address")
    op.drop_column("message", "left_out")
    op.drop_column("message", "whole")
    op.drop_table("pen_guess")
    op.drop_table("pen_item")
    op.drop_table("received_mail")
