"""The clock of the edges. What must not see a clock (domain, rulebook, ledger) is given instants as values."""

import time
from collections.abc import Callable
from typing import TypeAlias

from shared.ledger.instants import Instant

Clock: TypeAlias = Callable[[], Instant]


def now() -> Instant:
    return time.time_ns() // 1_000_000
