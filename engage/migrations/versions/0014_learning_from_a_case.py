"""learning from a case: corrective actions of one, who does security, incident numbers, places as they are compared"""

import secrets
import unicodedata
import uuid

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TO_REMIND = sa.text("finished_at IS NULL AND reminded_at IS NULL")
BATCH, COLUMNS = 1000, ("case_id", "community", "place_key")
ONE_OWNER = "(issue_id IS NULL) <> (case_id IS NULL)"


def upgrade() -> None:
    op.add_column("corrective_action", sa.Column("salt", sa.String(), nullable=True))
    _give_salts()
    with op.batch_alter_table("corrective_action") as batch:
        batch.alter_column("issue_id", existing_type=sa.Uuid(), nullable=True)
        batch.alter_column("salt", existing_type=sa.String(), nullable=False)
        batch.add_column(sa.Column("case_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("shared_words", sa.String(), nullable=True))
        batch.add_column(sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))
        batch.create_foreign_key(op.f("fk_corrective_action_case_id"), "case", ["case_id"], ["id"])
        batch.create_check_constraint(op.f("ck_corrective_action_of_issue_or_case"), ONE_OWNER)
    document = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
    op.add_column("case", sa.Column("incident", sa.String(), nullable=True))
    op.add_column("statement", sa.Column("place_key", sa.String(), nullable=True))
    _give_place_keys()
    op.add_column("site", sa.Column("security", document, nullable=False, server_default="[]"))
    op.create_index(op.f("ix_corrective_action_case_id"), "corrective_action", ["case_id"])
    op.create_index(
        "ix_corrective_action_to_remind",
        "corrective_action",
        ["due_at"],
        postgresql_where=TO_REMIND,
        sqlite_where=TO_REMIND,
    )


def downgrade() -> None:
    op.drop_column("site", "security")
    op.drop_column("statement", "place_key")
    op.drop_column("case", "incident")
    op.execute(sa.text("DELETE FROM corrective_action WHERE case_id IS NOT NULL"))
    op.drop_index("ix_corrective_action_to_remind", "corrective_action")
    op.drop_index(op.f("ix_corrective_action_case_id"), "corrective_action")
    with op.batch_alter_table("corrective_action") as batch:
        batch.drop_constraint(op.f("ck_corrective_action_of_issue_or_case"), type_="check")
        batch.drop_constraint(op.f("fk_corrective_action_case_id"), type_="foreignkey")
        for name in ("reminded_at", "shared_words", "case_id", "salt"):
            batch.drop_column(name)
        batch.alter_column("issue_id", existing_type=sa.Uuid(), nullable=False)


def _give_salts() -> None:
    table = sa.table("corrective_action", sa.column("id", sa.Uuid()), sa.column("salt", sa.String()))
    bind = op.get_bind()
    for row_id in bind.execute(sa.select(table.c.id)).scalars().all():
        bind.execute(table.update().where(table.c.id == row_id).values(salt=secrets.token_hex(16)))


def _place_key(place: str) -> str | None:
    """As domain.likeness.place_key was when this was written: a migration does not change with the code."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", place).casefold())
    return " ".join(folded.split()) or None


def _give_place_keys() -> None:
    """Databases fold letters each in its own way, so it is done here, a batch at a time."""
    bind, last = op.get_bind(), uuid.UUID(int=0)
    table = sa.table(
        "statement", *(sa.column(name, sa.Uuid() if name == "case_id" else sa.String()) for name in COLUMNS)
    )
    rows = sa.select(table.c.case_id, table.c.community).where(table.c.community.is_not(None)).order_by(table.c.case_id)
    while found := bind.execute(rows.where(table.c.case_id > last).limit(BATCH)).all():
        for row in found:
            changed = table.update().where(table.c.case_id == row.case_id)
            bind.execute(changed.values(place_key=_place_key(row.community)))
        last = found[-1].case_id
    issues = sa.table("systemic_issue", sa.column("id", sa.Uuid()), sa.column("place", sa.String()))
    for row in bind.execute(sa.select(issues.c.id, issues.c.place)).all():
        key = _place_key(row.place) or row.place
        if key != row.place:
            bind.execute(issues.update().where(issues.c.id == row.id).values(place=key))
