"""When each entry of the schedule last finished, so that silence shows."""

from engage import clock
from engage.extensions import db, insert_into
from engage.models import Heartbeat


def beat(entry: str, count: int) -> None:
    """Write down that an entry of the schedule has just finished, and how much it did."""
    values = {"finished_at": clock.utcnow(), "count": count}
    db.session.execute(
        insert_into(Heartbeat)
        .values(entry=entry, **values)
        .on_conflict_do_update(index_elements=["entry"], set_=values)
    )
