"""Whether a notice may leave now: its road and its domain are well, and no ceiling is reached.

What is well costs two or three statements a batch, and nothing is asked per notice.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select

from engage import clock
from engage.domain import ceilings
from engage.domain import circuits as rules
from engage.domain.circuits import Breaker, Kind
from engage.domain.delivery import Outcome, Urgency
from engage.domain.notice_groups import StaffRoad
from engage.extensions import db
from engage.models import DeliveryAttempt, OutboxMessage, Recipient
from engage.notify import circuits
from engage.notify.circuits import Key
from engage.notify.claims import Claimed
from engage.notify.destinations import WITHHELD, Letter, Text
from engage.notify.handing_over import road_of
from engage.notify.looking_up import Found
from engage.settings import settings

# Roads by which nothing left that a loop could flood somebody with.
NO_MACHINE = ("case", "errand", WITHHELD, StaffRoad.PAGE.value, StaffRoad.DIGEST.value)
_STEP = timedelta(minutes=10)  # Ours: what a ceiling holds up is looked at again after so long


@dataclass(frozen=True, slots=True)
class Held:
    """A notice that may not leave now, until when, and why in a word; hopeless where waiting has no sense any more."""

    until: datetime
    why: str
    by: Key
    is_hopeless: bool = False


@dataclass(slots=True)
class Way:
    """What a notice that passes has to do with: its road, the domain of its address, and which of them it tries."""

    road: str
    keys: tuple[Key, ...]
    trials: frozenset[Key] = frozenset()


@dataclass(slots=True)
class Gate:
    """What one worker knows of circuits and ceilings, as of the last look."""

    _breakers: dict[Key, Breaker] = field(default_factory=dict)
    _by_road: dict[str, int] = field(default_factory=dict)
    _by_reader: dict[str, int] = field(default_factory=dict)

    def look(self, found: Mapping[uuid.UUID, Found], messages: Sequence[Claimed]) -> None:
        """Read what concerns these notices. Reads only; the caller ends the transaction."""
        letters = [where for where in found.values() if isinstance(where, Letter | Text)]
        roads = {road_of(letter) for letter in letters}
        readers = [message for message in messages if isinstance(found[message.id], Letter | Text)]
        keys = {key for letter in letters for key in _keys(letter)}
        self._breakers = circuits.states(keys) if keys else {}
        most = settings().OUTBOX_HOURLY_MAX
        self._by_road = _sent_by(roads, clock.utcnow() - ceilings.WITHIN) if most and roads else {}
        told = settings().OUTBOX_READER_HOURLY_MAX and readers
        self._by_reader = _told(readers, clock.utcnow() - ceilings.WITHIN) if told else {}

    def way_for(self, message: Claimed, letter: Letter | Text) -> Way | Held:
        """Return how the notice may leave, or until when it waits. Reads nothing and writes nothing."""
        now = clock.utcnow()
        road, keys = road_of(letter), _keys(letter)
        for key in keys:
            state = self._breakers.get(key)
            if state is not None and state.is_open(now):
                return _held(state, key, message, now)
        held = self._under_ceilings(message, road, now)
        if held is not None:
            return held
        trials = frozenset(key for key in keys if key in self._breakers and self._breakers[key].wants_trial(now))
        return Way(road, keys, trials)

    def _under_ceilings(self, message: Claimed, road: str, now: datetime) -> Held | None:
        urgency, reader = Urgency(message.urgency), _reader(message)
        most = settings().OUTBOX_HOURLY_MAX
        if not ceilings.may_leave(self._by_road.get(road, 0), most, urgency):
            return Held(now + _STEP, "hourly ceiling", (Kind.CEILING, road))
        most = settings().OUTBOX_READER_HOURLY_MAX
        if not ceilings.may_be_told(self._by_reader.get(reader, 0), most, urgency, message.template):
            return Held(now + _STEP, "hourly ceiling of its reader", (Kind.READER, reader))
        return None

    def left(self, message: Claimed, way: Way) -> list[Key]:
        """Count a notice that left, and return whose faults are forgotten now."""
        reader = _reader(message)
        self._by_road[way.road] = self._by_road.get(way.road, 0) + 1
        self._by_reader[reader] = self._by_reader.get(reader, 0) + 1
        return self.answered(way.keys)

    def answered(self, keys: Iterable[Key]) -> list[Key]:
        """Return whose faults are forgotten now: a refusal is an answer, too."""
        return [key for key in keys if self._breakers.pop(key, None) is not None]

    def is_well(self, keys: Iterable[Key]) -> bool:
        """Whether all of them have answered since they last failed."""
        return self._breakers.keys().isdisjoint(keys)

    def note(self, key: Key, state: Breaker) -> None:
        """Remember what a fault led to."""
        self._breakers[key] = state


_WORDS = {Kind.ROAD: "transport down", Kind.DOMAIN: "domain says later"}


def _held(state: Breaker, key: Key, message: Claimed, now: datetime) -> Held:
    dead_after = timedelta(hours=settings().OUTBOX_DEAD_AFTER_HOURS)
    hopeless = key[0] is Kind.DOMAIN and rules.is_hopeless(state, message.created_at, now, dead_after)
    return Held(state.opened_until or now, _WORDS[key[0]], key, hopeless)


def _keys(letter: Letter | Text) -> tuple[Key, ...]:
    """The road comes first."""
    road = road_of(letter)
    return (Kind.ROAD, road), *((circuits.of_domain(letter.address),) if isinstance(letter, Letter) else ())


def _reader(message: Claimed) -> str:
    """Who is told: a member of staff, or the person of a case or of a report of the lane; an id of ours."""
    return str(message.user_id or message.lane_report_id or message.case_id)


def _sent_by(roads: Iterable[str], since: datetime) -> dict[str, int]:
    attempt = DeliveryAttempt
    rows = db.session.execute(
        select(attempt.road, func.count())
        .where(attempt.road.in_(list(roads)), attempt.at > since, attempt.outcome == Outcome.SENT)
        .group_by(attempt.road)
    )
    return {road: count for road, count in rows}


def _told(messages: Sequence[Claimed], since: datetime) -> dict[str, int]:
    """How many left to each reader lately by a machine's road; reports of the lane tell one thing once, and are not
    counted."""
    row = OutboxMessage
    left = (row.sent_at > since, row.road.not_in(NO_MACHINE), row.template.not_in(ceilings.OF_CODES))
    users = {message.user_id for message in messages if message.user_id is not None}
    cases = {message.case_id for message in messages if message.user_id is None and message.case_id is not None}
    counts: dict[str, int] = {}
    if users:  # a row that was sent keeps the end of its lease, which is later: the index finds it by that
        to_staff = select(row.user_id, func.count()).where(row.user_id.in_(users), row.not_before > since, *left)
        counts |= {str(key): count for key, count in db.session.execute(to_staff.group_by(row.user_id))}
    if cases:
        to_people = select(row.case_id, func.count()).where(
            row.case_id.in_(cases), row.recipient == Recipient.PERSON, *left
        )
        counts |= {str(key): count for key, count in db.session.execute(to_people.group_by(row.case_id))}
    return counts
