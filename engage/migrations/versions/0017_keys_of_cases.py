"""keys of cases: each case's identity and contact under a key of its own, wrapped outside the database"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
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


def downgrade() -> None:
    # Going back would leave people's names and addresses without the keys that open them.
    if op.get_bind().execute(sa.text("SELECT 1 FROM data_key")).first() is not None:
        raise RuntimeError("identities and contacts are sealed under keys of their cases; restore the backup instead")
    for table in SEALED:
        op.drop_column(table, "under_data_key")
    op.drop_table("data_key")
