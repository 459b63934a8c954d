"""words of messages as administrators wrote them"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "message_version",
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("body", sa.String(), nullable=True),
        sa.Column("sms", sa.String(), nullable=True),
        sa.Column("restored_from", sa.Integer(), nullable=True),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(subject IS NULL) = (body IS NULL)", name=op.f("ck_message_version_whole_or_shipped")),
        sa.CheckConstraint("sms IS NULL OR body IS NOT NULL", name=op.f("ck_message_version_sms_with_body")),
        sa.ForeignKeyConstraint(["made_by_id"], ["staff_user.id"], name=op.f("fk_message_version_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_version")),
        sa.UniqueConstraint("message", "locale", "version", name=op.f("uq_message_version_message_locale_version")),
    )


def downgrade() -> None:
    op.drop_table("message_version")
