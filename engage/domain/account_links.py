"""Links by which somebody chooses a password: what they are for, how long each lives, and why one opens nothing.

And for how long the address that an account had before hears of it.
"""

from datetime import datetime, timedelta
from enum import StrEnum


class LinkPurpose(StrEnum):
    """What a link is for."""

    INVITATION = "invitation"
    RESET = "reset"


# Ours. An invitation waits for a week of leave; who forgot a password reads their mail now. ASVS 5.0, 6.4.1 asks that
# both end: it leaves the time to us.
LIVES = {LinkPurpose.INVITATION: timedelta(days=7), LinkPurpose.RESET: timedelta(hours=1)}

# Ours: for so long what lets somebody into an account is told to the address it had before, too; a week of leave. The
# address is kept for as long again as a notice may take, see engage.notify.outbox.
FORMER_TOLD = timedelta(days=7)
FORMER_KEPT = FORMER_TOLD + timedelta(hours=72)

# Ours: so many reset links a day leave for one account; who asks more often is bothering somebody.
RESETS_A_DAY = 5


def why_dead(*, used_at: datetime | None, ended_at: datetime | None, expires_at: datetime, now: datetime) -> str | None:
    """Return the code of why a link opens nothing, or None while it works: used, replaced, too_old."""
    if used_at is not None:
        return "used"
    if ended_at is not None:
        return "replaced"
    return "too_old" if expires_at <= now else None
