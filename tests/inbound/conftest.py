"""What holds for the tests of mail that comes in: an inbox, the worker's keys, and no broker."""

import pytest

from engage import data_keys, lane_keys, vault
from engage.settings import settings
from tests.inbound.mails import INBOX


@pytest.fixture(autouse=True)
def inbox(session, change_settings, sent_tasks):
    vault.make_worker_keys(settings().VAR, settings().worker_keys)
    data_keys.make_ring()
    lane_keys.make_ring()
    change_settings(MAIL_INBOX=INBOX)
