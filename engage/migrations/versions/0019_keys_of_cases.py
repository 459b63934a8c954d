"""keys of cases, each case's identity and contact under one of its own; openings of a confidential identity"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None
SEALED = ("sealed_identity", "sealed_contact")


def upgrade() -> None:
    op.create_table(
        "data_key",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("key_version", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_data_key_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_data_key")),
    )
    op.create_index(op.f("ix_data_key_key_version"), "data_key", ["key_version"])
    for table in SEALED:
        op.add_column(table, sa.Column("under_data_key", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "opening",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_words", sa.String(), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by_id IS NULL)", name=op.f("ck_opening_decided_by_iff_decided")
        ),
        sa.CheckConstraint("until IS NULL OR decided_at IS NOT NULL", name=op.f("ck_opening_until_only_if_decided")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_opening_case_id")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["staff_user.id"], name=op.f("fk_opening_asked_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["staff_user.id"], name=op.f("fk_opening_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening")),
    )
    op.create_index(op.f("ix_opening_case_id"), "opening", ["case_id"])


def downgrade() -> None:
    # Going back would leave people's names and addresses without the keys that open them.
    if op.get_bind().execute(sa.text("SELECT 1 FROM data_key")).first() is not None:
        raise RuntimeError("identities and contacts are sealed under keys of their cases; restore the backup instead")
    for table in SEALED:
        op.drop_column(table, "under_data_key")
    op.drop_table("data_key")
    op.drop_table("opening")
