"""triage in depth: whom a case is about, ratings and their history, open items, links, asking to convert"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OF_CASE = ("retaliation_likelihood", "retaliation_severity", "retaliation_stage", "own_view")
KINDS = ("grievance", "question", "suggestion", "compliment", "information_request")
NOW_LINKED = sa.text("unlinked_at IS NULL")


def document() -> sa.types.TypeEngine[object]:
    return sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    for name in OF_CASE:
        op.add_column("case", sa.Column(name, sa.String(), nullable=True))
    op.create_index("ix_case_alike", "case", ["site_id", "category", "received_at"])
    with op.batch_alter_table("staff_user") as batch:
        batch.add_column(sa.Column("reports_to_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("department", sa.String(), nullable=True))
        batch.add_column(sa.Column("contractor", sa.String(), nullable=True))
        batch.create_foreign_key(op.f("fk_staff_user_reports_to_id"), "staff_user", ["reports_to_id"], ["id"])
    op.create_table(
        "involvement",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", stored("person", "department", "contractor"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("named_by_id", sa.Uuid(), nullable=True),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_by_id", sa.Uuid(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(kind = 'person') = (user_id IS NOT NULL)", name=op.f("ck_involvement_user_iff_person")),
        sa.CheckConstraint("(kind = 'person') = (name IS NULL)", name=op.f("ck_involvement_name_iff_no_person")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_involvement_case_id")),
        sa.ForeignKeyConstraint(["user_id"], ["staff_user.id"], name=op.f("fk_involvement_user_id")),
        sa.ForeignKeyConstraint(["named_by_id"], ["staff_user.id"], name=op.f("fk_involvement_named_by_id")),
        sa.ForeignKeyConstraint(["removed_by_id"], ["staff_user.id"], name=op.f("fk_involvement_removed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_involvement")),
    )
    op.create_index(op.f("ix_involvement_case_id"), "involvement", ["case_id"])
    op.create_table(
        "rating",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("actual", sa.Integer(), nullable=False),
        sa.Column("potential", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("fact_codes", document(), nullable=False),
        sa.Column("raised_by", document(), nullable=False),
        sa.Column("words", sa.String(), nullable=True),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("rated_by_id", sa.Uuid(), nullable=True),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("needs_second", sa.Boolean(), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_approved", sa.Boolean(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "actual BETWEEN 1 AND 5 AND potential BETWEEN 1 AND 5", name=op.f("ck_rating_levels_are_1_to_5")
        ),
        sa.CheckConstraint("phase IN ('preliminary', 'final')", name=op.f("ck_rating_phase")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_rating_case_id")),
        sa.ForeignKeyConstraint(["rated_by_id"], ["staff_user.id"], name=op.f("fk_rating_rated_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["staff_user.id"], name=op.f("fk_rating_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating")),
    )
    op.create_index(op.f("ix_rating_case_id"), "rating", ["case_id"])
    op.create_table(
        "open_item",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_by_id", sa.Uuid(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_open_item_case_id")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["staff_user.id"], name=op.f("fk_open_item_asked_by_id")),
        sa.ForeignKeyConstraint(["done_by_id"], ["staff_user.id"], name=op.f("fk_open_item_done_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_item")),
    )
    op.create_index(op.f("ix_open_item_case_id"), "open_item", ["case_id"])
    op.create_table(
        "case_link",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("linked_by_id", sa.Uuid(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unlinked_by_id", sa.Uuid(), nullable=True),
        sa.Column("unlinked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind IN ('duplicate', 'related')", name=op.f("ck_case_link_kind")),
        sa.CheckConstraint("case_id <> other_id", name=op.f("ck_case_link_not_with_itself")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_link_case_id")),
        sa.ForeignKeyConstraint(["other_id"], ["case.id"], name=op.f("fk_case_link_other_id")),
        sa.ForeignKeyConstraint(["linked_by_id"], ["staff_user.id"], name=op.f("fk_case_link_linked_by_id")),
        sa.ForeignKeyConstraint(["unlinked_by_id"], ["staff_user.id"], name=op.f("fk_case_link_unlinked_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_link")),
    )
    op.create_index(
        "uq_case_link_pair",
        "case_link",
        ["case_id", "other_id"],
        unique=True,
        postgresql_where=NOW_LINKED,
        sqlite_where=NOW_LINKED,
    )
    op.create_index(op.f("ix_case_link_other_id"), "case_link", ["other_id"])
    op.create_table(
        "conversion_request",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", stored(*KINDS), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_agreed", sa.Boolean(), nullable=True),
        sa.Column("sign_off", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_conversion_request_case_id")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["staff_user.id"], name=op.f("fk_conversion_request_asked_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversion_request")),
    )
    op.create_index(op.f("ix_conversion_request_case_id"), "conversion_request", ["case_id"])


def stored(*values: str) -> sa.Enum:
    return sa.Enum(*values, name="kind", native_enum=False, create_constraint=True, length=32)


def downgrade() -> None:
    for table in ("conversion_request", "case_link", "open_item", "rating", "involvement"):
        op.drop_table(table)
    with op.batch_alter_table("staff_user") as batch:
        batch.drop_constraint(op.f("fk_staff_user_reports_to_id"), type_="foreignkey")
        for name in ("contractor", "department", "reports_to_id"):
            batch.drop_column(name)
    op.drop_index("ix_case_alike", "case")
    for name in OF_CASE:
        op.drop_column("case", name)
