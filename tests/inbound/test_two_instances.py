"""Two instances of engage that mail each other stop by themselves: each with a database, an outbox and a mailbox."""

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage

import pytest
from flask import Flask
from flask_migrate import upgrade
from pydantic import SecretStr
from sqlalchemy import func, select

from engage import create_app, data_keys, lane_keys, vault
from engage.domain.received_mail import MailRoad
from engage.extensions import db
from engage.models import Case, Message, OutboxMessage, ReceivedMail, Site
from engage.services import delivery, sites
from engage.services.inbound import processing, receiving
from engage.services.sites import NewSite
from engage.settings import settings as service
from engage.unit_of_work import unit_of_work
from tests.fixtures.database import dispose
from tests.inbound.mails import a_mail
from tests.mail_peer import MailPeer

ROUNDS = 12


@dataclass
class Instance:
    """One engage, and where its mails go."""

    app: Flask
    name: str
    peer: MailPeer
    seen: int = 0

    @property
    def site_address(self) -> str:
        return f"site@{self.name}.example.org"

    def mails_out(self) -> list[tuple[str, tuple[str, ...], EmailMessage]]:
        """What has left since the last look."""
        taken, self.seen = self.peer.mails[self.seen :], len(self.peer.mails)
        return [(one.sender, one.recipients, one.message) for one in taken]

    def take(self, raw: bytes, *recipients: str) -> None:
        with self.app.app_context():
            receiving.receive(raw, MailRoad.LMTP, recipients)

    def work(self) -> None:
        """What the worker does in a minute."""
        with self.app.app_context():
            processing.process_due()
            delivery.drain()

    def count(self, kind: type) -> int:
        with self.app.app_context():
            return db.session.scalar(select(func.count()).select_from(kind)) or 0


@pytest.fixture
def pair(tmp_path, settings, empty_database, known_mail_servers, sent_tasks) -> Iterator[tuple[Instance, Instance]]:
    made: list[Instance] = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        peer = MailPeer()
        peer.start()
        known_mail_servers.add((peer.host, peer.port))
        own = {
            "VAR": folder,
            "DATABASE_URL": SecretStr(empty_database(folder)),
            "SECRET_KEY": SecretStr(f"the root secret of instance {name}, long enough for anybody"),
            "MAIL": "smtp",
            "SMTP_HOST": peer.host,
            "SMTP_PORT": peer.port,
            "MAIL_FROM": f"engage@{name}.example.org",
            "MAIL_INBOX": f"inbox@{name}.example.org",
        }
        app = create_app(settings.model_copy(update=own))
        with app.app_context():
            upgrade()
            vault.make_worker_keys(service().VAR, service().worker_keys)
            data_keys.make_ring()
            lane_keys.make_ring()
            with unit_of_work():
                site = sites.add(NewSite(code="BOR", name="Bor", country="RS", time_zone="UTC"))
                db.session.get_one(Site, site.id).mail_address = f"site@{name}.example.org"
        made.append(Instance(app, name, peer))
    yield made[0], made[1]
    for one in made:
        one.peer.stop()
        dispose(one.app)
    create_app(settings)  # the extensions are one per process: point them back at the suite's own folder


def between(pair: tuple[Instance, Instance], *, strips: bool) -> int:
    """Let both work and carry what leaves to the other, until nothing moves; return how many rounds that took.

    With `strips` a gateway on the way takes away every header by which programs know each other.
    """
    for number in range(ROUNDS):
        moved = False
        for this, other in (pair, pair[::-1]):
            this.work()
            for sender, recipients, message in this.mails_out():
                theirs = [one for one in recipients if one.endswith(f"@{other.name}.example.org")]
                if not theirs:
                    continue
                if strips:
                    for name in ("Auto-Submitted", "X-Auto-Response-Suppress", "X-Engage-Notice", "List-Unsubscribe"):
                        del message[name]
                other.take(f"Return-Path: <{sender}>\r\n".encode() + message.as_bytes(), *theirs)
                moved = True
        if not moved:
            return number
    raise AssertionError("they still write to each other")


@pytest.mark.slow
@pytest.mark.parametrize("strips", [False, True], ids=["as they leave", "stripped on the way"])
def test_two_instances_that_mail_each_other_stop_by_themselves(pair, strips):
    one, two = pair
    one.take(a_mail("From the other's own address.", sender=two.site_address, to=one.site_address), one.site_address)
    rounds = between(pair, strips=strips)
    assert rounds < ROUNDS
    assert one.count(Case) == 1
    assert two.count(Case) <= 2  # a gateway that strips everything makes its two mails look like concerns, once
    if not strips:
        assert (two.count(Case), two.count(OutboxMessage)) == (0, 0)
    assert one.count(Message) + two.count(Message) == 0 or strips
    assert one.count(ReceivedMail) + two.count(ReceivedMail) < 12
