"""Why a learner is where she is with one competency, and what would move it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import NamedTuple

from services.mastery.domain.errors import UnknownError
from services.mastery.domain.horizon import Horizon
from services.mastery.flows.look_ahead import Ahead, look_ahead
from services.mastery.flows.read_redos import SeenRedo, redos_of
from services.mastery.flows.reading import Question, SeenState, opened, seen_state
from services.mastery.flows.roll_up import ByParts, by_parts
from services.mastery.ports import District
from shared.rulebook.certainty_wording import how_sure
from shared.rulebook.contribution import Contribution
from shared.rulebook.explain import Explanation, explain
from shared.rulebook.rolled_words import by_parts as words_of_parts
from shared.rulebook.state import State
from shared.rulebook.wording import what_next, why

UNDER_REVIEW = "Something recorded for this learner could not be read yet, so this may change."

MANY = 30
"""Pieces from which an explanation is made in a thread: each is told of in words, and left out for once."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A state within a horizon, its reasons as data, and in plain sentences.

    `feedback` are references to the words that pieces came with, by piece; `redo` is the latest, where it is asked now.
    """

    learner: str
    horizon: Horizon
    seen: SeenState
    explanation: Explanation
    why: tuple[str, ...]
    sure: tuple[str, ...]
    next: tuple[str, ...]
    feedback: Mapping[str, str]
    by_parts: ByParts | None = None
    ahead: Ahead | None = None
    redo: SeenRedo | None = None


async def explain_competency(question: Question, competency: str, district: District) -> Explained:
    """The explanation of one state, also where there is no evidence yet.

    Raises UnknownError, for a competency too that no known framework has and no evidence speaks of; NotReachedError.
    """
    is_now = question.as_of is None
    record, horizon = await opened(question, district, redos=is_now, feedback=True)
    seen = await seen_state(record, horizon, competency)
    if seen.named is None and not seen.recorded:
        raise UnknownError("competency")
    pieces = record.contributions.get(competency, ())
    if len(pieces) < MANY:
        told = _told(seen.state, pieces, district.zone)
    else:
        told = await asyncio.to_thread(_told, seen.state, pieces, district.zone)
    parts = await by_parts(record, horizon, competency, district)
    ahead = await look_ahead(record, horizon, competency, district)
    standings = None if ahead is None else ahead.seen
    redos = (await redos_of(record, horizon, standings, district, competency)).redos if is_now else ()
    reasons = told.why if parts is None else (*told.why, *words_of_parts(parts.rolled, parts.codes))
    return Explained(
        learner=question.learner,
        horizon=horizon,
        seen=seen,
        explanation=told.explanation,
        why=(UNDER_REVIEW, *reasons) if horizon.under_review else reasons,
        sure=told.sure,
        next=told.next,
        feedback=record.feedback,
        by_parts=parts,
        ahead=ahead,
        redo=next(iter(redos), None),
    )


class _Told(NamedTuple):
    """The reasons as data; in words why, how sure, and what next."""

    explanation: Explanation
    why: tuple[str, ...]
    sure: tuple[str, ...]
    next: tuple[str, ...]


def _told(state: State, pieces: Sequence[Contribution], zone: tzinfo) -> _Told:
    explanation = explain(state, pieces)
    return _Told(explanation, why(explanation, zone), how_sure(explanation, zone), what_next(explanation))
