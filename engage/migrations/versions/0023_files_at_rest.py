"""files at rest: each one's bytes under a key of its own, wrapped by the key ring"""

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


def downgrade() -> None:
    # Going back would leave files without the keys that open them.
    if op.get_bind().execute(sa.text("SELECT 1 FROM attachment WHERE key_version IS NOT NULL")).first() is not None:
        raise RuntimeError("files are sealed under keys of their own; restore the backup instead")
    op.drop_index(op.f("ix_attachment_key_version"), "attachment")
    op.drop_column("attachment", "wrapped_key")
    op.drop_column("attachment", "key_version")
