"""counting one's own cases touches the index alone, whatever plan the database keeps for it"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NAME, COLUMNS = "ix_case_assignee_due", ["assignee_id", "next_due_at", "id"]


def upgrade() -> None:
    op.drop_index(NAME, "case")
    op.create_index(NAME, "case", [*COLUMNS, "class", "site_id"])


def downgrade() -> None:
    op.drop_index(NAME, "case")
    op.create_index(NAME, "case", COLUMNS)
