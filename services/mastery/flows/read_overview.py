"""A first look at a learner, of one moment: where she is, on which map, what comes next, what is new."""

from dataclasses import dataclass

from services.mastery.domain.horizon import Horizon
from services.mastery.flows.learner_standings import standings_seen
from services.mastery.flows.read_map import LearnerMap, map_of
from services.mastery.flows.read_mastery import Mastery, mastery_of
from services.mastery.flows.read_next import Next, next_of
from services.mastery.flows.read_redos import Redos, redos_of
from services.mastery.flows.reading import Question, graph_known, opened, seen_states
from services.mastery.ports import District, Record
from shared.rulebook.contribution import Contribution, Kind
from shared.rulebook.known import known_of
from shared.runtime.definitions.view import PlacedCompetency

RECENT = 6
"""Of the newest pieces of evidence, how many are told."""


@dataclass(frozen=True, slots=True)
class RecentPiece:
    """A piece, the competencies of which it says something, as far as a framework names them, and its words."""

    piece: Contribution
    shows: dict[str, PlacedCompetency | None]
    feedback_ref: str | None


@dataclass(frozen=True, slots=True)
class Overview:
    """Answers that cannot contradict each other: they are folded from one reading of the record.

    `recent` are the pieces that happened last, the last of them first.
    """

    mastery: Mastery
    map: LearnerMap
    next: Next
    redos: Redos
    recent: tuple[RecentPiece, ...]


async def read_overview(question: Question, district: District) -> Overview:
    """The overview of a learner. Raises UnknownError, ForgottenError and NotReachedError."""
    record, horizon = await opened(question, district, redos=True)
    states = await seen_states(record, horizon)
    graph = await graph_known(horizon, district)
    seen = await standings_seen(record, horizon, graph, district, states)
    return Overview(
        mastery=await mastery_of(record, horizon, states, district),
        map=await map_of(record, horizon, seen, district),
        next=await next_of(record, horizon, seen),
        redos=await redos_of(record, horizon, seen, district),
        recent=tuple(_recent(record, horizon)),
    )


def _recent(record: Record, horizon: Horizon) -> list[RecentPiece]:
    shows: dict[str, dict[str, PlacedCompetency | None]] = {}
    pieces: dict[str, Contribution] = {}
    for competency, own in record.contributions.items():
        named = record.view.competency(competency, horizon.known)
        for piece in known_of(own, horizon.known):
            if piece.withdrawn is None and piece.kind != Kind.REFLECTION:
                pieces[piece.event] = piece
                shows.setdefault(piece.event, {})[competency] = named
    newest = sorted(pieces.values(), key=lambda piece: (piece.occurred_at, piece.position), reverse=True)[:RECENT]
    return [RecentPiece(piece, shows[piece.event], record.feedback.get(piece.event)) for piece in newest]
