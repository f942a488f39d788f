"""A learner's transcript, and whether one that somebody holds still says what the record says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from services.mastery.domain.grades import Grade, as_known
from services.mastery.domain.horizon import Horizon, now_horizon
from services.mastery.domain.transcripts import Line, code_of, line_of, read_code
from services.mastery.flows.reading import Question, opened, seen_state
from services.mastery.ports import District, Record
from shared.rulebook.definitions import Definitions
from shared.rulebook.known import Known
from shared.rulebook.outline import Outline
from shared.runtime.definitions.view import PlacedCompetency
from shared.runtime.pace import Pace

Standing: TypeAlias = Literal["valid", "superseded", "unknown"]

MOST_REVIEWS = 1_000
_FIRST = (-1, "00000000-0000-0000-0000-000000000000")


@dataclass(frozen=True, slots=True)
class Transcript:
    """Lines by competency, grades as they stand, and the outline in whose order they are read. `asked` are the grades
    of which a review is open, by their ids.
    """

    learner: str
    horizon: Horizon
    lines: Mapping[str, Line]
    named: Mapping[str, PlacedCompetency]
    grades: tuple[Grade, ...]
    asked: frozenset[str]
    outline: Outline
    definitions: Definitions
    code: str


async def read_transcript(question: Question, district: District) -> Transcript:
    """The transcript of a learner, whose code is kept. Raises UnknownError, ForgottenError and NotReachedError."""
    record, horizon = await opened(question, district, grades=True)
    asked = await _open_reviews(question, district)
    lines, named = await _lines(record, horizon, asked)
    grades = tuple(as_known(sorted(record.grades, key=lambda grade: grade.decisions[0].position), horizon.known))
    code = code_of(question.learner, lines.values(), grades, record.view.definitions)
    await district.transcripts.issue(code, question.learner)
    shard = next(pin.shard for pin in horizon.pins if pin.ledger == "evidence")
    outline = await district.transcripts.outline(Known.at_pins(horizon.pins, shard))
    return Transcript(question.learner, horizon, lines, named, grades, asked, outline, record.view.definitions, code)


async def check_transcript(written: str, district: District) -> Standing:
    """How a transcript with this code stands: as the record does, overtaken by it, or there is none.

    Nothing else is told, of the forgotten as if there had never been one.
    """
    code = read_code(written)
    learner = await district.transcripts.learner(code)
    if learner is None:
        return "unknown"
    record = await district.records.of(learner, grades=True)
    if record.forgotten:
        return "unknown"
    horizon = now_horizon(record.reached, held=record.held)
    lines, _ = await _lines(record, horizon, frozenset())
    now = code_of(learner, lines.values(), as_known(record.grades, horizon.known), record.view.definitions)
    return "valid" if now == code else "superseded"


async def _lines(
    record: Record, horizon: Horizon, asked: frozenset[str]
) -> tuple[dict[str, Line], dict[str, PlacedCompetency]]:
    lines: dict[str, Line] = {}
    named: dict[str, PlacedCompetency] = {}
    pace = Pace()
    for competency, pieces in record.contributions.items():
        seen = await seen_state(record, horizon, competency)
        if seen.recorded:
            known = [piece for piece in pieces if horizon.known.of_learner(piece)]
            about = {competency, *(piece.event for piece in known)}
            lines[competency] = line_of(seen.state, known, asked=not asked.isdisjoint(about))
            if seen.named is not None:
                named[competency] = seen.named
        await pace.breathe()
    return lines, named


async def _open_reviews(question: Question, district: District) -> frozenset[str]:
    """What reviews are open of, by id; of an earlier moment none are told."""
    if question.as_of is not None:
        return frozenset()
    found = await district.worklists.reviews([question.learner], "open", _FIRST, MOST_REVIEWS)
    return frozenset(review.about_id for review in found)
