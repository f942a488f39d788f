"""A child for tests of `shared.runtime.child`: `python -m tests.support.answering_child`."""

import os
import sys
import time

from shared.runtime.child import answer

if __name__ == "__main__":
    answer(
        {"double": lambda number: number * 2, "who": lambda _: os.getpid(), "sleep": time.sleep, "int": int},
        sys.stdin.buffer,
        sys.stdout.buffer,
    )
