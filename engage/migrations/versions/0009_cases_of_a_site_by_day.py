"""cases of a site by day: what came in near a case, to suggest those that speak of the same"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_case_site_received", "case", ["site_id", "received_at"])


def downgrade() -> None:
    op.drop_index("ix_case_site_received", "case")
