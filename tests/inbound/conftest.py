"""What holds for the tests of mail that comes in: an inbox, the worker's keys, and no broker."""

import pytest

from engage import data_keys, lane_keys, vault
from engage.settings import settings
from tests.inbound.dovecot_peer import PASSWORD, Dovecot
from tests.inbound.mails import INBOX, a_case_by_mail, a_team


@pytest.fixture(autouse=True)
def inbox(session, change_settings, sent_tasks):
    vault.make_worker_keys(settings().VAR, settings().worker_keys)
    data_keys.make_ring()
    lane_keys.make_ring()
    change_settings(MAIL_INBOX=INBOX)


@pytest.fixture
def team(session):
    return a_team()


@pytest.fixture
def reference(team):
    """A restricted case whose person can be reached by mail."""
    return a_case_by_mail(team.site_id, harms_child=True)


@pytest.fixture
def known(change_settings, known_mail_servers):
    """Return what tells engage, and the guard against mail elsewhere, of a server."""

    def tell(server: Dovecot, **more: object) -> None:
        known_mail_servers.add(("127.0.0.1", server.lmtp))
        password = type("Secret", (), {"get_secret_value": lambda self: PASSWORD})()
        login = {"IMAP_USER": INBOX, "IMAP_PASSWORD": password, "IMAP_TIMEOUT_SECONDS": 10}
        at = {"IMAP_HOST": "127.0.0.1", "IMAP_PORT": server.imap, "IMAP_SECURITY": "none"}
        change_settings(**at, **login, IMAP_POLL_SECONDS=1, **more)

    return tell


@pytest.fixture
def server(known):
    made = Dovecot()
    try:
        made.start()
        known(made)
        yield made
    finally:
        made.remove()
