"""What holds notices up, as rows: roads and domains that fail, ceilings that are reached. For an open unit of work.

A domain stands in its row as a keyed digest: the table tells nobody where people have their mail.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, tuple_, update

from engage import clock, vault
from engage.domain import ceilings
from engage.domain import circuits as rules
from engage.domain.circuits import Breaker, Kind
from engage.extensions import db, insert_into
from engage.models import Circuit
from engage.settings import settings

log = logging.getLogger(__name__)
Key = tuple[Kind, str]
_FORGOTTEN_AFTER = timedelta(days=7)  # Ours: longer than any notice is tried


def of_domain(address: str) -> Key:
    """Return the key of the domain of an address."""
    return Kind.DOMAIN, vault.digest(address.rpartition("@")[2].strip(". ").casefold(), vault.CIRCUIT)


def states(keys: Iterable[Key]) -> dict[Key, Breaker]:
    """Return how those do that are not well; the others are left out."""
    rows = db.session.scalars(
        select(Circuit).where(tuple_(Circuit.kind, Circuit.name).in_(list(keys))),
        execution_options={"populate_existing": True},
    )
    return {(row.kind, row.name): _breaker(row) for row in rows}


def _breaker(row: Circuit) -> Breaker:
    return Breaker(row.faults, row.openings, row.opened_until, row.since)


def fault(key: Key, reason: str, *, on_trial: bool) -> Breaker:
    """Write down one more fault in a row and return what follows. Two workers count one after the other."""
    now = clock.utcnow()
    kind, name = key
    _make(key, now, reason)
    row = db.session.execute(
        select(Circuit).where(Circuit.kind == kind, Circuit.name == name).with_for_update(),
        execution_options={"populate_existing": True},
    ).scalar_one()
    before = _breaker(row)
    first = timedelta(seconds=settings().OUTBOX_BACKOFF_SECONDS)
    after = rules.after_fault(kind, before, now, first=first, on_trial=on_trial)
    row.faults, row.openings, row.opened_until, row.reason = after.faults, after.openings, after.opened_until, reason
    if after.openings > before.openings:
        log.warning("%s %s is left alone until %s: %s", kind, name[:12], after.opened_until, reason)
    return after


def _make(key: Key, now: datetime, reason: str | None, opened_until: datetime | None = None) -> bool:
    """Make a row unless it is there; what nobody has asked after for long goes. Whether it was made."""
    kind, name = key
    values = {"kind": kind, "name": name, "faults": 0, "openings": 0, "since": now, "reason": reason}
    made = db.session.execute(
        insert_into(Circuit)
        .values(**values, opened_until=opened_until)
        .on_conflict_do_nothing(index_elements=["kind", "name"])
        .returning(Circuit.name)
    ).one_or_none()
    if made is None:
        return False
    old = now - _FORGOTTEN_AFTER
    forgotten = delete(Circuit).where(
        Circuit.since < old, or_(Circuit.opened_until.is_(None), Circuit.opened_until < old)
    )
    db.session.execute(forgotten, execution_options={"synchronize_session": False})
    return True


def take_trial(key: Key) -> bool:
    """Let one notice try what was left alone; False for all others until it has had the time of the first wait."""
    now = clock.utcnow()
    kind, name = key
    until = now + timedelta(seconds=settings().OUTBOX_BACKOFF_SECONDS)
    taken = db.session.execute(
        update(Circuit)
        .where(Circuit.kind == kind, Circuit.name == name, Circuit.opened_until <= now)
        .values(opened_until=until)
        .returning(Circuit.name)
        .execution_options(synchronize_session=False)
    )
    return taken.one_or_none() is not None


def well(keys: Iterable[Key]) -> None:
    """Forget the faults of what has answered."""
    gone = delete(Circuit).where(tuple_(Circuit.kind, Circuit.name).in_(list(keys)))
    db.session.execute(gone, execution_options={"synchronize_session": False})


def reach(key: Key, until: datetime) -> None:
    """Write down that a ceiling is reached until then. It is said in the log once, when it begins, and no more while
    what waits is looked at again and again."""
    now = clock.utcnow()
    kind, name = key
    if not _make(key, now, "hourly ceiling", until):
        row = db.session.execute(
            select(Circuit).where(Circuit.kind == kind, Circuit.name == name).with_for_update(),
            execution_options={"populate_existing": True},
        ).scalar_one()
        goes_on = row.opened_until is not None and row.opened_until > now - ceilings.WITHIN
        row.since, row.opened_until = row.since if goes_on else now, until
        if goes_on:
            return
    log.error("%s %s has had as much as may leave in an hour: the rest waits", kind, name)
