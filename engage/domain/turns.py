"""Which of many notices that wait is taken first: the urgent, then one of each site in turn; none waits for ever."""

from datetime import timedelta

from engage.domain.delivery import Urgency

# Ours: after each such time a notice that is due counts as one step more urgent, so that digests leave in a busy hour.
PATIENCE = timedelta(minutes=30)


def rank(urgency: Urgency, waited: timedelta) -> Urgency:
    """Return how urgent a notice counts that has been due for so long."""
    return Urgency(max(urgency - max(waited // PATIENCE, 0), Urgency.URGENT))
