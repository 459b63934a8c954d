"""Playing all stories of the demonstration in the order of time, with the ladder and the post as they would run."""

import tomllib
import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from engage import clock, vault
from engage.domain.errands import ErrandResult
from engage.extensions import db
from engage.models import WAITING, Deadline, Errand, OutboxMessage, Recipient, Site
from engage.notify import addressing
from engage.notify.addressing import ByHand, Nowhere
from engage.notify.claims import Claimed
from engage.services import cases, deadlines, errands, escalation
from engage.services.demo import acts, finding_out, lane, post  # noqa: F401 - two of them fill the table of acts
from engage.services.demo.people import FOLDER, GROUP, Cast, SignIn, settle
from engage.services.demo.scenes import Scene, come_in, schedule
from engage.services.demo.steps import ACTS
from engage.settings import settings

STORIES = ("bor", "kol", "ros")
OPENED = timedelta(days=200)  # before the oldest story
NEWEST_POST = timedelta(hours=24)  # younger notices are left to the worker, so that /dev/mail has something to show
CLIMB_EVERY = timedelta(hours=8)  # coarser than the real schedule: the past has many hours
CARRIED_AFTER = timedelta(hours=20)  # when somebody told the person what no machine could carry


class NotInTheProduct(RuntimeError):
    """Invented cases were asked for where real people may be."""


def seed() -> list[SignIn]:
    """Fill an empty service with the demonstration and return its accounts; nothing where a site exists already.

    Belongs into one unit of work, so that it is there as a whole or not at all. The past is made by the real use
    cases with the clock moved back: records, dates and chains are as they would be. Notices older than a day count
    as sent at their time.

    Raises:
        NotInTheProduct: the service runs in the mode `serve`.
    """
    if settings().MODE == "serve":
        raise NotInTheProduct("Demonstration data is refused where ENGAGE_MODE is serve.")
    if db.session.scalar(select(Site.id).where(~Site.is_group_intake).limit(1)) is not None:
        return []
    vault.make_worker_keys(settings().VAR)
    now = clock.utcnow()
    cast = settle(now - OPENED)
    _Play(cast, now).run()
    return cast.sign_ins


class _Play:
    """The stories, one timeline, and what runs beside them."""

    def __init__(self, cast: Cast, now: datetime) -> None:
        self.cast, self.now = cast, now
        self._climbed_at = self._played_at = now - OPENED
        self._scenes: dict[uuid.UUID | None, Scene] = {}
        self._to_carry: list[tuple[datetime, uuid.UUID, Scene]] = []

    def run(self) -> None:
        """Play every step of every story in the order of time."""
        for at, _, scene, step in sorted(self._steps(), key=lambda entry: entry[:2]):
            self._catch_up(at)
            self._played_at = at
            with clock.at(at):
                if step is None:
                    come_in(scene)
                    self._scenes[scene.case_id] = scene
                else:
                    verb, *how = step
                    ACTS[verb](scene, how[0] if how else None)
                db.session.flush()
                self._deliver(at)
        self._catch_up(self.now)
        lane.play(self.cast, self.now)
        post.play(self.now)
        db.session.flush()
        self._deliver(self.now - NEWEST_POST)  # last, since what became of a notice is told to staff, maybe days ago

    def _steps(self) -> list[tuple[datetime, int, Scene, list[Any] | None]]:
        found: list[tuple[datetime, int, Scene, list[Any] | None]] = []
        for name in STORIES:
            document = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))
            for story in document["stories"]:
                site = story.get("site", document["site"]) or GROUP
                scene, instants = schedule(story, self.cast, site, self.now)
                steps = [(at, scene, step[1:]) for at, step in zip(instants, story["steps"], strict=True)]
                for at, who, what in [(scene.received_at, scene, None), *steps]:
                    found.append((at, len(found), who, what))
        return found

    def _catch_up(self, until: datetime) -> None:
        """Let the ladder be climbed and errands be carried in the order in which they come due."""
        while True:
            climb_at, carry_at = self._next_climb(until), self._next_errand(until)
            if carry_at is not None and (climb_at is None or carry_at <= climb_at):
                self._carry(carry_at)
            elif climb_at is not None:
                self._climb(climb_at)
            else:
                return

    def _next_climb(self, until: datetime) -> datetime | None:
        first = select(func.min(Deadline.look_at)).where(Deadline.ended_at.is_(None))
        look_at = db.session.scalar(first)
        if look_at is None or look_at > until:
            return None
        # A date that an assessment moved may lie behind us: what is due then comes now, as it would in real life.
        return min(max(look_at, self._climbed_at + CLIMB_EVERY, self._played_at), until)

    def _climb(self, at: datetime) -> None:
        """Let reminders and rungs come, those of a few hours at once."""
        self._climbed_at = self._played_at = at
        with clock.at(at):
            for case_id in escalation.due_cases(at):
                escalation.climb_case(cases.lock_own(case_id), at)
            db.session.flush()
            self._deliver(at)

    def _next_errand(self, until: datetime) -> datetime | None:
        """When the next errand is carried; the newest are left for whoever tries the demonstration."""
        if not self._to_carry or self._to_carry[0][0] > min(until, self.now - NEWEST_POST):
            return None
        return self._to_carry[0][0]

    def _carry(self, at: datetime) -> None:
        """Let staff tell a person what no machine could, a day after it was owed."""
        self._played_at, errand_id, scene = self._to_carry.pop(0)
        with clock.at(at):
            errands.finish(errand_id, ErrandResult.REACHED, actor=scene.handler())
            db.session.flush()

    def _deliver(self, at: datetime) -> None:
        """Count what was owed by now as sent, except the newest; errands are made and carried."""
        if at > self.now - NEWEST_POST:
            return
        for row in db.session.scalars(select(OutboxMessage).where(WAITING, OutboxMessage.not_before <= at)).all():
            row.road = self._road(row, at)
            row.sent_at, row.attempts = at, 1
            if row.case_id is not None and row.road != "errand" and row.template in deadlines.KEPT_BY_NOTICE:
                with clock.at(at):
                    deadlines.meet_by_notice(cases.lock_own(row.case_id), row.template)

    def _road(self, row: OutboxMessage, at: datetime) -> str:
        if row.recipient is Recipient.STAFF or row.case_id is None:
            return "email"
        claimed = Claimed(
            id=row.id,
            case_id=row.case_id,
            template=row.template,
            locale=row.locale,
            recipient=row.recipient,
            user_id=None,
            context=row.context or {},
            created_at=row.created_at,
            attempts=1,
            until=at,
        )
        match addressing.destination(claimed):
            case ByHand(road=by):
                errands.owe(cases.lock_own(row.case_id), message_id=row.id, template=row.template, road=by)
                errand_id = db.session.scalar(select(Errand.id).where(Errand.outbox_message_id == row.id))
                if errand_id is not None:
                    self._to_carry.append((at + CARRIED_AFTER, errand_id, self._scenes[row.case_id]))
                return "errand"
            case Nowhere(road):
                return road
            case _:
                return "email"
