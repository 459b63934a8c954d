"""files at rest: each one's bytes under a key of its own, wrapped by the key ring; originals of what was altered"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("attachment", sa.Column("key_version", sa.Integer(), nullable=True))
    op.add_column("attachment", sa.Column("wrapped_key", sa.LargeBinary(), nullable=True))
    op.create_index(op.f("ix_attachment_key_version"), "attachment", ["key_version"])
    op.add_column("attachment", sa.Column("was_emptied", sa.Boolean(), nullable=False, server_default=sa.false()))
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
    op.drop_column("attachment", "was_emptied")
    op.drop_index(op.f("ix_attachment_key_version"), "attachment")
    op.drop_column("attachment", "wrapped_key")
    op.drop_column("attachment", "key_version")
