"""checkpoints: what the whole record was at the end of a day, signed; neither they nor the heads they cover change"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

GUARDED = ("checkpoint", "case_head")


def upgrade() -> None:
    op.create_table(
        "checkpoint",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("public_key", sa.String(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_checkpoint")),
        sa.UniqueConstraint("on", name=op.f("uq_checkpoint_on")),
    )
    op.create_table(
        "case_head",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("checkpoint_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("is_restricted", sa.Boolean(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("events_hash", sa.String(), nullable=False),
        sa.Column("accesses", sa.Integer(), nullable=False),
        sa.Column("accesses_hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_head_case_id")),
        sa.PrimaryKeyConstraint("case_id", "checkpoint_number", name=op.f("pk_case_head")),
    )
    op.create_index(
        op.f("ix_case_head_is_restricted_case_id_checkpoint_number"),
        "case_head",
        ["is_restricted", "case_id", "checkpoint_number"],
    )
    for table in GUARDED:
        if op.get_bind().dialect.name == "sqlite":
            for verb in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
            continue
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    op.drop_table("case_head")
    op.drop_table("checkpoint")
