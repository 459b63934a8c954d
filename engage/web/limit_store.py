"""Counts of the limits in this process, for an installation on one machine."""

import threading
from typing import Any

from limits.storage import Storage

from engage import clock

_BETWEEN_SWEEPS = 100  # ours: counts after which those that are over are looked for


class ProcessStorage(Storage):
    """Counts that end by themselves.

    The library's own store begins a thread at every count, to forget what is over. Here a count in a hundred does so
    by itself, and every other looks at its own name.
    """

    STORAGE_SCHEME = ["process"]
    base_exceptions = ()

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **options: Any) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions, **options)
        self._counts: dict[str, tuple[int, float]] = {}  # each with the second at which it ends
        self._lock, self._asked = threading.Lock(), 0

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count up, from nothing where the earlier count is over; it ends so many seconds after its first."""
        now = _now()
        with self._lock:
            self._asked += 1
            if self._asked % _BETWEEN_SWEEPS == 0:
                self._counts = {name: held for name, held in self._counts.items() if held[1] > now}
            count, ends = self._living(key, now) or (0, now + expiry)
            self._counts[key] = count + amount, ends
            return count + amount

    def get(self, key: str) -> int:
        """Return how often it was counted, 0 once that is over."""
        return (self._living(key, _now()) or (0, 0.0))[0]

    def get_expiry(self, key: str) -> float:
        """Return the second at which the count ends."""
        return (self._living(key, now := _now()) or (0, now))[1]

    def _living(self, key: str, now: float) -> tuple[int, float] | None:
        held = self._counts.get(key)
        if held is not None and held[1] <= now:
            self._counts.pop(key, None)
            return None
        return held

    def check(self) -> bool:
        """Whether it can be asked, which is always."""
        return True

    def reset(self) -> int | None:
        """Forget everything; return how many counts there were."""
        count, self._counts = len(self._counts), {}
        return count

    def clear(self, key: str) -> None:
        """Forget one count."""
        self._counts.pop(key, None)


def _now() -> float:
    return clock.utcnow().timestamp()
