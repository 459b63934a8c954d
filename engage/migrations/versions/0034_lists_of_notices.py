"""lists of notices: by when they were made, and those that were given up or came back"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_MADE = ["created_at", "id"]
_FAILED = {
    "ix_outbox_message_dead": sa.text("dead_at IS NOT NULL"),
    "ix_outbox_message_bounced": sa.text("bounced_at IS NOT NULL"),
}


def upgrade() -> None:
    op.create_index("ix_outbox_message_made", "outbox_message", _MADE)
    for name, where in _FAILED.items():
        op.create_index(name, "outbox_message", _MADE, postgresql_where=where, sqlite_where=where)


def downgrade() -> None:
    for name in (*_FAILED, "ix_outbox_message_made"):
        op.drop_index(name, table_name="outbox_message")
