"""What looks as if a program sent it and nobody has looked through yet, and what was found of such lately."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import RowMapping, func, select

from engage.domain.events import SiftedAsNoise, SiftedAsReal
from engage.domain.policy import Actor
from engage.extensions import db
from engage.models import Case, CaseEvent, Site, Statement
from engage.scope import readable_by, to_sift_by, visible_to

PAGE = 25  # Ours: as many as somebody looks through before they press a button; the rest moves up.
LATELY = timedelta(days=30)
_NOISE, _REAL = SiftedAsNoise.__name__, SiftedAsReal.__name__


@dataclass(frozen=True, slots=True)
class ToSift:
    """The oldest of what waits, how many wait in all, and what was found of what came in lately."""

    rows: Sequence[RowMapping]
    count: int
    noise: int
    real: int


def to_sift(actor: Actor, now: datetime) -> ToSift:
    """Return what waits for somebody to look through it, as far as the actor may judge that; the oldest first."""
    waits = to_sift_by(actor)
    rows = db.session.execute(
        select(Case.reference, Case.received_at, Statement.title, Site.name.label("site"), Site.time_zone)
        .join(Statement, Statement.case_id == Case.id)
        .join(Site, Site.id == Case.site_id)
        .where(waits, readable_by(actor))
        .order_by(Case.received_at, Case.id)
        .limit(PAGE)
    )
    count = db.session.scalar(select(func.count()).select_from(Case).where(waits, readable_by(actor))) or 0
    found = _found_lately(actor, now)
    return ToSift(rows.mappings().all(), count, found.get(_NOISE, 0), found.get(_REAL, 0))


def _found_lately(actor: Actor, now: datetime) -> Mapping[str, int]:
    counted = (
        select(CaseEvent.kind, func.count())
        .join(Case, Case.id == CaseEvent.case_id)
        .where(Case.received_at > now - LATELY, visible_to(actor), CaseEvent.kind.in_((_NOISE, _REAL)))
        .group_by(CaseEvent.kind)
    )
    return {kind: count for kind, count in db.session.execute(counted)}
