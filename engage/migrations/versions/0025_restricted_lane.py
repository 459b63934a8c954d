"""the restricted lane: tables of its own, whose words are sealed; its records are added to and never changed"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

GUARDED = ("lane_event", "lane_access", "lane_head")


def upgrade() -> None:
    op.create_table(
        "lane_report",
        sa.Column("submission_digest", sa.String(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("for_other", sa.Boolean(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "support",
            sa.Enum(
                "reported",
                "support_offered",
                "referral_consented",
                "referral_declined",
                name="support",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "process",
            sa.Enum(
                "unsaid",
                "not_wanted",
                "wanted",
                "begun",
                "concluded",
                "outcome_shared",
                name="process",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "telling",
            sa.Enum("tell", "do_not_tell", name="telling", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "course",
            sa.Enum("open", "closed", "stopped", name="course", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unread", sa.Boolean(), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("head_hash", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(course = 'open') = (ended_at IS NULL)", name=op.f("ck_lane_report_ended_at_iff_ended")),
        sa.CheckConstraint(
            "erased_at IS NULL OR course = 'stopped'", name=op.f("ck_lane_report_erased_only_if_stopped")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_lane_report_case_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_lane_report_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lane_report")),
        sa.UniqueConstraint("case_id", name=op.f("uq_lane_report_case_id")),
        sa.UniqueConstraint("submission_digest", name=op.f("uq_lane_report_submission_digest")),
    )
    op.create_index(op.f("ix_lane_report_site_id_received_at"), "lane_report", ["site_id", "received_at"])

    op.create_table(
        "lane_access",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["lane_report.id"], name=op.f("fk_lane_access_report_id")),
        sa.ForeignKeyConstraint(["user_id"], ["staff_user.id"], name=op.f("fk_lane_access_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lane_access")),
        sa.UniqueConstraint("report_id", "number", name=op.f("uq_lane_access_report_id_number")),
        sa.UniqueConstraint("report_id", "user_id", "on", name=op.f("uq_lane_access_report_id_user_id_on")),
    )
    op.create_table(
        "lane_account",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["lane_report.id"], name=op.f("fk_lane_account_report_id")),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_lane_account")),
    )
    op.create_table(
        "lane_clock",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column(
            "clock",
            sa.Enum(
                "alert", "support", "lead", "child", name="clock", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("met_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("met_at IS NULL OR ended_at IS NOT NULL", name=op.f("ck_lane_clock_ended_if_met")),
        sa.ForeignKeyConstraint(["report_id"], ["lane_report.id"], name=op.f("fk_lane_clock_report_id")),
        sa.PrimaryKeyConstraint("report_id", "clock", name=op.f("pk_lane_clock")),
    )
    op.create_index(
        "ix_lane_clock_look_at",
        "lane_clock",
        ["look_at"],
        postgresql_where=sa.text("ended_at IS NULL AND look_at IS NOT NULL"),
        sqlite_where=sa.text("ended_at IS NULL AND look_at IS NOT NULL"),
    )

    op.create_table(
        "lane_consent",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column(
            "said",
            sa.Enum(
                "offer_support",
                "consent_to_referral",
                "decline_referral",
                "make_referral",
                "want_action",
                "not_want_action",
                "begin_process",
                "conclude_process",
                "share_outcome",
                "wish_to_hear",
                "not_wish_to_hear",
                "close",
                "stop",
                "come_back",
                name="said",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "how",
            sa.Enum("page", "spoken", "written", name="how", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("written_by_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["lane_report.id"], name=op.f("fk_lane_consent_report_id")),
        sa.ForeignKeyConstraint(["written_by_id"], ["staff_user.id"], name=op.f("fk_lane_consent_written_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lane_consent")),
    )
    op.create_index(op.f("ix_lane_consent_report_id_at"), "lane_consent", ["report_id", "at"])

    op.create_table(
        "lane_contact",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["lane_report.id"], name=op.f("fk_lane_contact_report_id")),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_lane_contact")),
    )
    op.create_table(
        "lane_event",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("actor_party", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payload", sa.String(), nullable=False),
        sa.Column("content_digest", sa.String(), nullable=True),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["lane_report.id"], name=op.f("fk_lane_event_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lane_event")),
        sa.UniqueConstraint("report_id", "number", name=op.f("uq_lane_event_report_id_number")),
    )
    op.create_table(
        "lane_head",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("checkpoint_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("events_hash", sa.String(), nullable=False),
        sa.Column("accesses", sa.Integer(), nullable=False),
        sa.Column("accesses_hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["lane_report.id"], name=op.f("fk_lane_head_report_id")),
        sa.PrimaryKeyConstraint("report_id", "checkpoint_number", name=op.f("pk_lane_head")),
    )
    op.create_table(
        "lane_key",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("key_version", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("part IN ('words', 'road')", name=op.f("ck_lane_key_part")),
        sa.ForeignKeyConstraint(["report_id"], ["lane_report.id"], name=op.f("fk_lane_key_report_id")),
        sa.PrimaryKeyConstraint("report_id", "part", name=op.f("pk_lane_key")),
    )
    op.create_index(op.f("ix_lane_key_key_version"), "lane_key", ["key_version"])

    op.create_table(
        "lane_receipt",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("code_digest", sa.String(), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["lane_report.id"], name=op.f("fk_lane_receipt_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lane_receipt")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_lane_receipt_code_digest")),
    )
    op.create_index(op.f("ix_lane_receipt_report_id"), "lane_receipt", ["report_id"])

    op.create_table(
        "lane_referral",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("is_made", sa.Boolean(), nullable=False),
        sa.Column("same_contact", sa.Boolean(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff_user.id"], name=op.f("fk_lane_referral_by_id")),
        sa.ForeignKeyConstraint(["report_id"], ["lane_report.id"], name=op.f("fk_lane_referral_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lane_referral")),
    )
    op.create_index(op.f("ix_lane_referral_report_id_at"), "lane_referral", ["report_id", "at"])

    op.create_table(
        "lane_subject",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["lane_report.id"], name=op.f("fk_lane_subject_report_id")),
        sa.ForeignKeyConstraint(["user_id"], ["staff_user.id"], name=op.f("fk_lane_subject_user_id")),
        sa.PrimaryKeyConstraint("report_id", "user_id", name=op.f("pk_lane_subject")),
    )
    op.create_index(op.f("ix_lane_subject_user_id"), "lane_subject", ["user_id"])

    op.create_table(
        "lane_word",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column(
            "writer",
            sa.Enum("person", "staff", "note", name="writer", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submission_digest", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["staff_user.id"], name=op.f("fk_lane_word_author_id")),
        sa.ForeignKeyConstraint(["report_id"], ["lane_report.id"], name=op.f("fk_lane_word_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lane_word")),
        sa.UniqueConstraint("submission_digest", name=op.f("uq_lane_word_submission_digest")),
    )
    op.create_index(op.f("ix_lane_word_report_id_written_at"), "lane_word", ["report_id", "written_at"])

    op.add_column("case", sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("outbox_message", sa.Column("lane_report_id", sa.Uuid(), nullable=True))
    for table in GUARDED:
        if op.get_bind().dialect.name == "sqlite":
            for verb in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
            continue
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    # Going back would destroy what people told of the worst that happened to them.
    if op.get_bind().execute(sa.text("SELECT 1 FROM lane_report")).first() is not None:
        raise RuntimeError("the restricted lane holds reports; restore the backup instead")
    op.drop_column("outbox_message", "lane_report_id")
    op.drop_column("case", "moved_at")
    op.drop_table("lane_word")
    op.drop_table("lane_subject")
    op.drop_table("lane_referral")
    op.drop_table("lane_receipt")
    op.drop_table("lane_key")
    op.drop_table("lane_head")
    op.drop_table("lane_event")
    op.drop_table("lane_contact")
    op.drop_table("lane_consent")
    op.drop_table("lane_clock")
    op.drop_table("lane_account")
    op.drop_table("lane_access")
    op.drop_table("lane_report")
