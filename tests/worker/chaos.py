"""Notices through a day on which everything dies: workers, queue, database, mail server, gateway. Nothing is lost,
nothing is told twice without a reason, and all of it is accounted for. Run by `tests/worker/test_chaos.py` and by
`python -m bench.chaos`.
"""

import random
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from kombu import pools
from kombu.exceptions import OperationalError
from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from config import Settings
from engage import clock, create_app, vault
from engage.domain.case import Road
from engage.domain.policy import Role
from engage.extensions import celery, db
from engage.models import WAITING, Case, Deadline, OutboxMessage, Recipient
from engage.notify import outbox
from engage.notify.outbox import Owed
from engage.services import sites
from engage.unit_of_work import release, unit_of_work
from tests import gateway_peer, states
from tests.notify.letters import a_case_with, forget_notices
from tests.states import a_case, a_site, case_of
from tests.worker.chaos_account import Account, take_stock
from tests.worker.chaos_peer import ChaosGateway, ChaosPeer
from tests.worker.live_worker import LiveWorker
from tests.worker.own_servers import OwnPostgres, OwnRedis

WORKERS = 2
SENDER = "engage@engage.test"
ENVIRONMENT = {
    "ENGAGE_MAIL": "smtp",
    "ENGAGE_MAIL_FROM": SENDER,
    "ENGAGE_SMTP_TIMEOUT_SECONDS": "3",
    "ENGAGE_SMS_GATEWAY": "generic",
    "ENGAGE_SMS_SECRET": "our key at the gateway",
    "ENGAGE_SMS_FROM": "+15550100",
    "ENGAGE_SMS_WEBHOOK_SECRET": gateway_peer.SECRET,
    "ENGAGE_SMS_TIMEOUT_SECONDS": "1.5",
    "ENGAGE_OUTBOX_LEASE_SECONDS": "24",
    "ENGAGE_OUTBOX_BACKOFF_SECONDS": "1",
    "ENGAGE_OUTBOX_BACKOFF_MAX_SECONDS": "4",
    "ENGAGE_OUTBOX_BATCH": "10",
    "ENGAGE_OUTBOX_HOURLY_MAX": "0",
    "ENGAGE_OUTBOX_READER_HOURLY_MAX": "0",
    "ENGAGE_PUBLIC_URL": "https://localhost",
}


Say = Callable[[str], None]
Fault = Callable[["Weather"], None]


@dataclass
class Weather:
    """Everything that can die."""

    dice: random.Random
    postgres: OwnPostgres
    redis: OwnRedis
    peer: ChaosPeer
    gateway: ChaosGateway
    workers: list[LiveWorker]

    def kill_worker(self) -> None:
        worker = self.dice.choice(self.workers)
        worker.kill()
        worker.start()

    def empty_queue(self) -> None:
        self.redis.empty()

    def restart_queue(self) -> None:
        self.redis.kill()
        self.redis.start()

    def restart_database(self) -> None:
        self.postgres.restart("fast")

    def crash_database(self) -> None:
        self.postgres.restart("immediate")

    def stop_mail_server(self) -> None:
        self.peer.stop()
        time.sleep(1)
        self.peer.start()

    def stop_gateway(self) -> None:
        self.gateway.stop()
        time.sleep(1)
        self.gateway.start()


FAULTS: dict[str, Fault] = {
    "worker killed": Weather.kill_worker,
    "queue emptied": Weather.empty_queue,
    "queue killed": Weather.restart_queue,
    "database restarted": Weather.restart_database,
    "database crashed": Weather.crash_database,
    "mail server away": Weather.stop_mail_server,
    "gateway away": Weather.stop_gateway,
}


def run(folder: Path, *, notices: int, seed: int, rounds: int = 2, say: Say = print) -> Account:
    """Owe so many notices, let everything die in turn while they leave, and return the account.

    Each kind of fault comes `rounds` times, in an order that the seed gives, and workers die twice as often. It ends
    when nothing is owed.
    """
    dice = random.Random(seed)
    account = Account(seed, notices)
    begun = time.monotonic()
    with ExitStack() as stack:
        postgres, redis_server = OwnPostgres(folder / "postgres"), OwnRedis(folder)
        peer, gateway = ChaosPeer(random.Random(seed + 1)), ChaosGateway(random.Random(seed + 2))
        ends = {postgres: postgres.stop, redis_server: redis_server.kill, peer: peer.stop, gateway: gateway.stop}
        for server, end in ends.items():
            server.start()
            stack.callback(end)
        app = stack.enter_context(_service(folder, postgres, redis_server, gateway))
        environment = {
            **ENVIRONMENT,
            "ENGAGE_DATABASE_URL": postgres.url,
            "ENGAGE_BROKER_URL": redis_server.url,
            "ENGAGE_SECRET_KEY": app.extensions["engage"].SECRET_KEY.get_secret_value(),
            "ENGAGE_SMTP_PORT": str(peer.port),
            "ENGAGE_SMS_URL": gateway.url,
        }
        workers = [LiveWorker(folder / "var", **environment) for _ in range(WORKERS)]
        with app.app_context():
            _owe(notices, dice)
        say(f"{notices} notices are owed, seed {seed}")
        for worker in workers:
            worker.start()
            stack.callback(worker.stop)
        weather = Weather(dice, postgres, redis_server, peer, gateway, workers)
        coming = [*FAULTS, "worker killed"] * rounds
        dice.shuffle(coming)
        with app.app_context():
            _storm(weather, coming, account, say)
            account.still_owed = _owed()
            take_stock(peer, gateway, account, SENDER.partition("@")[2])
    account.seconds = time.monotonic() - begun
    return account


@contextmanager
def _service(folder: Path, postgres: OwnPostgres, queue: OwnRedis, gateway: ChaosGateway) -> Iterator[Flask]:
    var = folder / "var"
    var.mkdir()
    settings = Settings(
        MODE="run",
        VAR=var,
        DATABASE_URL=postgres.url,
        BROKER_URL=queue.url,
        SECRET_KEY="the root secret of a day on which everything dies",
        PUBLIC_URL="https://localhost",
        MAIL_FROM=SENDER,
        SMS_GATEWAY="generic",
        SMS_URL=gateway.url,
    )
    app = create_app(settings)
    _forget_broker()
    with app.app_context():
        upgrade()
        vault.make_worker_keys(var)
        with unit_of_work():
            sites.ensure_group_intake()
        outbox._silent_until = 0.0
    try:
        yield app
    finally:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        _forget_broker()


def _forget_broker() -> None:
    """Let go of the broker that Celery knew before: it keeps a pool of producers per process."""
    pools.reset()
    celery._pool = celery.amqp._producer_pool = None


def _owe(count: int, dice: random.Random) -> None:
    """Owe the notices: by mail to people and staff, by text, by errand, and on the page, of several sites; and be late
    with cases, so that the ladder is climbed meanwhile."""
    all_sites = [a_site(code) for code in ("ONE", "TWO", "SIX")]
    cases = []
    for site_id in all_sites:
        cases += [
            a_case_with(Road.DIRECT, site_id=site_id, email=f"amina{number}@people.example.org") for number in range(4)
        ]
        cases.append(a_case_with(Road.RELAY, site_id=site_id, email="amina@elsewhere.example.org"))
        cases += [a_case_with(Road.RELAY, site_id=site_id, phone=f"+38164123456{number}") for number in range(3)]
        cases.append(a_case_with(Road.FACILITATOR, site_id=site_id, facilitator="The teacher"))
        cases.append(a_case(site_id))
    officers = [states.staff((role, site_id)) for site_id in all_sites for role in (Role.COORDINATOR, Role.OFFICER)]
    with unit_of_work():
        late = clock.utcnow() - timedelta(days=20)
        db.session.execute(update(Deadline).where(Deadline.ended_at.is_(None)).values(due_at=late, look_at=late))
        db.session.execute(update(Case).where(Case.next_due_at.is_not(None)).values(next_due_at=late))
    forget_notices()
    ids = [(case_of(reference).id, case_of(reference).site_id) for reference in cases]
    staff_ids = [user.id for user in officers]
    owed = []
    for _ in range(count):
        case_id, site_id = dice.choice(ids)
        user_id = dice.choice(staff_ids) if dice.random() < 0.3 else None
        owed.append(
            Owed(
                dedupe_key=uuid.uuid4().hex,
                template="password_chosen" if user_id else "case_news",
                locale="en",
                recipient=Recipient.STAFF if user_id else Recipient.PERSON,
                user_id=user_id,
                case_id=None if user_id else case_id,
                context={"own": "yes"} if user_id else {},
                site_id=site_id,
                level=dice.choice((1, 2, 5)),
            )
        )
    with unit_of_work():
        outbox.enqueue(*owed)
    release()


def _storm(weather: Weather, coming: list[str], account: Account, say: Say) -> None:
    """Let the faults come as the notices leave, then let it be calm until nothing is owed."""
    most = _owed()
    for number, name in enumerate(coming):
        # Faults are spread over the first three quarters of the work, wherever that is on the clock.
        threshold = most * (1 - 0.75 * (number + 1) / len(coming))
        while _owed() > threshold:
            _nudge()
            time.sleep(0.2)
        FAULTS[name](weather)
        account.faults[name] += 1
        say(f"{name}, {_owed()} are owed")
    weather.peer.storms = weather.gateway.storms = False
    while _owed() > 0:
        _nudge()
        time.sleep(0.5)


def _nudge() -> None:
    """What the schedule does once a minute, only faster."""
    outbox._silent_until = 0.0
    outbox.nudge()
    with suppress(OperationalError):  # the queue is away, which is what this is about
        celery.send_task("engage.climb_ladder", expires=60, ignore_result=True)


def _owed() -> int:
    """How many notices are owed without those that wait to be gathered; asked until the database answers."""
    while True:
        try:
            soon = OutboxMessage.not_before < clock.utcnow() + timedelta(seconds=30)  # longer than a lease
            due = or_(soon, OutboxMessage.claimed_at.is_not(None), OutboxMessage.last_error.is_not(None))
            found = db.session.scalar(select(func.count(OutboxMessage.id)).where(WAITING, due))
            release()
            return int(found or 0)
        except SQLAlchemyError:
            release()
            time.sleep(0.1)
