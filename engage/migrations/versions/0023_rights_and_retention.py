"""rights and retention: corrections, legal holds, tombstones, runs of the schedule, and the day a mine closes"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_SCOPES = ("everything", "identifiers", "secrets")
_TO_KEEP = sa.text("closed_at IS NOT NULL AND erased_at IS NULL")
_STANDS = sa.text("lifted_at IS NULL")
_UNFINISHED = sa.text("finished_at IS NULL")


def _instant(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _scope(table: str) -> sa.Column[str]:
    kind = sa.Enum(*_SCOPES, name=op.f(f"ck_{table}_scope"), native_enum=False, create_constraint=True, length=32)
    return sa.Column("scope", kind, nullable=False)


def _of_case(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f(f"fk_{table}_case_id"))


def _by_user(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["staff_user.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    op.add_column("case", _instant("erased_at"))
    op.create_index("ix_case_to_keep", "case", ["closed_at", "id"], sqlite_where=_TO_KEEP, postgresql_where=_TO_KEEP)
    op.add_column("site", sa.Column("closes_on", sa.Date(), nullable=True))
    op.create_table(
        "correction",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("right_words", sa.String(), nullable=True),
        sa.Column("salt", sa.String(), nullable=False),
        _instant("asked_at", nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.Column("answer_words", sa.String(), nullable=True),
        sa.Column("is_accepted", sa.Boolean(), nullable=True),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        _instant("answered_at"),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (is_accepted IS NULL)", name=op.f("ck_correction_accepted_iff_answered")
        ),
        _of_case("correction"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_correction_task_id")),
        _by_user("correction", "answered_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    op.create_index(op.f("ix_correction_case_id"), "correction", ["case_id"])
    op.create_table(
        "legal_hold",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("set_by_id", sa.Uuid(), nullable=False),
        _instant("set_at", nullable=False),
        sa.Column("lift_words", sa.String(), nullable=True),
        sa.Column("lifted_by_id", sa.Uuid(), nullable=True),
        _instant("lifted_at"),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by_id IS NULL)", name=op.f("ck_legal_hold_lifted_by_iff_lifted")
        ),
        _of_case("legal_hold"),
        _by_user("legal_hold", "set_by_id"),
        _by_user("legal_hold", "lifted_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
    )
    op.create_index(op.f("ix_legal_hold_case_id"), "legal_hold", ["case_id"])
    op.create_index(
        "uq_legal_hold_standing", "legal_hold", ["case_id"], unique=True, sqlite_where=_STANDS, postgresql_where=_STANDS
    )
    op.create_table(
        "tombstone",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        _scope("tombstone"),
        sa.Column("rule", sa.String(), nullable=False),
        _instant("erased_at", nullable=False),
        _of_case("tombstone"),
        sa.PrimaryKeyConstraint("case_id", "scope", name=op.f("pk_tombstone")),
    )
    op.create_table(
        "doomed_file",
        sa.Column("stored_as", sa.String(), nullable=False),
        _instant("doomed_at", nullable=False),
        sa.PrimaryKeyConstraint("stored_as", name=op.f("pk_doomed_file")),
    )
    op.create_table(
        "retention_run",
        sa.Column("is_running", sa.Boolean(), nullable=False),
        _instant("prepared_at", nullable=False),
        sa.Column("prepared_by_id", sa.Uuid(), nullable=True),
        _instant("approved_at"),
        sa.Column("approved_by_id", sa.Uuid(), nullable=True),
        _instant("declined_at"),
        sa.Column("declined_by_id", sa.Uuid(), nullable=True),
        _instant("finished_at"),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "approved_at IS NULL OR declined_at IS NULL", name=op.f("ck_retention_run_not_both_approved_and_declined")
        ),
        sa.CheckConstraint(
            "declined_at IS NULL OR finished_at IS NOT NULL", name=op.f("ck_retention_run_finished_if_declined")
        ),
        _by_user("retention_run", "prepared_by_id"),
        _by_user("retention_run", "approved_by_id"),
        _by_user("retention_run", "declined_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_run")),
    )
    op.create_index(
        "uq_retention_run_unfinished",
        "retention_run",
        ["is_running"],
        unique=True,
        sqlite_where=_UNFINISHED,
        postgresql_where=_UNFINISHED,
    )
    op.create_table(
        "retention_item",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        _scope("retention_item"),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("is_restricted", sa.Boolean(), nullable=False),
        sa.Column("was_erased", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["retention_run.id"], name=op.f("fk_retention_item_run_id")),
        _of_case("retention_item"),
        sa.PrimaryKeyConstraint("run_id", "case_id", "scope", name=op.f("pk_retention_item")),
    )
    op.create_index(op.f("ix_retention_item_case_id"), "retention_item", ["case_id"])


def downgrade() -> None:
    # Going back would forget what was erased and what must not be: the older service would take one for the other.
    for table in ("tombstone", "legal_hold"):
        if op.get_bind().execute(sa.text(f"SELECT 1 FROM {table}")).first() is not None:  # noqa: S608 - names of ours
            raise RuntimeError("cases were erased or are held; restore the backup instead")
    for table in ("retention_item", "retention_run", "doomed_file", "tombstone", "legal_hold", "correction"):
        op.drop_table(table)
    op.drop_column("site", "closes_on")
    op.drop_index("ix_case_to_keep", table_name="case")
    op.drop_column("case", "erased_at")
