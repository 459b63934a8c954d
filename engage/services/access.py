"""Who read a case: kept once per user, case, day and purpose, in a chain of its own beside the case's events."""

import logging
import uuid
from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import String, Uuid, bindparam, func, select
from sqlalchemy.exc import IntegrityError

from engage import clock
from engage.domain.policy import Actor, Party
from engage.extensions import db
from engage.models import Access, Case, Site
from engage.services.chain import GENESIS, breaks, hash_over
from engage.services.timeline import role_at
from engage.unit_of_work import unit_of_work

log = logging.getLogger(__name__)

_TRIES = 5  # Ours: so many people would have to open the same case in the same moment.

# Where the case belongs, and the last day on which the user read it. Built once: it is asked at every look at a case.
_CASE_ID = bindparam("case_id", type_=Uuid())
_LAST_READ = (
    select(
        Site.id,
        Site.time_zone,
        select(func.max(Access.on))
        .where(
            Access.case_id == _CASE_ID,
            Access.user_id == bindparam("user_id", type_=Uuid()),
            Access.purpose == bindparam("purpose", type_=String()),
        )
        .scalar_subquery(),
    )
    .join(Case, Case.site_id == Site.id)
    .where(Case.id == _CASE_ID)
)


def record_access(case_id: uuid.UUID, actor: Actor, purpose: str) -> None:
    """Note that a member of staff read the case; nothing is noted of the person and of the service itself.

    Opens its own short unit of work, so call it when the page is made, outside of any other. Safe to run twice: the
    second time on the same day at the site adds nothing and writes nothing. A failure is logged and never raised: a
    page is not refused because the note about it could not be written.
    """
    if actor.party is not Party.STAFF or actor.id is None:
        return
    try:
        _record(case_id, actor, actor.id, purpose)
    except Exception as error:
        log.error("reading of case %s by %s was not recorded: %s", case_id, actor.id, type(error).__name__)


def is_owed(last_read: date | None, time_zone: str) -> bool:
    """Whether a reading now is the first of its day at the site and has to be recorded; the zone is an IANA name."""
    return last_read is None or last_read < clock.utcnow().astimezone(ZoneInfo(time_zone)).date()


def _record(case_id: uuid.UUID, actor: Actor, user_id: uuid.UUID, purpose: str) -> None:
    now, given = clock.utcnow(), {"case_id": case_id, "user_id": user_id, "purpose": purpose}
    for _ in range(_TRIES):
        site_id, time_zone, last_read = db.session.execute(_LAST_READ, given).one()
        if not is_owed(last_read, time_zone):
            return
        on = now.astimezone(ZoneInfo(time_zone)).date()
        try:
            with unit_of_work():
                _append(
                    Access(
                        id=uuid.uuid4(),
                        case_id=case_id,
                        user_id=user_id,
                        role=role_at(actor, site_id) or "none",
                        on=on,
                        purpose=purpose,
                        at=now,
                    )
                )
            return
        except IntegrityError:
            continue  # somebody else took the number, or this very row is there by now
    raise RuntimeError("too many readers at once")


def _append(row: Access) -> None:
    last = db.session.execute(
        select(Access.number, Access.hash).where(Access.case_id == row.case_id).order_by(Access.number.desc()).limit(1)
    ).one_or_none()
    row.number = last.number + 1 if last else 1
    row.previous_hash = last.hash if last else GENESIS
    row.hash = hash_of(row)
    db.session.add(row)


def hash_of(row: Access) -> str:
    """Return the hash an entry must have: over every column but its own, and the entry before it."""
    return hash_over(
        str(row.id),
        str(row.case_id),
        row.number,
        str(row.user_id),
        row.role,
        row.on.isoformat(),
        row.purpose,
        row.at.isoformat(),
        row.previous_hash,
    )


def breaks_in(rows: Iterable[Access]) -> list[int]:
    """Return the numbers at which a case's chain does not hold; the rows come in order of their number."""
    return breaks(rows, hash_of)
