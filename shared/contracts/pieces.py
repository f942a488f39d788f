"""Bodies of evidence beyond attempts and rubric scores, and of a piece that takes another's place. Version 1 each."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from shared.contracts.bodies import MAX_RESULTS, Purpose, Result
from shared.contracts.values import Code, Contract, Digest, Id, unique

MAX_MOVES = 100


class Move(Contract):
    """How often a learner made a move in a seminar, by its code in the list of moves."""

    move: Code
    count: Annotated[int, Field(ge=1, le=1000)]


class ObservationRecorded(Contract):
    """Somebody watched a learner do it: in a seminar, at a presentation, in the lab.

    With a `rubric` every result names one of its criteria. Of a seminar (`seminar` is what all observations of one name
    alike) `moves` says what she did, counted move by move as the document `moves_by` lists them: that never touches a
    level, and there need be no results beside it.
    """

    learner: Id
    rubric: Digest | None = None
    task: Id | None = None
    work: Id | None = None
    group: Id | None = None
    course: Id | None = None
    purpose: Purpose
    redo_of: Id | None = None
    note_ref: Digest | None = None
    seminar: Id | None = None
    moves_by: Digest | None = None
    moves: Annotated[tuple[Move, ...], Field(max_length=MAX_MOVES, strict=False)] | None = None
    results: Annotated[tuple[Result, ...], Field(max_length=MAX_RESULTS, strict=False)]

    @model_validator(mode="after")
    def _criteria_with_a_rubric(self) -> Self:
        if self.rubric is not None and any(result.criterion is None for result in self.results):
            raise ValueError("with a rubric every result names a criterion")
        return self

    @model_validator(mode="after")
    def _says_what_was_seen(self) -> Self:
        if not self.results and self.moves is None:
            raise ValueError("an observation needs results, or the moves of a seminar")
        if len({self.seminar is None, self.moves_by is None, self.moves is None}) > 1:
            raise ValueError("seminar, moves_by and moves are given together, or none of them")
        unique("move", (move.move for move in self.moves or ()))
        return self


class ReflectionRecorded(Contract):
    """A learner looks at what she did, and may rate herself. It is shown beside the evidence and never counts.

    `evidence` is the piece that she reflects on, `ratings` what she would give herself.
    """

    learner: Id
    task: Id | None = None
    work: Id | None = None
    course: Id | None = None
    evidence: Id | None = None
    text_ref: Digest | None = None
    ratings: Annotated[tuple[Result, ...], Field(max_length=MAX_RESULTS, strict=False)] = ()

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.text_ref is None and not self.ratings:
            raise ValueError("a reflection needs a text or ratings")
        return self


class PriorMasteryAttested(Contract):
    """What a learner showed elsewhere, attested by somebody who may: another school's record, an examination.

    `basis` is a code for where it was shown, such as `transfer` or `examination`.
    """

    learner: Id
    basis: Code
    course: Id | None = None
    purpose: Purpose
    note_ref: Digest | None = None
    results: Annotated[tuple[Result, ...], Field(min_length=1, max_length=MAX_RESULTS, strict=False)]


class EvidenceSuperseded(Contract):
    """Another piece of evidence takes the place of this one, which stays in the record and no longer counts.

    Both are appended by one command. What names `evidence` as `redo_of` does over what stands in its place.
    """

    learner: Id
    evidence: Id
    by: Id
    reason_ref: Digest | None = None
