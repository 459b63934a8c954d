"""what outlives a case: meetings, talks after closure, systemic issues and what is done about them, proceedings"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

RUNS = sa.text("closed_at IS NULL")


def _uuid(name: str, *, needed: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid(), nullable=not needed)


def _text(name: str, *, needed: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.String(), nullable=not needed)


def _at(name: str, *, needed: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not needed)


def _refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))


def _keyed(table: str, *columns: sa.schema.SchemaItem, refers: Sequence[tuple[str, str]]) -> None:
    keys = [_refers(table, column, other) for column, other in refers]
    op.create_table(table, *columns, _uuid("id"), *keys, sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")))


def upgrade() -> None:
    document = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
    op.add_column("approval", sa.Column("checks", document, nullable=True))
    _keyed(
        "meeting",
        _uuid("case_id"),
        _text("purpose"),
        sa.Column("round", sa.Integer(), nullable=False),
        _at("held_at"),
        _text("place"),
        _text("language"),
        _text("who"),
        _text("salt"),
        _uuid("message_id"),
        _uuid("recorded_by_id"),
        _at("recorded_at"),
        sa.CheckConstraint("purpose IN ('talks', 'report_back')", name=op.f("ck_meeting_purpose")),
        refers=[("case_id", "case"), ("message_id", "message"), ("recorded_by_id", "staff_user")],
    )
    op.create_index(op.f("ix_meeting_case_id"), "meeting", ["case_id"])
    _keyed(
        "after_check",
        _uuid("case_id"),
        _uuid("deadline_id"),
        sa.Column("reached", sa.Boolean(), nullable=False),
        _text("stayed_right", needed=False),
        sa.Column("punished", sa.Boolean(), nullable=True),
        _uuid("message_id"),
        _uuid("recorded_by_id"),
        _at("recorded_at"),
        sa.CheckConstraint(
            "stayed_right IS NULL OR stayed_right IN ('yes', 'partly', 'no')", name=op.f("ck_after_check_stayed_right")
        ),
        sa.UniqueConstraint("deadline_id", name=op.f("uq_after_check_deadline_id")),
        refers=[
            ("case_id", "case"),
            ("deadline_id", "deadline"),
            ("message_id", "message"),
            ("recorded_by_id", "staff_user"),
        ],
    )
    op.create_index(op.f("ix_after_check_case_id"), "after_check", ["case_id"])
    _keyed(
        "systemic_issue",
        _uuid("site_id"),
        _text("category"),
        _text("place"),
        _at("opened_at"),
        _at("closed_at", needed=False),
        _uuid("closed_by_id", needed=False),
        _text("root_cause", needed=False),
        _text("closing_words", needed=False),
        refers=[("site_id", "site"), ("closed_by_id", "staff_user")],
    )
    op.create_index(
        "uq_systemic_issue_cluster",
        "systemic_issue",
        ["site_id", "category", "place"],
        unique=True,
        postgresql_where=RUNS,
        sqlite_where=RUNS,
    )
    op.create_table(
        "issue_case",
        _uuid("case_id"),
        _uuid("issue_id"),
        _at("joined_at"),
        _refers("issue_case", "case_id", "case"),
        _refers("issue_case", "issue_id", "systemic_issue"),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_issue_case")),
    )
    op.create_index(op.f("ix_issue_case_issue_id"), "issue_case", ["issue_id"])
    _keyed(
        "corrective_action",
        _uuid("issue_id"),
        _text("words"),
        _uuid("owner_id"),
        _at("due_at"),
        _uuid("added_by_id"),
        _at("added_at"),
        _text("evidence", needed=False),
        _uuid("finished_by_id", needed=False),
        _at("finished_at", needed=False),
        sa.CheckConstraint(
            "(finished_at IS NULL) = (finished_by_id IS NULL)",
            name=op.f("ck_corrective_action_finished_by_iff_finished"),
        ),
        refers=[
            ("issue_id", "systemic_issue"),
            ("owner_id", "staff_user"),
            ("added_by_id", "staff_user"),
            ("finished_by_id", "staff_user"),
        ],
    )
    op.create_index(op.f("ix_corrective_action_issue_id"), "corrective_action", ["issue_id"])
    _keyed(
        "proceeding",
        _uuid("case_id"),
        _text("kind"),
        _text("body"),
        _text("salt"),
        _uuid("recorded_by_id"),
        _at("recorded_at"),
        _at("ended_at", needed=False),
        _text("outcome", needed=False),
        refers=[("case_id", "case"), ("recorded_by_id", "staff_user")],
    )
    op.create_index(op.f("ix_proceeding_case_id"), "proceeding", ["case_id"])


def downgrade() -> None:
    for table in (
        "proceeding",
        "corrective_action",
        "issue_case",
        "systemic_issue",
        "after_check",
        "meeting",
    ):
        op.drop_table(table)
    op.drop_column("approval", "checks")
