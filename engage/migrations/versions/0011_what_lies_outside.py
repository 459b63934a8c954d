"""what lies outside: proceedings in full, matters handed over, words cleared at approval, dates of an outside review"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KINDS, BASES = ("hr", "authority", "mechanism"), ("consent", "law")


def document() -> sa.types.TypeEngine[object]:
    return sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def stored(name: str, *codes: str) -> sa.Enum:
    return sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.add_column("proceeding", sa.Column("docket", sa.String(), nullable=True))
    op.add_column("proceeding", sa.Column("covers", sa.String(), nullable=False, server_default=""))
    op.add_column("proceeding", sa.Column("began_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("approval", sa.Column("cleared", document(), nullable=True))
    op.add_column("approval", sa.Column("why_no_waiver", sa.String(), nullable=True))
    op.add_column("independent_review", sa.Column("why_other", sa.String(), nullable=True))
    op.add_column("independent_review", sa.Column("begins_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("independent_review", sa.Column("report_by", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "referral",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", stored("kind", *KINDS), nullable=False),
        sa.Column("to_whom", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("basis", stored("basis", *BASES), nullable=False),
        sa.Column("basis_words", sa.String(), nullable=False),
        sa.Column("safety", sa.String(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("is_accepted", sa.Boolean(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_words", sa.String(), nullable=True),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(is_accepted IS NULL) = (answered_at IS NULL)", name=op.f("ck_referral_accepted_iff_answered")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_referral_case_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["staff_user.id"], name=op.f("fk_referral_made_by_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_referral_task_id")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["staff_user.id"], name=op.f("fk_referral_answered_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
    )
    op.create_index(op.f("ix_referral_case_id"), "referral", ["case_id"])


def downgrade() -> None:
    op.drop_table("referral")
    for table, names in (
        ("independent_review", ("report_by", "begins_at", "why_other")),
        ("approval", ("why_no_waiver", "cleared")),
        ("proceeding", ("began_at", "covers", "docket")),
    ):
        for name in names:
            op.drop_column(table, name)
