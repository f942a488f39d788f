"""How a level came to be: what each piece of evidence contributed to it, ready to be kept and shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared.ledger.decimals import unscaled
from shared.ledger.instants import instant_text
from shared.rulebook.contribution import Contribution
from shared.rulebook.explain import AsidePiece, CountedPiece, pieces_of
from shared.rulebook.state import State

MOST_PIECES = 50_000
"""Pieces that one audit tells of; the accounts beyond say only how many there were."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of evidence. It counted, with its own value, and the value and the level after it; or it was set aside,
    for a reason, by an event where one did it. Values and weight are canonical decimals, instants as the ledger has
    them.
    """

    event: str
    kind: str
    position: int
    occurred_at: str
    recorded_at: str
    counted: bool
    value: str | None = None
    value_after: str | None = None
    level_after: str | None = None
    weight: str | None = None
    set_aside: str | None = None
    by: str | None = None

    def __reduce__(self) -> tuple[Callable[..., "Piece"], tuple[object, ...]]:
        # 20,000 of them come back from the process that folds, in a third of the time that way
        return Piece, (
            *(self.event, self.kind, self.position, self.occurred_at, self.recorded_at, self.counted, self.value),
            *(self.value_after, self.level_after, self.weight, self.set_aside, self.by),
        )


@dataclass(frozen=True, slots=True)
class Account:
    """A state folded again, and the pieces that were known to it, in fold order. `left_out` counts those not told."""

    competency: str
    status: str
    level: str | None
    value: str | None
    policy: str | None
    method: str | None
    digest: str
    override: str | None
    pieces: tuple[Piece, ...]
    left_out: int = 0


def account_of(state: State, known: Sequence[Contribution], room: int = MOST_PIECES) -> Account:
    """The account of a state, from it and the contributions that were known, in fold order; at most `room` pieces."""
    return Account(
        competency=state.competency,
        status=state.status.value,
        level=state.level,
        value=_decimal(state.value),
        policy=state.policy,
        method=state.method,
        digest=state.digest,
        override=None if state.override is None else state.override.event,
        pieces=_pieces(state, known) if len(known) <= room else (),
        left_out=0 if len(known) <= room else len(known),
    )


def _pieces(state: State, known: Sequence[Contribution]) -> tuple[Piece, ...]:
    told, set_aside = pieces_of(state, {piece.event: piece for piece in known})
    counted = {piece.event: piece for piece in told}
    aside = {piece.event: piece for piece in set_aside}
    return tuple(_piece(piece, counted.get(piece.event), aside.get(piece.event)) for piece in known)


def _piece(contribution: Contribution, counted: CountedPiece | None, aside: AsidePiece | None) -> Piece:
    return Piece(
        event=contribution.event,
        kind=contribution.kind,
        position=contribution.position,
        occurred_at=instant_text(contribution.occurred_at),
        recorded_at=instant_text(contribution.recorded_at),
        counted=counted is not None,
        value=None if counted is None else unscaled(counted.value),
        value_after=None if counted is None else _decimal(counted.value_after),
        level_after=None if counted is None else counted.level_after,
        weight=None if counted is None else _decimal(counted.weight),
        set_aside=None if aside is None else aside.reason.value,
        by=None if aside is None else aside.by,
    )


def _decimal(value: int | None) -> str | None:
    return None if value is None else unscaled(value)
