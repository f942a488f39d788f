"""Another piece of evidence takes the place of one that was wrong: both by one command, so that neither is without
the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from services.evidence.domain.commands import Command, Expectation, Guard
from services.evidence.domain.errors import Invalid
from services.evidence.domain.facts import new_event
from services.evidence.domain.judging import Body
from services.evidence.domain.pieces import Piece
from services.evidence.domain.recording import Item, referring
from shared.contracts.pieces import EvidenceSuperseded
from shared.contracts.upcasting import as_current
from shared.ledger.canonical import parse
from shared.ledger.identifiers import further_event_id
from shared.ledger.instants import Instant
from shared.ledger.streams import evidence_stream


@dataclass(frozen=True, slots=True)
class SupersedeEvidence:
    """A caller's decision on the version of the evidence that it saw: what stands in its place, and why.

    `id` is the new piece's. Without an `occurred_at` it is the old piece's.
    """

    id: str
    evidence: str
    expected_version: int
    occurred_at: Instant | None
    body: Body
    text: str | None
    reason: str | None

    @property
    def event(self) -> str:
        """The id of the event by which the old piece is withdrawn."""
        return further_event_id(self.id, 1)


def item_of(piece: Piece, supersede: SupersedeEvidence) -> Item:
    """The new piece as an item of its own. Raises Invalid where it is another learner's than the old one."""
    if supersede.body.learner != piece.learner:
        raise Invalid(
            f"A piece of evidence is superseded by one of the same learner, {piece.learner}.", field="/body/learner"
        )
    occurred_at = piece.recorded.occurred_at if supersede.occurred_at is None else supersede.occurred_at
    return Item(supersede.id, occurred_at, supersede.body, supersede.text)


def decide_supersede(  # noqa: PLR0913 - the old piece, the new one and what it does over, and their texts
    piece: Piece,
    supersede: SupersedeEvidence,
    recording: Command,
    standing: Sequence[str],
    *,
    refs: Mapping[str, str],
    tenant: str,
) -> Command:
    """The command that records the new piece, as `recording` does, and withdraws the old one.

    `standing` are the pieces that the new one does over, and that must not be superseded at the same moment: of two
    such commands each could otherwise come to do over what the other records. `refs` are those of `text` and `reason`.
    The ledger answers it by the version that the old piece has at that moment; when it was withdrawn is left to it.
    """
    item = item_of(piece, supersede)
    body = item.body
    if "text" in refs:
        body = referring(body, refs["text"])
    superseded = EvidenceSuperseded(
        learner=piece.learner, evidence=supersede.evidence, by=supersede.id, reason_ref=refs.get("reason")
    )
    return replace(
        recording,
        events=(
            new_event(tenant, item.id, body, occurred_at=item.occurred_at),
            new_event(tenant, supersede.event, superseded),
        ),
        expects=(Expectation(piece.learner, evidence_stream(supersede.evidence), supersede.expected_version),),
        guards=(
            *recording.guards,
            *(Guard(piece.learner, evidence_stream(earlier), "open") for earlier in standing),
        ),
    )


def redone_by(piece: Piece) -> str | None:
    """What a piece says that it does over."""
    body = as_current(piece.recorded, parse(piece.recorded.body))
    named = body.get("redo_of") if isinstance(body, dict) else None
    return named if isinstance(named, str) else None
