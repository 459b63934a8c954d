"""The outbox: notices as rows in the same transaction, and one nudge to the workers per commit."""

import logging
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, not_, or_, select, update

from engage import clock
from engage.domain.delivery import Urgency, urgency_of
from engage.domain.notice_groups import StaffRoad
from engage.extensions import celery, db, insert_into
from engage.folder_queue import still_waits
from engage.models import WAITING, OutboxMessage, Recipient
from engage.unit_of_work import after_commit

log = logging.getLogger(__name__)
DRAIN_TASK = "engage.drain_outbox"
GATHER = timedelta(minutes=2)  # Ours: longer than a sweep takes, and short beside the shortest promise (4 hours).
OTHERS = "others"  # in the context of a reminder: the events of other cases for which it speaks
_SILENCE_SECONDS = 30  # ours: after a nudge that failed, so that a silent broker costs one page at most its timeout
_NUDGE_EXPIRES_SECONDS = 60  # ours: the sweep has found the rows by then
_SPEAKS_SECONDS = 30  # ours: half of it
_silent_until = 0.0
# What is unknown of a notice that has not left yet.


@dataclass(frozen=True, slots=True)
class Owed:
    """A notice on its way into the outbox.

    The context holds plain strings and never the words of a concern, a name or an address.
    """

    dedupe_key: str
    template: str
    locale: str
    recipient: Recipient
    user_id: uuid.UUID | None = None
    case_id: uuid.UUID | None = None
    context: Mapping[str, str] = field(default_factory=dict)
    not_before: datetime | None = None
    lane_report_id: uuid.UUID | None = None
    is_shared: bool = False  # another event may have owed the same before
    site_id: uuid.UUID | None = None  # whose turn it is when many wait; of all sites, or of an account, none
    level: int | None = None  # how grave its case is
    asked_road: str | None = None  # the road it has to take, where it is not the first of the person's
    said_by_id: uuid.UUID | None = None  # the notice that says it already: the row is kept, and never leaves
    is_on_page: bool = False  # the mail of another speaks for it: it is on the page of its reader, and never leaves


def enqueue(*owed: Owed) -> None:
    """Add the notices with one statement, unless there is one with the same key; the workers are nudged after the
    commit."""
    if not owed:
        return
    db.session.execute(
        insert_into(OutboxMessage).on_conflict_do_nothing(index_elements=["dedupe_key"]),
        rows_of(owed),
        execution_options={"render_nulls": True},  # else rows to the person and to staff go apart
    )


def rows_of(owed: Iterable[Owed]) -> list[dict[str, Any]]:
    """Return the notices as rows, by name of column, for a caller who inserts them in this unit of work.

    Their event is new and none of them is shared, so no such row is there. The workers are nudged after the commit.
    """
    now = clock.utcnow()
    after_commit(nudge)
    return [
        {
            "id": uuid.uuid4(),
            "dedupe_key": notice.dedupe_key,
            "case_id": notice.case_id,
            "lane_report_id": notice.lane_report_id,
            "template": notice.template,
            "locale": notice.locale,
            "recipient": notice.recipient,
            "user_id": notice.user_id,
            "context": dict(notice.context),
            "created_at": now,
            "not_before": notice.not_before or now,
            "attempts": 0,
            "urgency": urgency_of(notice.template, notice.level),
            "site_id": notice.site_id,
            "asked_road": notice.asked_road,
            "replaced_at": now if notice.said_by_id else None,
            "replaced_by_id": notice.said_by_id,
            "sent_at": now if notice.is_on_page else None,
            "road": StaffRoad.PAGE.value if notice.is_on_page else None,
        }
        for notice in owed
    ]


def once_an_hour(owed: Owed, hour: datetime) -> Owed:
    """Return the notice that speaks for all that happens in an hour, whose key names the hour.

    Where it has left already, it is one more, which leaves when the hour is over: else what happened after it would be
    told to nobody.
    """
    is_there = OutboxMessage.dedupe_key == owed.dedupe_key
    has_left = or_(not_(WAITING), OutboxMessage.claimed_at.is_not(None))
    if db.session.scalars(select(OutboxMessage.id).where(is_there, has_left)).first() is None:
        return owed
    return replace(owed, dedupe_key=f"{owed.dedupe_key}:over", not_before=hour + timedelta(hours=1))


def time_for_reminder(
    user_id: uuid.UUID,
    templates: tuple[str, ...],
    *,
    merge_within: timedelta,
    event_id: uuid.UUID,
    may_leave: datetime,
    urgency: Urgency | None = None,
) -> tuple[datetime, bool]:
    """Return when a reminder to the user may leave, and whether the mail of one that waits already speaks for it.

    The first waits so long that one sweep gathers in it all that it finds; what follows less than `merge_within` later
    waits for the end of that time, where the first that waits speaks for the others and keeps their events. None leaves
    before it may by the hours of its reader; one that waits for the morning comes forward where it has to speak for
    something that cannot. With an urgency those of that urgency alone are gathered, since the others are no mail. Two
    sweeps at the same moment could each send one, which only means two mails.
    """
    now = clock.utcnow()
    mine = [OutboxMessage.user_id == user_id, OutboxMessage.template.in_(templates)]
    if urgency is not None:
        mine.append(OutboxMessage.urgency == urgency)
    waiting = (WAITING, OutboxMessage.not_before > now)
    # Locked, so that of two who add to it neither is forgotten, and no worker takes it while something is added.
    held = db.session.scalars(
        select(OutboxMessage)
        .where(*mine, *waiting, OutboxMessage.attempts == 0)
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if held is not None:
        said = held.context or {}
        others = f"{said.get(OTHERS, '')} {event_id}".strip()
        held.context = {**said, "more": str(int(said.get("more", "0")) + 1), OTHERS: others}
        held.not_before = min(held.not_before, max(may_leave, now) + max(GATHER, merge_within))
        return now, True
    last = db.session.scalar(
        select(func.max(OutboxMessage.not_before)).where(*mine, OutboxMessage.not_before > now - merge_within)
    )
    first = now + GATHER if last is None else last + merge_within
    return max(first, may_leave), False


def owe_again(message_id: uuid.UUID) -> bool:
    """Let a notice that is dead or came back be tried again at once; False if it is neither or its values are gone.

    The row is the same and so is its Message-ID; the lines of its attempts stay.
    """
    now = clock.utcnow()
    again = {name: None for name in ("dead_at", "sent_at", "bounced_at", "arrived_at", "road", "provider_id")}
    found = db.session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.id == message_id,
            or_(OutboxMessage.dead_at.is_not(None), OutboxMessage.bounced_at.is_not(None)),
            OutboxMessage.replaced_at.is_(None),
            OutboxMessage.context.is_not(None),
        )
        .values(**again, attempts=0, not_before=now, created_at=now)
        .returning(OutboxMessage.id)
    ).one_or_none()
    if found is not None:
        after_commit(nudge)
    return found is not None


def left_at(dedupe_key: str) -> datetime | None:
    """Return when the notice with the key left last; None where it has not left yet, or is tried again."""
    return db.session.scalar(select(OutboxMessage.sent_at).where(OutboxMessage.dedupe_key == dedupe_key))


def nudge() -> None:
    """Tell the workers that something is owed. Failing is logged and nothing else: the sweep finds the rows.

    After a failure none is sent for a while, so that a broker that is silent costs one page its timeout, not all. In
    a folder one that waits speaks for those after it, while it is not near the age at which workers ignore it.
    """
    global _silent_until
    if time.monotonic() < _silent_until:
        return
    folder = celery.conf.broker_transport_options.get("data_folder_in")
    if folder and still_waits(folder, DRAIN_TASK, _SPEAKS_SECONDS):
        return
    try:
        celery.send_task(DRAIN_TASK, expires=_NUDGE_EXPIRES_SECONDS, ignore_result=True)
    except Exception as error:
        _silent_until = time.monotonic() + _SILENCE_SECONDS
        log.warning("the workers could not be nudged: %s", type(error).__name__)
