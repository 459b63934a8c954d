"""Limits that punish no shared address and store none: what comes too fast is marked for review, never turned away."""

import hashlib
import hmac
import logging
import secrets

from flask import request
from limits import RateLimitItem, parse
from limits.storage import Storage

from engage import vault
from engage.extensions import limiter
from engage.web import limit_store as limit_store  # so that the library knows the store by its name

log = logging.getLogger(__name__)

# Ours: a village that shares one address, or a member of an organisation who types a stack of letters, stays below.
CONCERNS = parse("30 per hour")
# Ours: who looks for the right spelling stays below. Counted for one concern from one place, so that nobody can use it
# up for a person who is elsewhere (docs/decisions/0011).
LOST_CODES = parse("20 per hour")
# Ours: what comes beyond twice as many has to wait its turn, longer with each, and a minute at most: who sends one
# concern sees a page that says so, who sends hundreds is slow.
UNHURRIED = 60
_LONGEST_WAIT_SECONDS = 60
_HOUR_SECONDS = 3600
_SALT_NAME = "engage-limits-salt"
_SALT_BITS = 62  # what every store takes as one number


def is_too_fast(limit: RateLimitItem, purpose: str) -> bool:
    """Count this request against the limit and say whether its sender is over it.

    A store that is down limits nobody: false is returned and the failure logged.
    """
    try:
        return not limiter.limiter.hit(limit, purpose, _sender())
    except Exception as error:
        log.warning("the limit store did not answer: %s", type(error).__name__)
        return False


def seconds_to_wait() -> int:
    """Count one more concern from this sender and return how long it waits for its turn, 0 while few come.

    A store that is down lets nobody wait; the failure is logged.
    """
    try:
        count = limiter.storage.incr(f"engage-turns:{_sender()}", _HOUR_SECONDS)
    except Exception as error:
        log.warning("the limit store did not answer: %s", type(error).__name__)
        return 0
    return min(max(count - UNHURRIED, 0), _LONGEST_WAIT_SECONDS)


def _sender() -> str:
    """Stand-in for the sender's address: a keyed hash with a salt that the store forgets within the hour.

    Once the salt is gone nobody can tell which address it was, even with our keys and every address to try.
    """
    address = request.remote_addr or ""
    key = vault.key_for(vault.LIMITS)
    return hmac.digest(key, f"{_salt(limiter.storage)}\0{address}".encode(), hashlib.sha256).hex()


def _salt(storage: Storage) -> int:
    """The salt of this hour. Two processes that both find none add up to one that both then read."""
    if found := storage.get(_SALT_NAME):
        return found
    storage.incr(_SALT_NAME, _HOUR_SECONDS, amount=secrets.randbits(_SALT_BITS) | 1)
    return storage.get(_SALT_NAME)
