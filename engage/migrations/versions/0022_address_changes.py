"""changes of a person's address, the old one told, the new one confirmed; concerns of one person who agreed"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "address_change",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("former", sa.LargeBinary(), nullable=True),
        sa.Column("link_digest", sa.String(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_address_change_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_change")),
        sa.UniqueConstraint("link_digest", name=op.f("uq_address_change_link_digest")),
    )
    op.create_index(op.f("ix_address_change_case_id"), "address_change", ["case_id"])
    op.create_table(
        "same_person",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_same_person_case_id")),
        sa.PrimaryKeyConstraint("case_id", "digest", name=op.f("pk_same_person")),
    )
    op.create_index(op.f("ix_same_person_digest"), "same_person", ["digest"])


def downgrade() -> None:
    op.drop_table("same_person")
    op.drop_table("address_change")
