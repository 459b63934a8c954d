"""what somebody still has in hand, found by its owner; and the addresses that accounts had before"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_TO_DO = sa.text("finished_at IS NULL")
_BY_OWNER = (
    ("ix_remedy_open_owner", "remedy", "owner_id"),
    ("ix_corrective_action_open_owner", "corrective_action", "owner_id"),
    ("ix_errand_open_carrier", "errand", "carrier_id"),
)


def upgrade() -> None:
    op.create_table(
        "former_address",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["staff_user.id"], name=op.f("fk_former_address_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_address")),
    )
    op.create_index(op.f("ix_former_address_user_id"), "former_address", ["user_id"])
    op.create_index(op.f("ix_former_address_left_at"), "former_address", ["left_at"])
    for name, table, column in _BY_OWNER:
        op.create_index(name, table, [column], postgresql_where=_TO_DO, sqlite_where=_TO_DO)


def downgrade() -> None:
    for name, table, _ in _BY_OWNER:
        op.drop_index(name, table)
    op.drop_table("former_address")
