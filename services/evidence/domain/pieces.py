"""A piece of evidence as it stands now: the fold of its stream."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.ledger.entry import Entry

EVIDENCE = frozenset({"AttemptRecorded", "RubricScored"})
"""The events that are evidence."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What was recorded, and what voided it, if anything did."""

    recorded: Entry
    voided: Entry | None

    @property
    def learner(self) -> str:
        return self.recorded.owner

    @property
    def latest(self) -> Entry:
        """The entry that made it what it is now."""
        return self.voided or self.recorded


def piece_of(stream: Sequence[Entry]) -> Piece | None:
    """The piece of evidence that the entries of a stream `evidence/{id}` make; None where they make none."""
    if not stream or stream[0].event not in EVIDENCE:
        return None
    return Piece(stream[0], next((entry for entry in stream if entry.event == "EvidenceVoided"), None))
