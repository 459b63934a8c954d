"""Runs of the retention schedule, as administrators see them: counts by rule, and nothing of the restricted lane."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from engage.extensions import db
from engage.models import RetentionItem, RetentionRun, StaffUser

SHOWN = 20  # Ours: older runs stand in the record of changes.


@dataclass(frozen=True, slots=True)
class Run:
    """A run, how much it has by which rule, how much of that was erased, and who did what by name."""

    row: RetentionRun
    counts: Mapping[str, int]
    erased: int
    names: Mapping[uuid.UUID, str]

    @property
    def waits(self) -> bool:
        """Whether somebody has to say yes or no."""
        return self.row.approved_at is None and self.row.finished_at is None


def runs() -> Sequence[Run]:
    """Return the newest runs, the newest first. Three statements."""
    rows = db.session.scalars(select(RetentionRun).order_by(RetentionRun.prepared_at.desc()).limit(SHOWN)).all()
    counts: dict[uuid.UUID, dict[str, int]] = {}
    erased: dict[uuid.UUID, int] = {}
    for run_id, rule, count, done in db.session.execute(
        select(
            RetentionItem.run_id,
            RetentionItem.rule,
            func.count(),
            func.count().filter(RetentionItem.was_erased.is_(True)),
        )
        .where(RetentionItem.run_id.in_([row.id for row in rows]), RetentionItem.is_restricted.is_(False))
        .group_by(RetentionItem.run_id, RetentionItem.rule)
        .order_by(RetentionItem.rule)
    ):
        counts.setdefault(run_id, {})[rule] = count
        erased[run_id] = erased.get(run_id, 0) + done
    people = {key for row in rows for key in (row.prepared_by_id, row.approved_by_id, row.declined_by_id) if key}
    names = {
        row.id: row.name
        for row in db.session.execute(select(StaffUser.id, StaffUser.name).where(StaffUser.id.in_(people)))
    }
    return [Run(row, counts.get(row.id, {}), erased.get(row.id, 0), names) for row in rows]
