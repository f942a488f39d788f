"""Documents of what learners are asked to do and how it is looked at: rubrics, tasks, an audience's questions, moves.

Where a document has a `language`, its own words are in it, and `translations` hold the same words in others: those
that are not translated are shown as they are.
"""

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, StringConstraints, model_validator

from shared.contracts.bodies import Purpose
from shared.contracts.values import Code, Contract, Digest, DocumentDecimal, Id, Title, Words, unique
from shared.ledger.decimals import scaled

Language: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
"""A language tag of BCP 47, such as `en` or `es-MX`."""


class RubricLevel(Contract):
    """What work at a level of a criterion looks like, and what it earns."""

    earned: DocumentDecimal
    title: Title
    descriptor: Words


class Criterion(Contract):
    """One thing that is looked at: its levels, and the competencies that it shows."""

    code: Code
    title: Title
    competencies: Annotated[tuple[Id, ...], Field(min_length=1, strict=False)]
    possible: DocumentDecimal
    levels: Annotated[tuple[RubricLevel, ...], Field(min_length=1, strict=False)]

    @model_validator(mode="after")
    def _within_possible(self) -> Self:
        if scaled(self.possible) <= 0:
            raise ValueError("possible must be above zero")
        unique("competency", self.competencies)
        unique("level's earned", [level.earned for level in self.levels])
        for level in self.levels:
            if scaled(level.earned) > scaled(self.possible):
                raise ValueError(f"the level {level.title!r} earns more than the criterion's possible {self.possible}")
        return self


class Rubric(Contract):
    """Criteria by which work is scored."""

    format: Literal["ascertain.rubric@1"]
    id: Id
    title: Title
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1, strict=False)]

    @model_validator(mode="after")
    def _codes_once(self) -> Self:
        unique("criterion code", [criterion.code for criterion in self.criteria])
        return self


class LevelWords(Contract):
    """A level's words in another language."""

    title: Title
    descriptor: Words


class CriterionWords(Contract):
    """A criterion's words in another language; levels by what they earn."""

    title: Title
    levels: dict[DocumentDecimal, LevelWords] = Field(default_factory=dict)


class RubricWords(Contract):
    """A rubric's words in another language; criteria by their codes."""

    title: Title
    criteria: dict[Code, CriterionWords] = Field(default_factory=dict)


class SteppedCriterion(Criterion):
    """A criterion that may also be scored between two levels: by any multiple of `step`, such as half points."""

    step: DocumentDecimal | None = None

    @model_validator(mode="after")
    def _levels_on_steps(self) -> Self:
        if self.step is None:
            return self
        step = scaled(self.step)
        if step <= 0:
            raise ValueError("step must be above zero")
        for value in (self.possible, *(level.earned for level in self.levels)):
            if scaled(value) % step:
                raise ValueError(f"{value} is no multiple of the step {self.step}")
        return self


class RicherRubric(Rubric):
    """As `Rubric`, with steps between levels, and in several languages.

    A score by it earns what one of the criterion's levels earns, or a multiple of its step where it has one.
    """

    format: Literal["ascertain.rubric@2"]  # type: ignore[assignment]  # the richer form of the same document
    language: Language
    criteria: Annotated[tuple[SteppedCriterion, ...], Field(min_length=1, strict=False)]
    translations: dict[Language, RubricWords] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _translations_are_of_it(self) -> Self:
        levels = {criterion.code: {level.earned for level in criterion.levels} for criterion in self.criteria}
        for language, words in self.translations.items():
            for code, criterion in words.criteria.items():
                if code not in levels:
                    raise ValueError(f"the translation {language} names the criterion {code}, which is not here")
                if strange := sorted(criterion.levels.keys() - levels[code]):
                    raise ValueError(
                        f"the translation {language} has a level at {strange[0]} of {code}, which has none"
                    )
        return self


class Task(Contract):
    """Something learners are asked to do, aligned to competencies of one or several courses."""

    format: Literal["ascertain.task@1"]
    id: Id
    title: Title
    prompt: Words
    kind: Code
    competencies: Annotated[tuple[Id, ...], Field(min_length=1, strict=False)]
    courses: Annotated[tuple[Id, ...], Field(strict=False)]
    rubric: Digest | None = None
    purpose: Purpose


class Relearning(Contract):
    """What a learner does before she does the task over: `kind` is practice, reflection, conference or another code."""

    kind: Code
    title: Title


class TaskWords(Contract):
    """A task's words in another language."""

    title: Title
    prompt: Words


class RicherTask(Task):
    """As `Task`; in several languages, with what relearning it expects before a redo, and whether a learner rates and
    reflects on what she did before she is shown its result.
    """

    format: Literal["ascertain.task@2"]  # type: ignore[assignment]  # the richer form of the same document
    language: Language
    relearning: Annotated[tuple[Relearning, ...], Field(max_length=20, strict=False)] = ()
    reflect_first: bool = False
    translations: dict[Language, TaskWords] = Field(default_factory=dict)


class Option(Contract):
    """What may be chosen: a character of a novel, never a learner."""

    code: Code
    title: Title


class ScaleValue(Contract):
    """A value of a rating's scale, and what it means."""

    value: DocumentDecimal
    title: Title


class ChoiceQuestion(Contract):
    """One option of several. It never touches a level."""

    kind: Literal["choice"]
    code: Code
    title: Title
    options: Annotated[tuple[Option, ...], Field(min_length=2, max_length=50, strict=False)]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        unique("option", [option.code for option in self.options])
        return self


class RatingQuestion(Contract):
    """A work on a scale that the class wrote; `competencies` are what it could speak of, where a policy lets it."""

    kind: Literal["rating"]
    code: Code
    title: Title
    scale: Annotated[tuple[ScaleValue, ...], Field(min_length=2, max_length=50, strict=False)]
    competencies: Annotated[tuple[Id, ...], Field(max_length=50, strict=False)] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        unique("value", [value.value for value in self.scale])
        unique("competency", self.competencies)
        if max(scaled(value.value) for value in self.scale) <= 0:
            raise ValueError("a scale needs a value above zero")
        return self


class QuestionWords(Contract):
    """A question's words in another language; options by their codes, values of a scale as they are written."""

    title: Title
    options: dict[Code, Title] = Field(default_factory=dict)


class QuestionsWords(Contract):
    """The words of an audience's questions in another language, by the questions' codes."""

    title: Title
    questions: dict[Code, QuestionWords] = Field(default_factory=dict)


Question: TypeAlias = Annotated[ChoiceQuestion | RatingQuestion, Field(discriminator="kind")]


class Questions(Contract):
    """What an audience is asked. A rating is asked of every work that is exhibited."""

    format: Literal["ascertain.questions@1"]
    id: Id
    title: Title
    language: Language
    questions: Annotated[tuple[Question, ...], Field(min_length=1, max_length=20, strict=False)]
    translations: dict[Language, QuestionsWords] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        unique("question", [question.code for question in self.questions])
        return self


class SeminarMove(Contract):
    """Something a learner may do in a seminar; `criterion` is that of the rubric which it speaks of, where it does."""

    code: Code
    title: Title
    criterion: Code | None = None


class Moves(Contract):
    """The moves that an observer of a seminar counts, in the order in which they are shown to her."""

    format: Literal["ascertain.moves@1"]
    id: Id
    title: Title
    language: Language
    moves: Annotated[tuple[SeminarMove, ...], Field(min_length=1, max_length=100, strict=False)]
    rubric: Digest | None = None
    translations: dict[Language, dict[Code, Title]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _sound(self) -> Self:
        unique("move", [move.code for move in self.moves])
        if self.rubric is None and any(move.criterion is not None for move in self.moves):
            raise ValueError("a move that names a criterion needs the rubric beside it")
        return self
