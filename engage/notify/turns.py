"""The notices whose turn it is, as a statement. What it costs follows the batch and the sites, not how many wait."""

from datetime import datetime

from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    FromClause,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal,
    literal_column,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import aliased

from engage.domain.delivery import Urgency
from engage.domain.turns import PATIENCE, rank
from engage.models import Base, OutboxMessage, Site, waits
from engage.models.base import Instant

# Ours: so many times a batch are looked at, shared out among the lanes, so that workers who look at the same moment
# find something else than each other's.
WINDOW = 8
NOW = "now"
_STEPS = tuple(range(int(max(Urgency)), 0, -1))


def next_in_turn(limit: int, window: int, *, has_lateral: bool) -> CTE:
    """Return the ids of up to so many notices that are due, locked on PostgreSQL; what another has locked is skipped.

    Each site's notices of one urgency are a lane, and so are those of no site. From each lane the longest owed are
    looked at; urgent ones come first, then the first of every lane, then the second, and so on. See
    `engage.domain.turns` for what waits long. Executed with the values of `instants`.
    """
    lanes = _lanes()
    # The numbers stand in the text, since PostgreSQL plans for what it can read.
    looked_at: ColumnElement[int] = literal_column(str(window * limit))
    share = select(1 + looked_at // (1 + func.count())).select_from(lanes).scalar_subquery()
    of_sites = _looked_at(lanes, share, of_site=True, has_lateral=has_lateral)
    of_none = _looked_at(lanes, share, of_site=False, has_lateral=has_lateral)
    seen = union_all(of_sites, of_none).subquery("seen")
    order = (_rank(seen.c.urgency, seen.c.not_before), seen.c.place, seen.c.urgency, seen.c.not_before)
    turn = func.row_number().over(order_by=order).label("turn")
    # The limit tells PostgreSQL how few these are: else it reads the whole outbox to join them.
    ranked = select(seen.c.id, turn).order_by("turn").limit(looked_at).cte("ranked")
    return (
        select(OutboxMessage.id)
        .join(ranked, ranked.c.id == OutboxMessage.id)
        .where(waits(OutboxMessage), OutboxMessage.not_before <= _instant())
        .order_by(ranked.c.turn)
        .limit(literal_column(str(limit)))
        .with_for_update(of=OutboxMessage, skip_locked=True)
        .cte("due")  # PostgreSQL runs a locking CTE once; as a plain subquery it may run again and take too many
    )


def instants(now: datetime) -> dict[str, datetime]:
    """Return the values with which the statement is executed."""
    return {NOW: now} | {_before(step): now - step * PATIENCE for step in _STEPS}


def _before(step: int) -> str:
    return f"patient_{step}"


def _instant(name: str = NOW) -> BindParameter[datetime]:
    return bindparam(name, type_=Instant())


def _lanes() -> CTE:
    """Every pair of a site, or none, and an urgency of which something is due."""
    levels = union_all(*(select(literal_column(str(int(one))).label("urgency")) for one in Urgency)).subquery("levels")
    one = aliased(OutboxMessage)
    # Not EXISTS, which PostgreSQL turns into a join that reads all that wait.
    due = select(literal(1)).where(one.urgency == levels.c.urgency, waits(one), one.not_before <= _instant()).limit(1)
    of_site = due.where(one.site_id == Site.id).correlate(Site, levels).scalar_subquery()
    of_none = due.where(one.site_id.is_(None)).correlate(levels).scalar_subquery()
    sites = select(Site.id.label("site_id"), levels.c.urgency).join(levels, true()).where(of_site.is_not(None))
    none = select(null().label("site_id"), levels.c.urgency).where(of_none.is_not(None))
    return union_all(sites, none).cte("lanes")


def _looked_at(
    lanes: CTE, share: ColumnElement[int], *, of_site: bool, has_lateral: bool
) -> Select[tuple[object, ...]]:
    """The longest owed of each lane, with their place in it."""
    one = aliased(OutboxMessage)
    same = one.site_id == lanes.c.site_id if of_site else one.site_id.is_(None)
    first = (
        select(one.id, one.urgency, one.not_before)
        .where(same, one.urgency == lanes.c.urgency, waits(one), one.not_before <= _instant())
        .order_by(one.site_id, one.urgency, one.not_before)  # as the index has them
        .limit(share)
        .correlate(lanes)
    )
    which = lanes.c.site_id.is_not(None) if of_site else lanes.c.site_id.is_(None)
    joined: Select[tuple[object, ...]]
    if has_lateral:
        found: FromClause = first.lateral()
        joined = select(found.c.id).select_from(lanes).join(found, true())
    else:  # SQLite has no LATERAL, and what it takes instead would make PostgreSQL read everything
        found = Base.metadata.tables[OutboxMessage.__tablename__].alias()
        joined = select(found.c.id).select_from(lanes).join(found, found.c.id.in_(first.with_only_columns(one.id)))
    urgency, not_before = found.c.urgency, found.c.not_before
    place = func.row_number().over(partition_by=(lanes.c.site_id, lanes.c.urgency), order_by=not_before)
    return joined.where(which).add_columns(urgency, not_before, place.label("place"))


def _rank(urgency: ColumnElement[int], not_before: ColumnElement[datetime]) -> ColumnElement[int]:
    """The mirror of `engage.domain.turns.rank`, for rows."""
    return case(
        *(
            (and_(urgency == int(one), not_before <= _instant(_before(step))), int(rank(one, step * PATIENCE)))
            for step in _STEPS
            for one in Urgency
            if one > Urgency.URGENT
        ),
        else_=urgency,
    )
