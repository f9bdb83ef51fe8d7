"""Counters of requests in this process's memory, by the service's own clock.

The memory storage that comes with `limits` reads the machine's clock and starts a thread to forget what is over. This
one forgets while it counts, and a test can let its time pass.
"""

import threading
from datetime import datetime

from limits.storage import Storage

from .parts import Clock, utc_now

URI = "previsit-memory://"
_SWEEP_EVERY = 60.0


class Counters(Storage):
    """One number a key: begun at its first request, over when its window ends. Safe for threads."""

    STORAGE_SCHEME = ["previsit-memory"]  # noqa: RUF012 (the library finds storages by this name)

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, clock: Clock = utc_now) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        self._clock = clock
        self._lock = threading.Lock()
        self._rows: dict[str, tuple[int, float, float]] = {}
        self._swept = self._now()

    @property
    def base_exceptions(self) -> type[Exception]:
        """What goes wrong in here: nothing that is known."""
        return RuntimeError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count a request; returns how many there were in this window."""
        with self._lock:
            now = self._now()
            self._sweep(now)
            count, begun, over = self._rows.get(key, (0, now, now))
            if not begun <= now < over:  # over, or the clock was set back: nobody waits for the old time to come again
                count, begun, over = 0, now, now + expiry
            self._rows[key] = (count + amount, begun, over)
            return count + amount

    def get(self, key: str) -> int:
        """How many requests there were in this window."""
        now = self._now()
        count, begun, over = self._rows.get(key, (0, now, now))
        return count if begun <= now < over else 0

    def get_expiry(self, key: str) -> float:
        """When the window of a key ends, in seconds since 1970."""
        now = self._now()
        return self._rows.get(key, (0, now, now))[2]

    def check(self) -> bool:
        """Memory answers always."""
        return True

    def reset(self) -> int:
        """Forget everything; returns how many keys there were."""
        with self._lock:
            count = len(self._rows)
            self._rows.clear()
            return count

    def clear(self, key: str) -> None:
        """Forget one key."""
        with self._lock:
            self._rows.pop(key, None)

    @property
    def keys(self) -> frozenset[str]:
        """The keys that are counted now."""
        return frozenset(self._rows)

    def _now(self) -> float:
        moment: datetime = self._clock()
        return moment.timestamp()

    def _sweep(self, now: float) -> None:
        if abs(now - self._swept) < _SWEEP_EVERY:
            return
        self._swept = now
        for key in [key for key, (_, begun, over) in self._rows.items() if not begun <= now < over]:
            del self._rows[key]
