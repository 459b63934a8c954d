"""Delivering what the outbox owes. Opens its own short units of work: none is open while a mail is on its way."""

import time
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from engage import clock
from engage.domain.circuits import Kind
from engage.domain.delivery import Outcome
from engage.domain.policy import Actor
from engage.models import Recipient
from engage.notify import circuits, claims, looking_up, outbox
from engage.notify.circuits import Key
from engage.notify.claims import Claimed
from engage.notify.destinations import ByHand, Later, Letter, NoAddress, Nowhere, Text
from engage.notify.gate import Gate, Held, Way
from engage.notify.handing_over import Roads, road_of
from engage.notify.looking_up import Found
from engage.notify.transports import TransportBroke, TransportDeferred, TransportDown, TransportRefused
from engage.services import errands, outcomes
from engage.services.audit import Change, note
from engage.settings import settings
from engage.unit_of_work import end_reading, release, unit_of_work

BATCHES = 50  # Ours: what is left over is asked for with a new nudge.
# Ours: however slow a server is, a task ends inside its limit (worker.app), with half a lease for its last batch.
SECONDS = 240
FRESH = timedelta(seconds=5)  # Ours: where a notice goes was found out at most so long before it is sent

_PAUSE_SECONDS = 0.5  # Ours: between tries to write down that a notice left


def try_again(message_id: uuid.UUID, *, actor: Actor | None) -> bool:
    """Let a notice that was given up or came back be tried again at once; False if neither, or what it said is gone.

    Who did it is on the record of changes; no actor means a command on the server.
    """
    if not outbox.owe_again(message_id):
        return False
    note(Change.NOTICE_RETRIED, actor=actor, subject_id=message_id)
    return True


def drain() -> int:
    """Deliver what is due until nothing is, and return how many notices left by some road.

    Safe to run twice and at the same time: a notice belongs to whoever claimed it. What can't leave because its road,
    its domain or a ceiling holds it up waits at no attempt, and the others go on.
    """
    run, ends_at = _Run(Roads()), time.monotonic() + SECONDS
    try:
        for _ in range(BATCHES):
            with unit_of_work():
                batch = claims.claim(settings().OUTBOX_BATCH)
            if not batch:
                return run.count
            run.deliver(batch)
            if time.monotonic() >= ends_at:
                break
    finally:
        run.roads.close()
    outbox.nudge()
    return run.count


def _insist(message: Claimed, write: Callable[[], None]) -> None:
    """Write down that a notice left, again and again while the database is away and the notice is ours.

    Else a database that restarts while a mail is on its way would have it sent twice.

    Raises:
        SQLAlchemyError: the database stayed away; the notice comes due again when its lease runs out.
    """
    while True:
        try:
            write()
        except DBAPIError as error:
            if not (error.connection_invalidated or isinstance(error, OperationalError)) or not claims.is_held(message):
                raise
            release()
            time.sleep(_PAUSE_SECONDS)
        else:
            return


class _Run:
    """One drain: the connections it keeps, how many left, and what holds others up."""

    def __init__(self, roads: Roads) -> None:
        self.roads = roads
        self.count = 0
        self._gate = Gate()
        self._held: dict[Key, tuple[Held, list[Claimed]]] = {}
        self._way: Way | None = None
        self._errands: frozenset[uuid.UUID] = frozenset()

    def deliver(self, batch: Sequence[Claimed]) -> None:
        """Try each notice once, as long as the lease of the batch allows; the rest is put back."""
        found: dict[uuid.UUID, Found] = {}
        looked_at: datetime | None = None
        for place, message in enumerate(batch):
            if not claims.is_held(message):
                outcomes.put_back(batch[place:])
                break
            if looked_at is None or clock.utcnow() - looked_at > FRESH:
                looked_at = clock.utcnow()
                found = self._look(batch[place:])
            self._attempt(message, found[message.id])
        self._put_held_back()

    def _look(self, messages: Sequence[Claimed]) -> dict[uuid.UUID, Found]:
        """Find where the notices go and what holds them up, and give the connection back."""
        try:
            found = looking_up.destinations(messages)
            self._gate.look(found, messages)
            to_people = [message.id for message in messages if message.recipient is Recipient.PERSON]
            self._errands = errands.standing_for(to_people)
        except BaseException:
            release()
            raise
        end_reading()
        return found

    def _attempt(self, message: Claimed, where: Found) -> None:
        """Try one notice and write down what came of it."""
        self._way = None
        try:
            self._carry(message, where)
        except SQLAlchemyError:
            raise  # the database is gone: the lease runs out by itself, and nothing is the notice's fault
        except TransportBroke as error:
            was_well = self._gate.is_well(self._keys[:1])
            until = self._fault(self._keys[:1], str(error))
            outcomes.broke(message, str(error), road=self._road, until=until, was_well=was_well)
        except TransportDown as error:
            until = self._fault(self._keys[:1], str(error))
            outcomes.put_back([message], f"down {error}", road=self._road, until=until)
        except (TransportRefused, NoAddress) as error:
            if isinstance(error, TransportRefused):  # of what has no address no server was asked
                self._answered(self._keys)
            outcomes.bury(message, f"refused {error}", road=self._road)
        except TransportDeferred as error:
            self._says_later(str(error))
            outcomes.fail(message, f"deferred {error}", road=self._road, outcome=Outcome.DEFERRED)
        except Exception as error:  # a template or a key: it dies visibly instead of being tried for ever
            outcomes.fail(message, f"failed {type(error).__name__}", road=self._road, outcome=Outcome.FAILED)

    def _carry(self, message: Claimed, where: Found) -> None:
        if claims.has_crashed_us(message):
            raise NoAddress("crashed")
        match where:
            case Letter() | Text():
                self._send(message, where)
                return
            case ByHand(case_id, road):
                outcomes.ask_staff(message, case_id, road)
            case Later(until):
                outcomes.rest(message, until)
                return
            case Nowhere(road):
                outcomes.left(message, road, is_errand=message.id in self._errands)
            case error:
                raise error
        self.count += 1

    def _send(self, message: Claimed, letter: Letter | Text) -> None:
        passes = self._gate.way_for(message, letter)
        if isinstance(passes, Way) and passes.trials:
            passes = self._trial(passes)
        if isinstance(passes, Held):
            self._wait(message, passes, road_of(letter))
            return
        self._way = passes
        handed = self.roads.hand_over(message, letter)
        well, is_errand = self._gate.left(message, passes), message.id in self._errands
        _insist(message, lambda: outcomes.left_by(message, handed, well=well, is_errand=is_errand))
        self.count += 1

    @property
    def _road(self) -> str:
        return self._way.road if self._way is not None else claims.UNKNOWN

    def _trial(self, way: Way) -> Way | Held:
        """Let this notice try what was left alone, unless another does so now."""
        with unit_of_work():
            for key in way.trials:
                if not circuits.take_trial(key):
                    wait = timedelta(seconds=settings().OUTBOX_BACKOFF_SECONDS)
                    return Held(clock.utcnow() + wait, "another tries", key)
        return way

    def _wait(self, message: Claimed, held: Held, road: str) -> None:
        if held.is_hopeless:
            outcomes.bury(message, f"deferred {held.why}", road=road, outcome=Outcome.DEFERRED)
            return
        self._held.setdefault(held.by, (held, []))[1].append(message)

    def _put_held_back(self) -> None:
        """Give back what is held up, with one statement for each thing that holds it up."""
        waiting, self._held = self._held, {}
        if not waiting:
            return
        with unit_of_work():
            for key, (held, messages) in waiting.items():
                claims.hold(messages, held.until, held.why)
                if key[0] in (Kind.CEILING, Kind.READER):
                    circuits.reach(key, held.until)

    @property
    def _keys(self) -> Sequence[Key]:
        """What the notice in hand has to do with: its road first, then its domain."""
        return self._way.keys if self._way is not None else ()

    def _says_later(self, error: str) -> None:
        """Count it against the domain, where there is one: the road itself has answered."""
        self._answered(self._keys[:1])
        self._fault(self._keys[1:], error)

    def _fault(self, keys: Sequence[Key], error: str) -> datetime | None:
        """Count a fault, and return until when what failed is left alone."""
        until: datetime | None = None
        for key in keys:
            with unit_of_work():
                state = circuits.fault(key, error, on_trial=self._way is not None and key in self._way.trials)
            self._gate.note(key, state)
            until = state.opened_until
        return until

    def _answered(self, keys: Sequence[Key]) -> None:
        if forgotten := self._gate.answered(keys):
            with unit_of_work():
                circuits.well(forgotten)
