"""How much a fault test does: a few rounds in the suite, or as many as its share of the minutes allows.

A test is marked `fault("F1", "what is done", share=2)` and takes the fixture `effort`. What came of it is a line of
the file that `--results` names.
"""

import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(slots=True)
class Tally:
    """What a fault test did and found. `held` only once everything was checked."""

    fault: str
    what: str
    rounds: int = 0
    events: int = 0
    acknowledged: int = 0
    unknown: int = 0
    lost: int = 0
    doubled: int = 0
    invented: int = 0
    slowest: float = 0.0
    seconds: float = 0.0
    held: bool = False
    notes: list[str] = field(default_factory=list)

    def write(self, file: Path) -> None:
        commit = subprocess.run(
            ("git", "rev-parse", "--short", "HEAD"), cwd=ROOT, capture_output=True, text=True, check=False
        ).stdout.strip()
        told = asdict(self) | {"date": datetime.now(UTC).strftime("%Y-%m-%d"), "commit": commit}
        with file.open("a") as out:
            out.write(json.dumps(told) + "\n")


@dataclass(slots=True)
class Effort:
    """`budget` seconds are this test's in the long form; None is the short form."""

    tally: Tally
    seed: int
    budget: float | None = None
    history: Path | None = None

    def rounds(self, short: int) -> Iterator[int]:
        """Number the rounds from 0: `short` of them, or in the long form as many as the time allows."""
        begun = time.monotonic()
        while self.tally.rounds < short or (self.budget is not None and time.monotonic() - begun < self.budget):
            yield self.tally.rounds
            self.tally.rounds += 1
            self.tally.seconds = time.monotonic() - begun

    def seconds(self, short: float, long: float) -> float:
        """How long a fault lasts."""
        return short if self.budget is None else min(long, max(short, self.budget / 2))
