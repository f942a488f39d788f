"""A piece of evidence as it stands now: the fold of its stream."""

from collections.abc import Container, Sequence
from dataclasses import dataclass

from shared.contracts.bodies import EvidenceVoided
from shared.contracts.events import decode
from shared.contracts.pieces import EvidenceSuperseded
from shared.ledger.entry import Entry

EVIDENCE = frozenset(
    {"AttemptRecorded", "RubricScored", "ObservationRecorded", "ReflectionRecorded", "PriorMasteryAttested"}
)
"""The events that are evidence, and can be recorded."""

WITHDRAWABLE = EVIDENCE | {"AudienceTallied"}
"""Those that can be looked at and voided: also what an audience gave, should an exhibition turn out to be rigged."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What was recorded, and what withdrew it, if anything did: it was voided, or another piece took its place."""

    recorded: Entry
    withdrawn: Entry | None

    @property
    def learner(self) -> str:
        return self.recorded.owner

    @property
    def voided(self) -> Entry | None:
        """The entry that voided it."""
        return self._withdrawn_by("EvidenceVoided")

    @property
    def superseded(self) -> Entry | None:
        """The entry by which another piece took its place."""
        return self._withdrawn_by("EvidenceSuperseded")

    @property
    def replacement(self) -> str | None:
        """The piece that took its place."""
        return None if self.superseded is None else decode(self.superseded, EvidenceSuperseded).by

    @property
    def reason_ref(self) -> str | None:
        """The text that says why it was withdrawn."""
        if self.withdrawn is None:
            return None
        if self.superseded is not None:
            return decode(self.superseded, EvidenceSuperseded).reason_ref
        return decode(self.withdrawn, EvidenceVoided).reason_ref

    @property
    def latest(self) -> Entry:
        """The entry that made it what it is now."""
        return self.withdrawn or self.recorded

    def _withdrawn_by(self, event: str) -> Entry | None:
        return self.withdrawn if self.withdrawn is not None and self.withdrawn.event == event else None


def piece_of(stream: Sequence[Entry], kinds: Container[str] = EVIDENCE) -> Piece | None:
    """The piece of evidence that the entries of a stream `evidence/{id}` make; None where they make none of these."""
    if not stream or stream[0].event not in kinds:
        return None
    return Piece(stream[0], stream[1] if len(stream) > 1 else None)
