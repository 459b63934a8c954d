"""How long the person may hear nothing of us while their case is open. Source: domain R37."""

from datetime import datetime, timedelta

from engage.domain.deadlines import Days
from engage.domain.event import Event
from engage.domain.events import AttemptLogged, PersonTold

TELL_NEWS = "tell_news"  # the task of whoever works a case that was quiet for too long
# What goes to the person and says nothing of how their case stands.
NO_NEWS = frozenset({"contact_changed", "code_changed", "identity_opened", "original_opened", "file_locked"})


def is_spoken(event: Event) -> bool:
    """Whether by this somebody of ours told the person by word of mouth, for which no notice goes out."""
    return isinstance(event, AttemptLogged | PersonTold) and event.reached


def quiet_until(told_at: datetime, every: Days) -> datetime:
    """Return until when the person may hear nothing more after they heard of us.

    Days of 24 hours, since it is a chore of ours that begins then: whoever works the case is asked to write.
    """
    return told_at + timedelta(days=every.count)
