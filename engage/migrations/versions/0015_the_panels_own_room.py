"""the panel's own room: what its members declare, and what they write to each other"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("panel_seat", sa.Column("declared_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "panel_note",
        sa.Column("appeal_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("dissents", sa.Boolean(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["appeal_id"], ["appeal.id"], name=op.f("fk_panel_note_appeal_id")),
        sa.ForeignKeyConstraint(["author_id"], ["staff_user.id"], name=op.f("fk_panel_note_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_note")),
    )
    op.create_index(op.f("ix_panel_note_appeal_id"), "panel_note", ["appeal_id"])


def downgrade() -> None:
    op.drop_table("panel_note")
    op.drop_column("panel_seat", "declared_at")
