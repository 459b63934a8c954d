"""How delivery is doing, in figures: owed, died, came back, tried, and who was last heard of. No case and no content.

The number of statements is fixed, and each reads what is owed, or what happened lately, by an index.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, case, func, or_, select

from engage import clock
from engage.domain import schedule
from engage.domain.alarms import Fault, Figures
from engage.domain.circuits import Kind
from engage.domain.delivery import Outcome
from engage.domain.received_mail import MailState
from engage.extensions import db
from engage.models import Alarm, Circuit, DeliveryAttempt, Heartbeat, OutboxMessage, ReceivedMail, ReceivedText
from engage.queries.notice_states import is_owed
from engage.settings import settings

LATELY = timedelta(days=1)
FIRST_ROAD = "first"  # of a notice that has to take no certain road: the first of its reader's


@dataclass(frozen=True, slots=True)
class Standing:
    """A fault that lasts, or whose end was not told yet."""

    fault: Fault
    since: datetime
    lasted: timedelta
    count: int
    is_over: bool


@dataclass(frozen=True, slots=True)
class Health:
    """The figures an operator watches. A notice is owed from the moment it might first have left; ages are of now."""

    owed: int
    oldest_owed: timedelta
    owed_by_road: dict[str, int]
    held_up: int  # owed, and the last try met a road that was down
    dead: int  # and no other road says it
    dead_lately: int  # whatever followed
    bounced: int
    tried_lately: dict[tuple[str, Outcome], int]  # by road and outcome, of the last day
    heartbeats: dict[str, timedelta]
    alarms: list[Standing]
    held_by_ceiling: bool  # more is owed than may leave in an hour, by a road or to a reader
    roads_down: frozenset[str]
    unread: int  # mails and texts that came in and that the worker could have read
    oldest_unread: timedelta

    @property
    def silent(self) -> list[str]:
        """The entries of the schedule that stayed away too long."""
        return schedule.silent(self.heartbeats, expected())

    @property
    def is_worker_away(self) -> bool:
        """Whether no worker was seen for longer than a long task explains."""
        return schedule.is_worker_away(self.heartbeats, sweep_seconds=settings().SWEEP_SECONDS)

    def figures(self) -> Figures:
        """Return what the rules of alarms look at."""
        return Figures(
            owed=self.owed,
            oldest_owed=self.oldest_owed,
            held_up=self.held_up,
            given_up_today=self.dead_lately,
            silent=len(self.silent),
            is_worker_away=self.is_worker_away,
            is_held_by_ceiling=self.held_by_ceiling,
            unread=self.unread,
            oldest_unread=self.oldest_unread,
        )


def expected() -> dict[str, timedelta]:
    """Return how often each entry of the schedule comes by the settings in force."""
    chosen = settings()
    return schedule.intervals(
        sweep_seconds=chosen.SWEEP_SECONDS,
        escalate_seconds=chosen.ESCALATE_SECONDS,
        fetch_seconds=chosen.IMAP_POLL_SECONDS,
    )


def health() -> Health:
    """Return how delivery is doing now; ages are zero where there is nothing."""
    now = clock.utcnow()
    # What was tried has its schedule moved on, so its age counts from when it was made; what is tried for the first
    # time, from then; what was not tried yet, or was left alone for the night of its reader, from when it is to leave.
    in_nobodys_hands = and_(OutboxMessage.claimed_at.is_(None), OutboxMessage.last_error.is_(None))
    is_first_try = and_(OutboxMessage.attempts <= 1, OutboxMessage.last_error.is_(None))
    since = case(
        (in_nobodys_hands, OutboxMessage.not_before),
        (is_first_try, OutboxMessage.claimed_at),
        else_=OutboxMessage.created_at,
    )
    # As engage.services.delivery writes it: its own try met the fault, or it was put back with the rest of its batch.
    is_down = OutboxMessage.last_error.startswith("down", autoescape=True)
    owed = db.session.execute(
        select(
            func.coalesce(OutboxMessage.asked_road, FIRST_ROAD),
            func.count(OutboxMessage.id),
            func.min(since),
            func.count(OutboxMessage.id).filter(or_(is_down, OutboxMessage.last_error == "transport down")),
        )
        .where(is_owed(now))
        .group_by(OutboxMessage.asked_road)
    ).all()
    dead, lately = db.session.execute(
        select(
            func.count(OutboxMessage.id).filter(OutboxMessage.replaced_at.is_(None)),
            func.count(OutboxMessage.id).filter(OutboxMessage.dead_at > now - LATELY),
        ).where(OutboxMessage.dead_at.is_not(None))
    ).one()
    bounced = db.session.scalar(select(func.count(OutboxMessage.id)).where(OutboxMessage.bounced_at.is_not(None)))
    tried = db.session.execute(
        select(DeliveryAttempt.road, DeliveryAttempt.outcome, func.count(DeliveryAttempt.id))
        .where(DeliveryAttempt.at > now - LATELY)
        .group_by(DeliveryAttempt.road, DeliveryAttempt.outcome)
    ).all()
    beats = db.session.execute(select(Heartbeat.entry, Heartbeat.finished_at)).all()
    # A road stands here from its opening until it answers again, also while it may be tried.
    is_held_up = or_(
        and_(Circuit.kind == Kind.ROAD, Circuit.opened_until.is_not(None)),
        and_(Circuit.kind.in_((Kind.CEILING, Kind.READER)), Circuit.opened_until > now),
    )
    held_up = db.session.execute(select(Circuit.kind, Circuit.name).where(is_held_up)).all()
    unread = _unread()
    alarms = db.session.scalars(select(Alarm).order_by(Alarm.since, Alarm.fault)).all()
    return Health(
        owed=sum(count for _, count, _, _ in owed),
        oldest_owed=max((now - oldest for _, _, oldest, _ in owed), default=timedelta()),
        owed_by_road={road: count for road, count, _, _ in owed},
        held_up=sum(down for _, _, _, down in owed),
        dead=dead,
        dead_lately=lately,
        bounced=bounced or 0,
        tried_lately={(road, outcome): count for road, outcome, count in tried},
        heartbeats={entry: now - finished_at for entry, finished_at in beats},
        alarms=[
            Standing(one.fault, one.since, now - one.since, one.count, is_over=one.ended_at is not None)
            for one in alarms
        ],
        held_by_ceiling=any(kind is not Kind.ROAD for kind, _ in held_up),
        roads_down=frozenset(name for kind, name in held_up if kind is Kind.ROAD),
        unread=sum(count for count, _ in unread),
        oldest_unread=max((now - oldest for _, oldest in unread if oldest is not None), default=timedelta()),
    )


def _unread() -> Sequence[tuple[int, datetime | None]]:
    """How many mails and how many texts wait to be read, and since when the oldest does; one statement.

    One that was tried and failed, or that a worker has just taken, is still unread. What somebody decided in the pen
    waits again from then on.
    """
    since = func.coalesce(ReceivedMail.decided_at, ReceivedMail.received_at, type_=ReceivedMail.received_at.type)
    mails = select(func.count(ReceivedMail.id), func.min(since)).where(ReceivedMail.state == MailState.RECEIVED)
    texts = select(func.count(ReceivedText.id), func.min(ReceivedText.received_at)).where(
        ReceivedText.read_at.is_(None)
    )
    return [(count, oldest) for count, oldest in db.session.execute(mails.union_all(texts))]
