"""first tables"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payload", sa.String(), nullable=False),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
        sa.UniqueConstraint("number", name=op.f("uq_audit_event_number")),
    )
    op.create_table(
        "draft",
        sa.Column("key_digest", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key_digest", name=op.f("pk_draft")),
    )
    op.create_index(op.f("ix_draft_expires_at"), "draft", ["expires_at"], unique=False)
    op.create_table(
        "heartbeat",
        sa.Column("entry", sa.String(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("entry", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "sign_in_try",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sign_in_try")),
    )
    op.create_index(op.f("ix_sign_in_try_last_at"), "sign_in_try", ["last_at"], unique=False)
    op.create_table(
        "site",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("is_group_intake", sa.Boolean(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("phone_hours", sa.String(), nullable=True),
        sa.Column("office", sa.String(), nullable=True),
        sa.Column("letter_boxes", sa.String(), nullable=True),
        sa.Column(
            "help_services",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column(
            "outside_avenues",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("code", name=op.f("uq_site_code")),
    )
    op.create_table(
        "staff_user",
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("session_key", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_sign_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_user")),
        sa.UniqueConstraint("email", name=op.f("uq_staff_user_email")),
    )
    op.create_table(
        "rule_set",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "promises",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column(
            "ladder",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column(
            "pauses",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column(
            "taxonomy",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column(
            "severity",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_rule_set_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_set")),
        sa.UniqueConstraint("site_id", "version", name=op.f("uq_rule_set_site_id_version")),
    )
    op.create_table(
        "staff_membership",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "liaison",
                "coordinator",
                "officer",
                "approver",
                "panel",
                "custodian",
                "focal",
                "publisher",
                "auditor",
                "steward",
                "rights_lead",
                "oversight",
                "admin",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_staff_membership_site_id")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["staff_user.id"], name=op.f("fk_staff_membership_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_membership")),
        sa.UniqueConstraint("user_id", "role", "site_id", name=op.f("uq_staff_membership_user_id_role_site_id")),
    )
    op.create_index(op.f("ix_staff_membership_site_id_role"), "staff_membership", ["site_id", "role"], unique=False)
    op.create_index(
        "uq_staff_membership_all_sites",
        "staff_membership",
        ["user_id", "role"],
        unique=True,
        postgresql_where=sa.text("site_id IS NULL"),
        sqlite_where=sa.text("site_id IS NULL"),
    )
    op.create_table(
        "case",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("submission_digest", sa.String(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("rule_set_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "grievance",
                "question",
                "suggestion",
                "compliment",
                "information_request",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "stage",
            sa.Enum(
                "received",
                "acknowledged",
                "assessed",
                "investigating",
                "proposed",
                "implementing",
                "appealed",
                "independent",
                "closed",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "class",
            sa.Enum(
                "ordinary",
                "confidential",
                "restricted",
                name="class",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "identity",
            sa.Enum(
                "named",
                "confidential",
                "anonymous",
                name="identity",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "road",
            sa.Enum(
                "direct",
                "custodian",
                "relay",
                "facilitator",
                "none",
                name="road",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("speaks_as", sa.String(), nullable=True),
        sa.Column("on_behalf", sa.Boolean(), nullable=False),
        sa.Column("is_collective", sa.Boolean(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=True),
        sa.Column("read_back", sa.Boolean(), nullable=True),
        sa.Column("wants_audio", sa.Boolean(), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("subcategory", sa.String(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("level_actual", sa.Integer(), nullable=True),
        sa.Column("level_potential", sa.Integer(), nullable=True),
        sa.Column("ongoing_harm", sa.Boolean(), nullable=False),
        sa.Column("harms_child", sa.Boolean(), nullable=False),
        sa.Column(
            "fact_codes",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("retaliation_risk", sa.String(), nullable=True),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_promise", sa.String(), nullable=True),
        sa.Column("their_turn", sa.Boolean(), nullable=False),
        sa.Column("could_not_reach", sa.Boolean(), nullable=False),
        sa.Column("unread_reply", sa.Boolean(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("close_type", sa.String(), nullable=True),
        sa.Column("root_cause", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("head_hash", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(stage = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_case_closed_at_iff_closed")),
        sa.CheckConstraint("(closed_at IS NULL) = (close_type IS NULL)", name=op.f("ck_case_close_type_iff_closed")),
        sa.CheckConstraint("level IS NULL OR level BETWEEN 1 AND 5", name=op.f("ck_case_level_is_1_to_5")),
        sa.ForeignKeyConstraint(["assignee_id"], ["staff_user.id"], name=op.f("fk_case_assignee_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["staff_user.id"], name=op.f("fk_case_recorded_by_id")),
        sa.ForeignKeyConstraint(["rule_set_id"], ["rule_set.id"], name=op.f("fk_case_rule_set_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_case_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case")),
        sa.UniqueConstraint("reference", name=op.f("uq_case_reference")),
        sa.UniqueConstraint("submission_digest", name=op.f("uq_case_submission_digest")),
    )
    op.create_index("ix_case_assignee_due", "case", ["assignee_id", "next_due_at", "id"], unique=False)
    op.create_index(
        "ix_case_could_not_reach",
        "case",
        ["next_due_at", "id", "class", "site_id", "assignee_id"],
        unique=False,
        postgresql_where=sa.text("could_not_reach"),
        sqlite_where=sa.text("could_not_reach"),
    )
    op.create_index("ix_case_due", "case", ["next_due_at", "id", "class", "site_id", "assignee_id"], unique=False)
    op.create_index(
        "ix_case_open_due",
        "case",
        ["site_id", "next_due_at", "id", "class", "assignee_id"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
        sqlite_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_case_recorded_by",
        "case",
        ["recorded_by_id", "next_due_at", "id"],
        unique=False,
        postgresql_where=sa.text("recorded_by_id IS NOT NULL"),
        sqlite_where=sa.text("recorded_by_id IS NOT NULL"),
    )
    op.create_index(
        "ix_case_restricted",
        "case",
        ["next_due_at", "id"],
        unique=False,
        postgresql_where=sa.text("class = 'restricted'"),
        sqlite_where=sa.text("class = 'restricted'"),
    )
    op.create_index("ix_case_site_due", "case", ["site_id", "next_due_at", "id", "class", "assignee_id"], unique=False)
    op.create_index(
        "ix_case_their_turn",
        "case",
        ["next_due_at", "id", "class", "site_id", "assignee_id"],
        unique=False,
        postgresql_where=sa.text("their_turn"),
        sqlite_where=sa.text("their_turn"),
    )
    op.create_index(
        "ix_case_triage_due",
        "case",
        ["next_due_at", "id", "class", "site_id", "assignee_id"],
        unique=False,
        postgresql_where=sa.text("stage IN ('received', 'acknowledged')"),
        sqlite_where=sa.text("stage IN ('received', 'acknowledged')"),
    )
    op.create_table(
        "access",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_access_case_id")),
        sa.ForeignKeyConstraint(["user_id"], ["staff_user.id"], name=op.f("fk_access_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_access_case_id_number")),
        sa.UniqueConstraint("case_id", "user_id", "on", "purpose", name=op.f("uq_access_case_id_user_id_on_purpose")),
    )
    op.create_table(
        "appeal",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("late_reason", sa.String(), nullable=True),
        sa.Column("lodged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_appeal_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
    )
    op.create_index(op.f("ix_appeal_case_id"), "appeal", ["case_id"], unique=False)
    op.create_table(
        "case_event",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("actor_party", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_role", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payload", sa.String(), nullable=False),
        sa.Column("content_digest", sa.String(), nullable=True),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_event_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_event")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_case_event_case_id_number")),
    )
    op.create_table(
        "case_subject",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_subject_case_id")),
        sa.ForeignKeyConstraint(["user_id"], ["staff_user.id"], name=op.f("fk_case_subject_user_id")),
        sa.PrimaryKeyConstraint("case_id", "user_id", name=op.f("pk_case_subject")),
    )
    op.create_index(op.f("ix_case_subject_user_id"), "case_subject", ["user_id"], unique=False)
    op.create_table(
        "code_link",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("link_digest", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_code_link_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_link")),
        sa.UniqueConstraint("link_digest", name=op.f("uq_code_link_link_digest")),
    )
    op.create_table(
        "contact_attempt",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("reached", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff_user.id"], name=op.f("fk_contact_attempt_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_contact_attempt_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_attempt")),
    )
    op.create_index(op.f("ix_contact_attempt_case_id"), "contact_attempt", ["case_id"], unique=False)
    op.create_table(
        "deadline",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column(
            "promise",
            sa.Enum(
                "acknowledge",
                "assess",
                "interim_measure",
                "consult",
                "start_investigation",
                "propose",
                "answer",
                "implement",
                "decide_appeal",
                "check_afterwards",
                name="promise",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("span", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("total_pause", sa.Interval(), nullable=False),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("met_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("breached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delay_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_deadline_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline")),
        sa.UniqueConstraint(
            "case_id", "promise", "subject_id", "version", name=op.f("uq_deadline_case_id_promise_subject_id_version")
        ),
    )
    op.create_index(
        "ix_deadline_look_at",
        "deadline",
        ["look_at"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "feedback",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("process", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_feedback_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_feedback")),
    )
    op.create_table(
        "independent_review",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("terms", sa.String(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("is_binding", sa.Boolean(), nullable=False),
        sa.Column("referred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("report", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_independent_review_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_independent_review")),
    )
    op.create_index(op.f("ix_independent_review_case_id"), "independent_review", ["case_id"], unique=False)
    op.create_table(
        "message",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column(
            "writer",
            sa.Enum("person", "staff", "note", name="writer", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("is_question", sa.Boolean(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submission_digest", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["staff_user.id"], name=op.f("fk_message_author_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_message_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("submission_digest", name=op.f("uq_message_submission_digest")),
    )
    op.create_index(op.f("ix_message_case_id_written_at"), "message", ["case_id", "written_at"], unique=False)
    op.create_table(
        "outbox_message",
        sa.Column("dedupe_key", sa.String(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column(
            "recipient",
            sa.Enum("person", "staff", name="recipient", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column(
            "context",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=True,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dead_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("road", sa.String(), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(recipient = 'staff') = (user_id IS NOT NULL)", name=op.f("ck_outbox_message_staff_has_user")
        ),
        sa.CheckConstraint("sent_at IS NULL OR dead_at IS NULL", name=op.f("ck_outbox_message_not_both_sent_and_dead")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_outbox_message_case_id")),
        sa.ForeignKeyConstraint(["user_id"], ["staff_user.id"], name=op.f("fk_outbox_message_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_outbox_message_dedupe_key")),
    )
    op.create_index(op.f("ix_outbox_message_case_id"), "outbox_message", ["case_id"], unique=False)
    op.create_index(
        "ix_outbox_message_waiting",
        "outbox_message",
        ["not_before"],
        unique=False,
        postgresql_where=sa.text("sent_at IS NULL AND dead_at IS NULL"),
        sqlite_where=sa.text("sent_at IS NULL AND dead_at IS NULL"),
    )
    op.create_table(
        "pause",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("reason_code", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_pause_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pause")),
    )
    op.create_index(op.f("ix_pause_case_id"), "pause", ["case_id"], unique=False)
    op.create_table(
        "proposal",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("shared_findings", sa.String(), nullable=False),
        sa.Column("internal_findings", sa.String(), nullable=True),
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("close_type", sa.String(), nullable=False),
        sa.Column("root_cause", sa.String(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("drafted_by_id", sa.Uuid(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_words", sa.String(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("respond_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "answer",
            sa.Enum(
                "accept",
                "counter",
                "meet",
                "refuse",
                name="answer",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("answer_words", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sign_off", sa.String(), nullable=True),
        sa.Column("read_back", sa.Boolean(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_proposal_case_id")),
        sa.ForeignKeyConstraint(["drafted_by_id"], ["staff_user.id"], name=op.f("fk_proposal_drafted_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_proposal_case_id_number")),
    )
    op.create_table(
        "receipt",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("code_digest", sa.String(), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_receipt_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_receipt_code_digest")),
    )
    op.create_index(op.f("ix_receipt_case_id"), "receipt", ["case_id"], unique=False)
    op.create_table(
        "screening",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("reason_code", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("referral", sa.String(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_approved", sa.Boolean(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by_id"], ["staff_user.id"], name=op.f("fk_screening_asked_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_screening_case_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["staff_user.id"], name=op.f("fk_screening_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening")),
    )
    op.create_index(op.f("ix_screening_case_id"), "screening", ["case_id"], unique=False)
    op.create_table(
        "sealed_contact",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("has_email", sa.Boolean(), nullable=False),
        sa.Column("has_phone", sa.Boolean(), nullable=False),
        sa.Column("to_worker", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_sealed_contact_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_sealed_contact")),
    )
    op.create_table(
        "sealed_identity",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_sealed_identity_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_sealed_identity")),
    )
    op.create_table(
        "sent_form",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_sent_form_case_id")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sent_form")),
    )
    op.create_index(op.f("ix_sent_form_sent_at"), "sent_form", ["sent_at"], unique=False)
    op.create_table(
        "statement",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("what_happened", sa.String(), nullable=False),
        sa.Column("where_it_happened", sa.String(), nullable=True),
        sa.Column("when_it_happened", sa.String(), nullable=True),
        sa.Column("what_would_make_it_right", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("community", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_statement_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_statement")),
    )
    op.create_table(
        "approval",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_approval_proposal_id")),
        sa.ForeignKeyConstraint(["user_id"], ["staff_user.id"], name=op.f("fk_approval_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        sa.UniqueConstraint("proposal_id", "user_id", name=op.f("uq_approval_proposal_id_user_id")),
    )
    op.create_table(
        "attachment",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column(
            "writer",
            sa.Enum("person", "staff", "note", name="writer", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("stored_as", sa.String(), nullable=False),
        sa.Column("was_cleaned", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_attachment_case_id")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_attachment_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("stored_as", name=op.f("uq_attachment_stored_as")),
    )
    op.create_index(op.f("ix_attachment_case_id"), "attachment", ["case_id"], unique=False)
    op.create_table(
        "errand",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("outbox_message_id", sa.Uuid(), nullable=True),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("road", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_by_id", sa.Uuid(), nullable=True),
        sa.Column("reached", sa.Boolean(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_errand_case_id")),
        sa.ForeignKeyConstraint(["finished_by_id"], ["staff_user.id"], name=op.f("fk_errand_finished_by_id")),
        sa.ForeignKeyConstraint(["outbox_message_id"], ["outbox_message.id"], name=op.f("fk_errand_outbox_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_errand")),
        sa.UniqueConstraint("outbox_message_id", name=op.f("uq_errand_outbox_message_id")),
    )
    op.create_index(op.f("ix_errand_case_id"), "errand", ["case_id"], unique=False)
    op.create_table(
        "panel_seat",
        sa.Column("appeal_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("seated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["appeal_id"], ["appeal.id"], name=op.f("fk_panel_seat_appeal_id")),
        sa.ForeignKeyConstraint(["user_id"], ["staff_user.id"], name=op.f("fk_panel_seat_user_id")),
        sa.PrimaryKeyConstraint("appeal_id", "user_id", name=op.f("pk_panel_seat")),
    )
    op.create_table(
        "remedy",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("type_code", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evidence", sa.String(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed", sa.Boolean(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmation_words", sa.String(), nullable=True),
        sa.Column("sign_off", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_remedy_case_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["staff_user.id"], name=op.f("fk_remedy_owner_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_remedy_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remedy")),
        sa.UniqueConstraint("proposal_id", "number", name=op.f("uq_remedy_proposal_id_number")),
    )
    op.create_index(op.f("ix_remedy_case_id"), "remedy", ["case_id"], unique=False)
    op.create_table(
        "rung",
        sa.Column("deadline_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("was_superseded", sa.Boolean(), nullable=False),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["deadline_id"], ["deadline.id"], name=op.f("fk_rung_deadline_id")),
        sa.PrimaryKeyConstraint("deadline_id", "code", name=op.f("pk_rung")),
    )


def downgrade() -> None:
    op.drop_table("rung")
    op.drop_index(op.f("ix_remedy_case_id"), table_name="remedy")
    op.drop_table("remedy")
    op.drop_table("panel_seat")
    op.drop_index(op.f("ix_errand_case_id"), table_name="errand")
    op.drop_table("errand")
    op.drop_index(op.f("ix_attachment_case_id"), table_name="attachment")
    op.drop_table("attachment")
    op.drop_table("approval")
    op.drop_table("statement")
    op.drop_index(op.f("ix_sent_form_sent_at"), table_name="sent_form")
    op.drop_table("sent_form")
    op.drop_table("sealed_identity")
    op.drop_table("sealed_contact")
    op.drop_index(op.f("ix_screening_case_id"), table_name="screening")
    op.drop_table("screening")
    op.drop_index(op.f("ix_receipt_case_id"), table_name="receipt")
    op.drop_table("receipt")
    op.drop_table("proposal")
    op.drop_index(op.f("ix_pause_case_id"), table_name="pause")
    op.drop_table("pause")
    op.drop_index(
        "ix_outbox_message_waiting",
        table_name="outbox_message",
        postgresql_where=sa.text("sent_at IS NULL AND dead_at IS NULL"),
        sqlite_where=sa.text("sent_at IS NULL AND dead_at IS NULL"),
    )
    op.drop_index(op.f("ix_outbox_message_case_id"), table_name="outbox_message")
    op.drop_table("outbox_message")
    op.drop_index(op.f("ix_message_case_id_written_at"), table_name="message")
    op.drop_table("message")
    op.drop_index(op.f("ix_independent_review_case_id"), table_name="independent_review")
    op.drop_table("independent_review")
    op.drop_table("feedback")
    op.drop_index(
        "ix_deadline_look_at",
        table_name="deadline",
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )
    op.drop_table("deadline")
    op.drop_index(op.f("ix_contact_attempt_case_id"), table_name="contact_attempt")
    op.drop_table("contact_attempt")
    op.drop_table("code_link")
    op.drop_index(op.f("ix_case_subject_user_id"), table_name="case_subject")
    op.drop_table("case_subject")
    op.drop_table("case_event")
    op.drop_index(op.f("ix_appeal_case_id"), table_name="appeal")
    op.drop_table("appeal")
    op.drop_table("access")
    op.drop_index(
        "ix_case_triage_due",
        table_name="case",
        postgresql_where=sa.text("stage IN ('received', 'acknowledged')"),
        sqlite_where=sa.text("stage IN ('received', 'acknowledged')"),
    )
    op.drop_index(
        "ix_case_their_turn",
        table_name="case",
        postgresql_where=sa.text("their_turn"),
        sqlite_where=sa.text("their_turn"),
    )
    op.drop_index("ix_case_site_due", table_name="case")
    op.drop_index(
        "ix_case_restricted",
        table_name="case",
        postgresql_where=sa.text("class = 'restricted'"),
        sqlite_where=sa.text("class = 'restricted'"),
    )
    op.drop_index(
        "ix_case_recorded_by",
        table_name="case",
        postgresql_where=sa.text("recorded_by_id IS NOT NULL"),
        sqlite_where=sa.text("recorded_by_id IS NOT NULL"),
    )
    op.drop_index(
        "ix_case_open_due",
        table_name="case",
        postgresql_where=sa.text("closed_at IS NULL"),
        sqlite_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index("ix_case_due", table_name="case")
    op.drop_index(
        "ix_case_could_not_reach",
        table_name="case",
        postgresql_where=sa.text("could_not_reach"),
        sqlite_where=sa.text("could_not_reach"),
    )
    op.drop_index("ix_case_assignee_due", table_name="case")
    op.drop_table("case")
    op.drop_index(
        "uq_staff_membership_all_sites",
        table_name="staff_membership",
        postgresql_where=sa.text("site_id IS NULL"),
        sqlite_where=sa.text("site_id IS NULL"),
    )
    op.drop_index(op.f("ix_staff_membership_site_id_role"), table_name="staff_membership")
    op.drop_table("staff_membership")
    op.drop_table("rule_set")
    op.drop_table("staff_user")
    op.drop_table("site")
    op.drop_index(op.f("ix_sign_in_try_last_at"), table_name="sign_in_try")
    op.drop_table("sign_in_try")
    op.drop_table("heartbeat")
    op.drop_index(op.f("ix_draft_expires_at"), table_name="draft")
    op.drop_table("draft")
    op.drop_table("audit_event")
