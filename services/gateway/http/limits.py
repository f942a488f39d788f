"""How much one caller may ask for: every number in one place.

A sliding window in two counters a caller: cheap however many callers there are, and bounded in memory. The package
`limits` has the same counter, but its storages in memory start a thread or look at every key for each request,
which a flood from many addresses would turn against us.
"""

import ipaddress
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from shared.runtime.problems import too_many

WINDOW = 60
"""Seconds over which requests are counted."""

PER_PERSON = 6_000
"""Requests of a person a window: a hundred a second, for bulk imports of a thousand items a request too."""

PER_ADDRESS = 600
"""Requests of an address without a valid access token a window; a school's machines often share one address."""

MAX_CALLERS = 50_000
"""Callers that are remembered at a time, some 10 MB. Beyond it those that began first are forgotten."""


@dataclass(slots=True)
class _Counts:
    window: int
    current: int = 0
    previous: int = 0


class Limiter:
    """Counts the requests of callers that it is given names of."""

    def __init__(self, limit: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._clock = limit, clock
        self._callers: dict[str, _Counts] = {}

    def count(self, caller: str) -> None:
        """Count one more request. Raises `problems.too_many`, which is not counted, where it is one too many."""
        now = self._clock()
        counts = self._counts(caller, int(now // WINDOW))
        passed = now % WINDOW / WINDOW
        asked = counts.previous * (1 - passed) + counts.current
        if asked + 1 > self._limit:
            raise too_many(
                f"At most {self._limit} requests in {WINDOW} seconds are answered.",
                retry_after=self._wait(counts, passed),
            )
        counts.current += 1

    def _counts(self, caller: str, window: int) -> _Counts:
        counts = self._callers.get(caller)
        if counts is None:
            self._make_room(window)
            counts = self._callers[caller] = _Counts(window)
        elif counts.window != window:
            counts.previous = counts.current if counts.window == window - 1 else 0
            counts.window, counts.current = window, 0
        return counts

    def _make_room(self, window: int) -> None:
        if len(self._callers) < MAX_CALLERS:
            return
        self._callers = {name: counts for name, counts in self._callers.items() if counts.window >= window - 1}
        surplus = max(0, len(self._callers) - MAX_CALLERS // 2)
        for name in list(self._callers)[:surplus]:
            del self._callers[name]

    def _wait(self, counts: _Counts, passed: float) -> int:
        """Whole seconds after which one more would be answered, if nothing else is asked meanwhile."""
        if counts.current + 1 > self._limit:
            return math.ceil((1 - passed) * WINDOW) + math.ceil((1 - (self._limit - 1) / counts.current) * WINDOW)
        enough = 1 - (self._limit - 1 - counts.current) / counts.previous
        return max(1, math.ceil((enough - passed) * WINDOW))


def address_of(host: str | None) -> str:
    """What one address is for counting: an IPv6 client has the whole of its /64."""
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return host or ""
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False))
