"""When each entry of the schedule last finished, so that silence shows."""

from sqlalchemy.dialects import postgresql, sqlite

from engage import clock
from engage.extensions import db
from engage.models import Heartbeat


def beat(entry: str, count: int) -> None:
    """Write down that an entry of the schedule has just finished, and how much it did."""
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {"finished_at": clock.utcnow(), "count": count}
    db.session.execute(
        insert(Heartbeat).values(entry=entry, **values).on_conflict_do_update(index_elements=["entry"], set_=values)
    )
