"""notices of somebody, by when they are owed: a sweep that reminds does not read all that were ever sent"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None
OURS = sa.text("user_id IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_outbox_message_somebody",
        "outbox_message",
        ["user_id", "not_before"],
        postgresql_where=OURS,
        sqlite_where=OURS,
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_message_somebody", table_name="outbox_message", postgresql_where=OURS, sqlite_where=OURS)
