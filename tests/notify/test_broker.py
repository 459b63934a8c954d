"""A broker that refuses or is silent: nothing is lost, and a page waits once at most."""

import socket
import threading

import pytest
from kombu import pools
from sqlalchemy import func, select

from engage.extensions import bind_queue, celery, db
from engage.models import Case, OutboxMessage
from engage.notify import outbox
from engage.services import intake
from engage.services.intake import Concern
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from tests.mail_peer import free_port
from tests.states import a_site

SUBMISSIONS = 10


class Silent:
    """A server that takes connections and never says a word."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.connections = []
        self._thread = threading.Thread(target=self._take, daemon=True)
        self._thread.start()

    def _take(self):
        while True:
            try:
                self.connections.append(self._listener.accept()[0])
            except OSError:
                return

    def stop(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)
        for connection in self.connections:
            connection.close()


@pytest.fixture
def broker_at(session, monkeypatch):
    """Point the queue at a port of this machine."""

    def point(port):
        monkeypatch.setattr(outbox, "_silent_until", 0.0)
        bind_queue(f"redis://127.0.0.1:{port}/0", settings().VAR / "queue", 1)
        forget()

    def forget():
        pools.reset()
        celery._pool = celery.amqp._producer_pool = None

    yield point
    bind_queue(settings().broker_url, settings().VAR / "queue", settings().POLL_SECONDS)
    forget()


def submit_many():
    site_id = a_site()
    for number in range(SUBMISSIONS):
        with unit_of_work():
            intake.submit(intake.new_token(), Concern(what_happened=f"Dust, {number}"), site_id=site_id)


def kept():
    db.session.rollback()
    return db.session.scalar(select(func.count(Case.id))), db.session.scalar(select(func.count(OutboxMessage.id)))


def test_a_broker_that_refuses_loses_no_concern_and_no_notice(broker_at, caplog):
    broker_at(free_port())
    submit_many()
    assert kept() == (SUBMISSIONS, SUBMISSIONS)
    assert [line.getMessage() for line in caplog.records if line.name == "engage.notify.outbox"] == [
        "the workers could not be nudged: OperationalError"
    ]


def test_a_broker_that_is_silent_loses_no_concern_and_is_asked_once(broker_at):
    silent = Silent()
    broker_at(silent.port)
    submit_many()
    assert kept() == (SUBMISSIONS, SUBMISSIONS)
    assert len(silent.connections) == 1
    silent.stop()
