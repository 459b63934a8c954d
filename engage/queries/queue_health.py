"""How many nudges wait in the queue. The database is the truth: this says only whether workers are nudged at all."""

from kombu.exceptions import ChannelError

from engage.extensions import celery

_SECONDS = 1.0  # ours: as long as a page waits for a broker that is silent


def waiting() -> int | None:
    """Return how many tasks wait; None where the broker does not answer."""
    try:
        with celery.connection_for_read(connect_timeout=_SECONDS) as connection:
            connection.ensure_connection(max_retries=1, timeout=_SECONDS)
            try:
                return int(connection.default_channel.queue_declare(celery.conf.task_default_queue, passive=True)[1])
            except ChannelError:
                return 0  # Redis has no queue while nothing waits in it
    except Exception:  # each broker has faults of its own kind
        return None
