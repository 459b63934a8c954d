"""named in the lane: whom or what a report is about, from which it is worked out who is kept out of it"""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lane_named",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "person",
                "department",
                "contractor",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("with_line", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(kind = 'person') = (user_id IS NOT NULL)", name=op.f("ck_lane_named_user_iff_person")),
        sa.CheckConstraint("(kind = 'person') = (name IS NULL)", name=op.f("ck_lane_named_name_iff_no_person")),
        sa.ForeignKeyConstraint(["report_id"], ["lane_report.id"], name=op.f("fk_lane_named_report_id")),
        sa.ForeignKeyConstraint(["user_id"], ["staff_user.id"], name=op.f("fk_lane_named_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lane_named")),
    )
    op.create_index(op.f("ix_lane_named_report_id"), "lane_named", ["report_id"])
    _name_who_is_kept_out()


def downgrade() -> None:
    op.drop_table("lane_named")


def _name_who_is_kept_out() -> None:
    """Nobody wrote down who was named and who is of their line: each stays out, without whoever their line is now."""
    subject = sa.table("lane_subject", sa.column("report_id", sa.Uuid()), sa.column("user_id", sa.Uuid()))
    named = sa.table(
        "lane_named",
        sa.column("id", sa.Uuid()),
        sa.column("report_id", sa.Uuid()),
        sa.column("kind", sa.String()),
        sa.column("user_id", sa.Uuid()),
        sa.column("with_line", sa.Boolean()),
    )
    for report_id, user_id in op.get_bind().execute(sa.select(subject.c.report_id, subject.c.user_id)).all():
        row = {"id": uuid.uuid4(), "report_id": report_id, "kind": "person", "user_id": user_id, "with_line": False}
        op.execute(named.insert().values(row))
