"""Fetching what lies in a mailbox: each mail is kept here before the mailbox hears that it was read.

Nothing is ever deleted: what was fetched is marked as read, or moved to a folder. People set the same marks. One of our
own, where the server takes such (RFC 9051, 2.3.2), tells what we have from what somebody opened.
"""

import imaplib
import logging
import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError

from engage.domain.received_mail import MailRoad
from engage.services import heartbeats
from engage.services.file_types import FileRefused
from engage.services.inbound import receiving
from engage.settings import settings
from engage.unit_of_work import release, unit_of_work

log = logging.getLogger(__name__)
ENTRY = "fetch-mail"
MET = "EngageMet"  # our mark: the mail is kept here, or too big for us and left to a human
_CHUNK = 500  # Ours: mails that are marked by one line, which servers bound
_FAULTS = (ImapToolsError, imaplib.IMAP4.error, OSError, FileRefused)
_MOST_SECONDS = 600.0  # Ours: after so long a silent server is asked again, however often it failed.
# RFC 2177, 3: whoever waits says so anew before half an hour is over. Ours is far below, for firewalls that forget.
_IDLE_SECONDS = 300.0
_EMPTY = re.compile(rb'BODY\[\] (?:""|NIL)', re.IGNORECASE)
_ended: set[str] = set()  # by their ids in the mailbox: mails with which a connection ended, or our disk was full


def fetch_once() -> int:
    """Fetch what is there and return how many mails that was; 0 where there is no mailbox, or it does not answer.

    Opens its own short units of work, one for each mail. Safe to run twice and beside `watch`.
    """
    if settings().IMAP_HOST is None:
        return 0
    try:
        with _signed_in() as box:
            return _fetch(box)
    except _FAULTS as error:
        _complain(error)
        return 0


def watch(until: threading.Event) -> None:
    """Fetch what is there, wait for more, and begin anew whatever happens, until the event is set.

    Where the server can say by itself that something came (IDLE, RFC 2177) it does; else it is asked now and then.
    """
    wait = settings().IMAP_POLL_SECONDS
    while not until.is_set():
        try:
            with _signed_in() as box:
                while not until.is_set():
                    _beat(_fetch(box))
                    wait = settings().IMAP_POLL_SECONDS
                    _wait_for_more(box, until)
        except Exception as error:  # the database may be away, too: whoever waits here must not end the whole service
            _complain(error)
            until.wait(wait)
            wait = min(2 * wait, max(_MOST_SECONDS, settings().IMAP_POLL_SECONDS))


class _StartTls(MailBoxStartTls):
    """As the library has it, but a server that offers no encryption leaves no connection open."""

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        client = imaplib.IMAP4(self._host, self._port, self._timeout)
        try:
            client.starttls(self._ssl_context)
        except BaseException:
            with suppress(OSError):
                client.shutdown()
            raise
        return client


@contextmanager
def _signed_in() -> Iterator[BaseMailBox]:
    password = settings().IMAP_PASSWORD
    box = _connected()
    try:
        box.login(settings().IMAP_USER or "", password.get_secret_value() if password else "", settings().IMAP_FOLDER)
        _learn_capabilities(box)
        yield box
    finally:
        with suppress(*_FAULTS):
            box.client.logout()
        with suppress(OSError):
            box.client.shutdown()


def _connected() -> BaseMailBox:
    host, port, seconds = settings().IMAP_HOST or "", settings().IMAP_PORT, settings().IMAP_TIMEOUT_SECONDS
    match settings().IMAP_SECURITY:
        case "tls":
            return MailBox(host, port, timeout=seconds, ssl_context=ssl.create_default_context())
        case "starttls":
            return _StartTls(host, port, timeout=seconds, ssl_context=ssl.create_default_context())
        case _:
            return MailBoxUnencrypted(host, port, timeout=seconds)


def _fetch(box: BaseMailBox) -> int:
    """Keep each mail, then say so to the mailbox. One that is too big stays where it is, with a flag for a human.

    One that ended a connection comes last from then on, so that it keeps no other back.
    """
    count = 0
    for uid in sorted(box.uids(_wanted(box)), key=_ended.__contains__):
        _ended.add(uid)  # until it is dealt with
        count += _take(box, uid)
        _ended.discard(uid)
    return count


def _wanted(box: BaseMailBox) -> str:
    """Return which mails to fetch: those without our mark, whoever opened or flagged them before us.

    In a mailbox where none has it, we are for the first time: what was read by then is of the time before us. Where a
    server takes no marks of ours, what somebody opened first is passed over, unless there is a folder for what we have.
    """
    if not _takes_marks(box):
        return "UNFLAGGED" if settings().IMAP_DONE_FOLDER else "UNSEEN UNFLAGGED"
    # Asked for first, since it is seldom any: all that have our mark may be all that ever came.
    read = box.uids(f"SEEN UNKEYWORD {MET}") if settings().IMAP_DONE_FOLDER is None else []
    if read and not box.uids(f"KEYWORD {MET}"):
        for start in range(0, len(read), _CHUNK):
            _mark(box, ",".join(read[start : start + _CHUNK]))
    return f"UNKEYWORD {MET}"


def _takes_marks(box: BaseMailBox) -> bool:
    """Whether the folder keeps marks that we name ourselves; the server says so when it is opened."""
    said = box.client.untagged_responses.get("PERMANENTFLAGS", [])
    return any(rb"\*" in line for line in said if isinstance(line, bytes))


def _mark(box: BaseMailBox, uids: str, flag: str = "") -> None:
    marks = [flag, MET] if _takes_marks(box) else [flag]
    box.client.uid("STORE", uids, "+FLAGS", f"({' '.join(mark for mark in marks if mark)})")


def _take(box: BaseMailBox, uid: str) -> bool:
    """Keep one mail and say so; whether it is here now."""
    raw = _raw(box, uid)
    if raw is None:  # somebody else took it meanwhile
        return False
    try:
        receiving.receive(raw, MailRoad.IMAP)
    except receiving.TooBig:
        log.error("a mail of %s bytes is too big and stays in the mailbox, flagged", len(raw))
        _mark(box, uid, r"\Flagged")
        return False
    _say_kept(box, uid)
    return True


def _say_kept(box: BaseMailBox, uid: str) -> None:
    """Mark the mail as read, or move it. Where that is refused it is met again, and known: it keeps no other back."""
    if not settings().IMAP_DONE_FOLDER:
        _mark(box, uid, r"\Seen")
        return
    try:
        _move(box, uid, str(settings().IMAP_DONE_FOLDER))
    except ImapToolsError as error:
        log.warning("a mail that is kept here could not be moved: %s", type(error).__name__)


def _move(box: BaseMailBox, uid: str, folder: str) -> None:
    """Move one mail and touch no other: what somebody marked as deleted may be a mail that we have not read yet.

    The library moves in one step where the server can (RFC 6851). Else what it does takes out everything that is so
    marked, so it is left to servers that can take out no single mail either (UIDPLUS, RFC 4315).
    """
    if "MOVE" in box.client.capabilities or "UIDPLUS" not in box.client.capabilities:
        box.move(uid, folder)
        return
    box.copy(uid, folder)
    box.client.uid("STORE", uid, "+FLAGS", r"(\Deleted)")
    box.client.uid("EXPUNGE", uid)


def _learn_capabilities(box: BaseMailBox) -> None:
    """Ask anew what the server can: most say but little before somebody has signed in (RFC 9051, 6.1.1)."""
    _, said = box.client.capability()
    words = b" ".join(one for one in said if isinstance(one, bytes)).decode("ascii", "replace").upper()
    box.client.capabilities = tuple(words.split())


def _raw(box: BaseMailBox, uid: str) -> bytes | None:
    """The bytes of a mail, which the library is not asked to read: a hostile one is the worker's to meet.

    None where it is not there any more. Of an empty one the server writes no bytes at all, but its answer is there.
    """
    _, found = box.client.uid("FETCH", uid, "(BODY.PEEK[])")
    raw = next((bytes(part[1]) for part in found if isinstance(part, tuple)), None)
    is_empty = raw is None and any(_EMPTY.search(one) for one in found if isinstance(one, bytes))
    return b"" if is_empty else raw


def _wait_for_more(box: BaseMailBox, until: threading.Event) -> None:
    if "IDLE" in box.client.capabilities:
        box.idle.wait(timeout=min(settings().IMAP_POLL_SECONDS, _IDLE_SECONDS))
    else:
        until.wait(settings().IMAP_POLL_SECONDS)


def _beat(count: int) -> None:
    with unit_of_work():
        heartbeats.beat(ENTRY, count)


def _complain(error: Exception) -> None:
    """Say what kind of fault it was: what a server writes could name a mailbox or a sender."""
    release()
    log.warning("mail could not be fetched: %s", type(error).__name__)
