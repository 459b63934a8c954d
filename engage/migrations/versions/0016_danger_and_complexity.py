"""danger and complexity: whether somebody's safety is at stake, and how hard it is to find out (R23)"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("case", sa.Column("danger", sa.String(), nullable=True))
    op.add_column("case", sa.Column("complexity", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("case", "complexity")
    op.drop_column("case", "danger")
