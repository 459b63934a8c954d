"""The checkpoints of the record, as anybody may read them: roots, instants and signatures, never how many cases."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from engage.extensions import db
from engage.models import Checkpoint

SHOWN = 60  # Ours: two months; older ones have an address each.


def newest() -> Sequence[Checkpoint]:
    """Return the newest checkpoints, the last one first."""
    return db.session.scalars(select(Checkpoint).order_by(Checkpoint.number.desc()).limit(SHOWN)).all()


def by_number(number: int) -> Any:
    """Return a checkpoint, None where there is none of that number. Numbers beyond what a database counts are none."""
    return db.session.get(Checkpoint, number) if 0 < number < 2**31 else None
