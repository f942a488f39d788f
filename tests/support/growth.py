"""Whether work grows with the size of what it is given alone.

Both sizes are measured in one run, so how fast the machine is, or how busy, says nothing of the code.
"""

import time
from collections.abc import Callable

TRIES = 3


def growth(work: Callable[[int], object], small: int, large: int) -> float:
    """How many times the processor time of the small size the large one takes: the least of some tries of each."""
    return _least(work, large) / _least(work, small)


def _least(work: Callable[[int], object], size: int) -> float:
    return min(_seconds(work, size) for _ in range(TRIES))


def _seconds(work: Callable[[int], object], size: int) -> float:
    begun = time.process_time()
    work(size)
    return max(time.process_time() - begun, 0.001)
