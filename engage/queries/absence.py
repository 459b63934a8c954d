"""Who is away, until when, and who stands in for them."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from engage.domain.absence import follow
from engage.extensions import db
from engage.models import Absence
from engage.scope import replacements


def replacement_for(user_id: uuid.UUID, now: datetime) -> uuid.UUID | None:
    """Return the active colleague who stands in for the user at the instant, or None: not away, or nobody does.

    Where the replacement is away too, whoever stands in for them. Whether they may know of a case is not asked here.
    """
    return follow(user_id, replacements(now))


def away_until(now: datetime) -> Mapping[uuid.UUID, datetime]:
    """Return until when those are away who are, by their id."""
    rows = db.session.execute(
        select(Absence.user_id, Absence.ends_at)
        .where(Absence.starts_at <= now, Absence.ends_at > now)
        .order_by(Absence.ends_at)
    )
    return {user_id: ends_at for user_id, ends_at in rows}


def replaced_by(user_id: uuid.UUID, now: datetime) -> Sequence[uuid.UUID]:
    """Return for whom the user stands in at the instant."""
    held = replacements(now)
    return sorted(absent for absent in held if follow(absent, held) == user_id)


def of(user_id: uuid.UUID, now: datetime) -> Sequence[Absence]:
    """Return the absences of the user that are not over, the next first."""
    wanted = select(Absence).where(Absence.user_id == user_id, Absence.ends_at > now)
    return db.session.scalars(wanted.order_by(Absence.starts_at)).all()
