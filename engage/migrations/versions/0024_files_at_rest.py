"""files at rest: under keys of their own, wrapped by the key ring; what came before it was altered; malware scanning"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None
SCANS = "('not_asked', 'clean', 'waiting', 'harmful', 'lost')"


def upgrade() -> None:
    with op.batch_alter_table("attachment") as batch:
        batch.add_column(sa.Column("key_version", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("wrapped_key", sa.LargeBinary(), nullable=True))
        batch.add_column(sa.Column("was_emptied", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("scan", sa.String(32), nullable=False, server_default="not_asked"))
        batch.create_check_constraint(op.f("ck_attachment_scan"), f"scan IN {SCANS}")
    op.create_index(op.f("ix_attachment_key_version"), "attachment", ["key_version"])
    due = sa.text("scan IN ('waiting', 'not_asked')")
    op.create_index("ix_attachment_to_scan", "attachment", ["scan", "id"], postgresql_where=due, sqlite_where=due)
    op.create_table(
        "original",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("stored_as", sa.String(), nullable=False),
        sa.Column("key_version", sa.Integer(), nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["attachment.id"], name=op.f("fk_original_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_original_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_original")),
        sa.UniqueConstraint("stored_as", name=op.f("uq_original_stored_as")),
    )
    op.create_index(op.f("ix_original_case_id"), "original", ["case_id"])
    op.create_index(op.f("ix_original_key_version"), "original", ["key_version"])


def downgrade() -> None:
    # Going back would leave files without the keys that open them.
    if op.get_bind().execute(sa.text("SELECT 1 FROM attachment WHERE key_version IS NOT NULL")).first() is not None:
        raise RuntimeError("files are sealed under keys of their own; restore the backup instead")
    op.drop_table("original")
    op.drop_index("ix_attachment_to_scan", "attachment")
    op.drop_index(op.f("ix_attachment_key_version"), "attachment")
    with op.batch_alter_table("attachment") as batch:
        batch.drop_constraint(op.f("ck_attachment_scan"), type_="check")
        for column in ("scan", "was_emptied", "wrapped_key", "key_version"):
            batch.drop_column(column)
