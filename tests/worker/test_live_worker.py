"""Notices through a real worker, which dies, loses its queue and meets a mail server that is down for a while."""

import base64
import re
import shutil
import threading
import time

import pytest
import redis
from flask_migrate import upgrade
from kombu import pools
from pydantic import SecretStr
from sqlalchemy import func, select

from engage import create_app, vault
from engage.domain.case import Identity, Road
from engage.domain.policy import Actor, Party
from engage.extensions import celery, db
from engage.models import OutboxMessage
from engage.notify import outbox
from engage.services import cases, contact, conversation, intake, sites
from engage.services.intake import Concern
from engage.unit_of_work import unit_of_work
from tests.fixtures.database import dispose
from tests.notify.letters import a_case_with, a_notice, forget_notices
from tests.states import a_site
from tests.worker.live_worker import PATIENCE_SECONDS, LiveWorker

pytestmark = pytest.mark.slow
NOTICES = 60


@pytest.fixture
def service(tmp_path, settings, empty_database, mail_peer, monkeypatch):
    """Make an application on a database and a queue of its own, and a worker that runs beside it."""
    monkeypatch.setattr(outbox, "_silent_until", 0.0)
    made, workers = [], []

    def make(broker: str | None = None):
        url = empty_database(tmp_path)
        environment = {
            "ENGAGE_DATABASE_URL": url,
            "ENGAGE_SECRET_KEY": settings.SECRET_KEY.get_secret_value(),
            "ENGAGE_MAIL": "smtp",
            "ENGAGE_SMTP_PORT": str(mail_peer.port),
            "ENGAGE_MAIL_FROM": settings.MAIL_FROM,
            "ENGAGE_OUTBOX_LEASE_SECONDS": "8",
            "ENGAGE_OUTBOX_BACKOFF_SECONDS": "1",
            "ENGAGE_OUTBOX_BATCH": "5",
            **({"ENGAGE_BROKER_URL": broker} if broker else {}),
        }
        values = {"VAR": tmp_path, "DATABASE_URL": SecretStr(url), "BROKER_URL": SecretStr(broker) if broker else None}
        app = create_app(settings.model_copy(update=values))
        made.append(app)
        forget_connections()
        with app.app_context():
            upgrade()
            vault.make_worker_keys(tmp_path)
            with unit_of_work():
                sites.ensure_group_intake()
        worker = LiveWorker(tmp_path, **environment)
        workers.append(worker)
        return app, worker

    yield make
    for worker in workers:
        worker.stop()
    for app in made:
        dispose(app)
    create_app(settings)  # the extensions are one per process: point them back at the suite's own folder
    forget_connections()


def forget_connections():
    """Let go of the broker that Celery knew before: it keeps a pool of producers per process."""
    pools.reset()
    celery._pool = celery.amqp._producer_pool = None


def owe_many(reference):
    for _ in range(NOTICES):
        a_notice(reference)


def waiting() -> int:
    db.session.rollback()
    return db.session.scalar(
        select(func.count(OutboxMessage.id)).where(OutboxMessage.sent_at.is_(None), OutboxMessage.dead_at.is_(None))
    )


def nudge_until(worker, happened):
    """Nudge until it happened: what the schedule does once a minute, only faster."""

    def nudged() -> bool:
        outbox.nudge()
        time.sleep(0.5)
        return happened()

    worker.wait_until(nudged)


def message_ids():
    return {f"<{row}@engage.test>" for row in db.session.scalars(select(OutboxMessage.id))}


def test_a_concern_reaches_the_person_through_the_folder_queue(service, mail_peer):
    app, worker = service()
    worker.start()
    with app.app_context():
        a_case_with(Road.RELAY, site_id=a_site())
        (mail,) = mail_peer.wait_for(1, PATIENCE_SECONDS)
    assert mail.message["Subject"] == "We have your message"


@pytest.mark.redis
def test_a_concern_reaches_the_person_through_redis(service, mail_peer, redis_url):
    app, worker = service(redis_url)
    worker.start()
    with app.app_context():
        a_case_with(Road.DIRECT, site_id=a_site())
        (mail,) = mail_peer.wait_for(1, PATIENCE_SECONDS)
    assert mail.message["Subject"] == "We have your message"


def test_a_worker_killed_while_sending_an_emptied_queue_and_a_dead_mail_server_lose_nothing(
    service, mail_peer, tmp_path
):
    app, worker = service()
    with app.app_context():
        reference = a_case_with(Road.DIRECT, site_id=a_site())
        forget_notices()
        worker.start()
        owe_many(reference)
        mail_peer.wait_for(NOTICES // 4, PATIENCE_SECONDS)
        worker.kill()
        mail_peer.stop()
        shutil.rmtree(tmp_path / "queue" / "waiting")
        assert waiting() > 0
        worker.start()
        nudge_until(worker, lambda: "down" in errors())
        mail_peer.start()
        nudge_until(worker, lambda: waiting() == 0)
        delivered = {mail.message["Message-ID"] for mail in mail_peer.mails}
        assert delivered == message_ids()
        assert db.session.scalar(select(func.count(OutboxMessage.id)).where(OutboxMessage.dead_at.is_not(None))) == 0


def errors() -> str:
    db.session.rollback()
    return " ".join(db.session.scalars(select(OutboxMessage.last_error).where(OutboxMessage.last_error.is_not(None))))


@pytest.mark.redis
def test_a_killed_worker_and_an_emptied_redis_lose_nothing(service, mail_peer, redis_url):
    app, worker = service(redis_url)
    with app.app_context():
        reference = a_case_with(Road.DIRECT, site_id=a_site())
        forget_notices()
        worker.start()
        owe_many(reference)
        mail_peer.wait_for(NOTICES // 4, PATIENCE_SECONDS)
        worker.kill()
        with celery.connection_for_write() as connection:
            connection.default_channel.client.flushdb()
        worker.start()
        nudge_until(worker, lambda: waiting() == 0)
        assert {mail.message["Message-ID"] for mail in mail_peer.mails} == message_ids()


WORDS, NAME, MAIL = "zqxnarrative", "Zqxname", "zqxmail@people.example.org"


def a_case_with_canaries():
    """A concern whose words, name and address nobody could guess, with a reply to it."""
    concern = Concern(what_happened=f"{WORDS} by the river.", identity=Identity.NAMED, road=Road.DIRECT)
    site_id, token = a_site(), intake.new_token()
    with unit_of_work():
        made = intake.submit(token, concern, site_id=site_id, reach=contact.Values(name=NAME, email=MAIL))
    with unit_of_work():
        person = Actor(id=None, party=Party.PERSON, case_id=made.case_id)
        conversation.write_as_person(cases.lock_own(made.case_id), f"{WORDS} again.", actor=person)


def opened(held: bytes) -> str:
    """What a queue holds, with every part that is packed as base64 unpacked beside it."""
    packed = re.findall(rb"[A-Za-z0-9+/]{16,}={0,2}", held)
    unpacked = [base64.b64decode(one + b"=" * (-len(one) % 4), validate=False) for one in packed if len(one) % 4 != 1]
    return b"\n".join([held, *unpacked]).decode("latin-1")


def canaries_in(held: bytes) -> list[str]:
    said = opened(held).casefold()
    assert "engage.drain_outbox" in said, "nothing was queued, so nothing was looked at"
    return [canary for canary in (WORDS, NAME, MAIL) if canary.casefold() in said]


def test_the_folder_queue_holds_no_word_no_name_and_no_address(service, tmp_path):
    app, _ = service()
    with app.app_context():
        a_case_with_canaries()
    held = b"\n".join(path.read_bytes() for path in (tmp_path / "queue").rglob("*") if path.is_file())
    assert canaries_in(held) == []


@pytest.mark.redis
def test_redis_is_told_no_word_no_name_and_no_address(service, mail_peer, redis_url):
    """Everything that is said to Redis while a concern comes in and its notices leave, results of tasks included."""
    app, worker = service(redis_url)
    heard, ended = [], threading.Event()

    def listen() -> None:
        with redis.Redis.from_url(redis_url) as connection, connection.monitor() as monitor:
            listening.set()
            for said in monitor.listen():
                heard.append(said["command"].encode("latin-1", "replace"))
                if ended.is_set():
                    return

    listening = threading.Event()
    listener = threading.Thread(target=listen)
    listener.start()
    assert listening.wait(PATIENCE_SECONDS)
    worker.start()
    with app.app_context():
        a_case_with_canaries()
        mail_peer.wait_for(1, PATIENCE_SECONDS)
    ended.set()
    with redis.Redis.from_url(redis_url) as connection:
        connection.ping()
        keys = connection.keys("*")
    listener.join()
    assert canaries_in(b"\n".join(heard).replace(b'\\"', b'"')) == []
    assert [key for key in keys if key.startswith(b"celery-task-meta")] == []
