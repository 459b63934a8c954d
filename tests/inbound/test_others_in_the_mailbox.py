"""What others do in the mailbox, and mails with nothing in them, keep no mail from us and are not asked for again."""

import imaplib

import pytest

from engage.services.inbound import mailbox
from tests import states
from tests.inbound.dovecot_peer import PASSWORD, Dovecot
from tests.inbound.mails import INBOX, a_mail, mails

pytestmark = pytest.mark.dovecot
CAPABILITIES = ("", "imap_capability = IMAP4rev1 UIDPLUS")


@pytest.fixture
def team(session):
    return states.Team()


def delete_one(server: Dovecot, number: int) -> None:
    """As somebody does who marks a mail as deleted and does not empty the folder."""
    with imaplib.IMAP4("127.0.0.1", server.imap) as client:
        client.login(INBOX, PASSWORD)
        client.select()
        client.store(str(number), "+FLAGS", r"(\Deleted)")


@pytest.mark.parametrize("more", CAPABILITIES)
def test_a_mail_that_somebody_marked_as_deleted_before_we_read_it_is_not_lost(team, known, change_settings, more):
    server = Dovecot(more)
    try:
        server.start()
        known(server)
        change_settings(IMAP_DONE_FOLDER="Done")
        for words in ("First.", "Second."):
            server.deliver(a_mail(words))
        delete_one(server, 2)
        assert mailbox.fetch_once() == 2
        assert (len(mails()), server.count("Done"), server.count()) == (2, 2, 0)
    finally:
        server.remove()


def test_a_server_that_can_take_out_no_single_mail_moves_as_well_as_it_can(team, known, change_settings):
    server = Dovecot("imap_capability = IMAP4rev1")
    try:
        server.start()
        known(server)
        change_settings(IMAP_DONE_FOLDER="Done")
        server.deliver(a_mail())
        assert [mailbox.fetch_once(), server.count("Done"), server.count()] == [1, 1, 0]
    finally:
        server.remove()


def test_an_empty_mail_is_kept_and_not_asked_for_again(server, team):
    with imaplib.IMAP4("127.0.0.1", server.imap) as client:
        client.login(INBOX, PASSWORD)
        client.select()
    path = server.folder / "mail" / "new" / "1700000000.M1P1.host"
    path.write_bytes(b"")
    path.chmod(0o666)
    assert [mailbox.fetch_once(), mailbox.fetch_once()] == [1, 0]
    assert [mail.size for mail in mails()] == [0]


@pytest.mark.parametrize(
    ("answered", "raw"),
    [
        ([b'1 (UID 5 BODY[] "")'], b""),
        ([b"1 (UID 5 BODY[] NIL)"], b""),
        ([(b"1 (UID 5 BODY[] {5}", b"Dust."), b")"], b"Dust."),
        ([None], None),
        ([b'2 (FLAGS (\\Seen) UID 6 "BODY")'], None),
    ],
)
def test_an_answer_without_bytes_is_an_empty_mail_and_no_answer_is_none(answered, raw):
    class Box:
        class client:  # noqa: N801 - as the library names it
            uid = staticmethod(lambda *_asked: ("OK", answered))

    assert mailbox._raw(Box, "5") == raw
