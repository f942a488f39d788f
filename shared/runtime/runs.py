"""Orders what a source gave into runs of consecutive entries and the gaps between them. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.ledger.entry import Entry


@dataclass(frozen=True, slots=True)
class Run:
    """Entries that follow each other without a gap, from the position after the last one taken."""

    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Gap:
    """The entries above `after` and below `before` are missing: only the ledger can bring them."""

    after: int
    before: int


def runs(position: int, entries: Sequence[Entry], longest: int) -> Iterator[Run | Gap]:
    """What follows `position`, in order: duplicates dropped, gaps told, runs of at most `longest` entries."""
    run: list[Entry] = []
    for entry in entries:
        if entry.position <= position:
            continue
        if entry.position > position + 1 or len(run) == longest:
            if run:
                yield Run(run)
                run = []
            if entry.position > position + 1:
                yield Gap(position, entry.position)
        run.append(entry)
        position = entry.position
    if run:
        yield Run(run)
