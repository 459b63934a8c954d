"""A connection that outlives a run: each process keeps one to its mail server for a while, and the next run takes it.

What was kept is asked whether it still stands before it is used: a server that went away meanwhile costs a new
connection and no notice an attempt. A process that forked leaves its parent's connection alone.
"""

import atexit
import os
import threading
import time
from dataclasses import dataclass

from engage.notify.transports.smtp import Server, SmtpTransport

# Ours: nudges that follow each other share a connection. Far below the five minutes for which a server has to wait for
# the next command (RFC 5321, 4.5.3.2.7), and an idle service asks nobody to hold one.
KEEP_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class _Kept:
    transport: SmtpTransport
    since: float
    owner: int

    def let_go(self) -> None:
        if self.owner == os.getpid():
            self.transport.close()
        else:
            self.transport.abandon()


_kept: _Kept | None = None
_lock = threading.Lock()


def take(server: Server) -> SmtpTransport:
    """Return what was kept to this server if it still stands, else something new that is not connected yet."""
    found = _exchange(None)
    if found is None:
        return SmtpTransport(server)
    is_usable = found.owner == os.getpid() and time.monotonic() - found.since <= KEEP_SECONDS
    if is_usable and found.transport.server == server and found.transport.stands():
        return found.transport
    found.let_go()
    return SmtpTransport(server)


def keep(transport: SmtpTransport) -> None:
    """Keep a connection for the next run; what was kept before is closed."""
    before = _exchange(_Kept(transport, time.monotonic(), os.getpid()))
    if before is not None:
        before.let_go()


def close() -> None:
    """Close what is kept: at the end of the process."""
    found = _exchange(None)
    if found is not None:
        found.let_go()


def _exchange(new: _Kept | None) -> _Kept | None:
    global _kept
    with _lock:
        before, _kept = _kept, new
    return before


atexit.register(close)
