"""what somebody still has in hand, found by its owner"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0035"
branch_labels = None
depends_on = None

_TO_DO = sa.text("finished_at IS NULL")
_BY_OWNER = (
    ("ix_remedy_open_owner", "remedy", "owner_id"),
    ("ix_corrective_action_open_owner", "corrective_action", "owner_id"),
    ("ix_errand_open_carrier", "errand", "carrier_id"),
)


def upgrade() -> None:
    for name, table, column in _BY_OWNER:
        op.create_index(name, table, [column], postgresql_where=_TO_DO, sqlite_where=_TO_DO)


def downgrade() -> None:
    for name, table, _ in _BY_OWNER:
        op.drop_index(name, table)
