"""What somebody opened, flagged or read in the mailbox before us is told from what we have."""

import pytest

from engage.services.inbound import mailbox
from tests import states
from tests.inbound.mails import a_mail, mails

pytestmark = pytest.mark.dovecot


@pytest.fixture
def team(session):
    return states.Team()


@pytest.mark.parametrize("folder", [None, "Done"])
def test_a_mail_that_somebody_opened_or_flagged_before_us_is_fetched_all_the_same(
    server, team, change_settings, folder
):
    change_settings(IMAP_DONE_FOLDER=folder)
    server.deliver(a_mail("First."))
    assert mailbox.fetch_once() == 1
    server.deliver(a_mail("Second."))
    server.mark_all(r"\Seen \Flagged")
    assert [mailbox.fetch_once(), mailbox.fetch_once(), len(mails())] == [1, 0, 2]


def test_what_was_read_before_we_came_for_the_first_time_is_left_alone(server, team, monkeypatch):
    monkeypatch.setattr(mailbox, "_CHUNK", 2)
    for words in ("First.", "Second.", "Third."):
        server.deliver(a_mail(words))
    server.mark_all(r"\Seen \Flagged")
    server.deliver(a_mail("Fourth."))
    assert [mailbox.fetch_once(), mailbox.fetch_once(), len(mails())] == [1, 0, 1]


@pytest.mark.parametrize(("folder", "count"), [(None, 0), ("Done", 1)])
def test_where_a_server_takes_no_marks_of_ours_its_own_are_used(
    server, team, change_settings, monkeypatch, folder, count
):
    monkeypatch.setattr(mailbox, "_takes_marks", lambda _box: False)
    change_settings(IMAP_DONE_FOLDER=folder)
    server.deliver(a_mail("First."))
    assert [mailbox.fetch_once(), mailbox.fetch_once()] == [1, 0]
    server.deliver(a_mail("Second."))
    server.mark_all(r"\Seen")
    assert mailbox.fetch_once() == count
