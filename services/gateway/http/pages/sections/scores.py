"""From what a teacher types or pastes to pieces of evidence: what is no score is said, and nothing is guessed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias
from uuid import UUID, uuid5

from shared.ledger.decimals import canonical_decimal, scaled

Wrong: TypeAlias = Literal["no_score", "too_high", "no_level", "several"]

_SCORE = re.compile(r"(\d{0,6})(?:[.,](\d{0,6}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Measure:
    """How a column is scored: of how many points, and by a rubric's criterion which ones there are."""

    possible: str
    criterion: str | None = None
    levels: tuple[str, ...] = ()
    step: str | None = None


@dataclass(frozen=True, slots=True)
class Scoring:
    """What is scored now: a task (None: an observation without one). `measures` are by competency; those of no task are
    all alike, and so there are none.
    """

    task: str | None
    title: str
    purpose: str
    of: str
    rubric: str | None = None
    measures: Mapping[str, Measure] | None = None

    def measure(self, competency: str) -> Measure | None:
        """How this competency is scored; None where it is not."""
        return Measure(self.of) if self.measures is None else self.measures.get(competency)


@dataclass(frozen=True, slots=True)
class Given:
    """What stands at a learner's place: a score, or why it is none."""

    learner: str
    text: str
    score: str | None = None
    wrong: Wrong | None = None


def scoring_of(task: Mapping[str, Any] | None, rubric: Mapping[str, Any] | None, of: str) -> Scoring:
    """How a task is scored: by its rubric those competencies of which one criterion alone speaks; an observation of any
    competency where there is no task.
    """
    if task is None:
        return Scoring(None, "", "performance", of)
    if rubric is None:
        measures = {competency: Measure(of) for competency in task["competencies"]}
        return Scoring(task["id"], task["title"], task["purpose"], of, None, measures)
    by_competency: dict[str, list[Mapping[str, Any]]] = {}
    for criterion in rubric["criteria"]:
        for competency in criterion["competencies"]:
            by_competency.setdefault(competency, []).append(criterion)
    measures = {
        competency: Measure(
            one["possible"], one["code"], tuple(level["earned"] for level in one["levels"]), one.get("step")
        )
        for competency, [one, *more] in by_competency.items()
        if not more
    }
    return Scoring(task["id"], task["title"], task["purpose"], of, task["rubric"], measures)


def given(learner: str, text: str, measure: Measure) -> Given:
    """What a text at a learner's place is. `2.` and `2.5` are the same: half a point is one key."""
    text = text.strip()
    match = _SCORE.fullmatch(text)
    if match is None or not (match[1] or match[2]):
        return Given(learner, text, wrong="several" if "\t" in text else "no_score")
    fraction = match[2] if match[2] != "" else "5"
    score = canonical_decimal(f"{int(match[1] or '0')}" + (f".{fraction}" if fraction is not None else ""))
    if scaled(score) > scaled(measure.possible):
        return Given(learner, text, wrong="too_high")
    between = measure.step is not None and scaled(score) % scaled(measure.step) == 0
    if measure.levels and score not in measure.levels and not between:
        return Given(learner, text, wrong="no_level")
    return Given(learner, text, score)


def pasted(text: str, order: Sequence[str]) -> tuple[dict[str, str], int]:
    """A column of a spreadsheet as texts by learner, in this order; and how many values were left over for nobody.

    A line that is empty is a learner without a score.
    """
    lines = text.rstrip("\n").split("\n") if text.strip() else []
    left = sum(bool(line.strip()) for line in lines[len(order) :])
    return {learner: line.strip(" ") for learner, line in zip(order, lines, strict=False)}, left


def piece_id(form: str, competency: str, learner: str) -> str:
    """The id of the piece that a form of many records of one learner: sent again, it is the same; for another column,
    of a page that a browser went back to, it is another one.
    """
    return str(uuid5(UUID(form), f"{competency}/{learner}"))


def item(  # noqa: PLR0913, PLR0917 - all that a piece says
    id_: str,
    learner: str,
    competency: str,
    score: str,
    scoring: Scoring,
    at: str,
    redo_of: str | None,
    course: str | None,
) -> dict[str, Any]:
    """The piece of evidence that a score is, as `POST /v1/evidence` takes it."""
    measure = scoring.measure(competency)
    assert measure is not None
    criterion = {} if measure.criterion is None else {"criterion": measure.criterion}
    kind = "AttemptRecorded" if scoring.rubric is None else "RubricScored"
    told = {
        "task": scoring.task,
        "rubric": scoring.rubric,
        "redo_of": redo_of,
        "course": course,
    }
    return {
        "id": id_,
        "type": "ObservationRecorded" if scoring.task is None else kind,
        "occurred_at": at,
        "body": {
            "learner": learner,
            "purpose": scoring.purpose,
            "results": [{"competency": competency, **criterion, "earned": score, "possible": measure.possible}],
            **{name: value for name, value in told.items() if value is not None},
        },
    }
