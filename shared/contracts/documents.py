"""Documents: frameworks, rubrics, tasks and policies, immutable and addressed by the digest of their canonical bytes.

They hold no personal data. A document's decimals must be written canonically already, since its digest is over what
its author wrote. A richer form gets a new number in `format`; unknown fields are refused.
"""

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, StringConstraints, TypeAdapter, model_validator

from shared.contracts.bodies import Purpose
from shared.contracts.values import Code, Contract, Digest, DocumentDecimal, Id, Text
from shared.ledger.canonical import JsonValue, canonical
from shared.ledger.decimals import scaled
from shared.ledger.identifiers import digest

MAX_DOCUMENT = 8 * 1024 * 1024
"""Bytes of a document at most."""

Title: TypeAlias = Annotated[Text, StringConstraints(max_length=400)]
Words: TypeAlias = Annotated[Text, StringConstraints(max_length=20_000)]
CountedKind: TypeAlias = Literal["attempt", "rubric_score", "observation", "attestation"]
Accommodated: TypeAlias = Literal[
    "scale", "method", "roll_up", "counts", "kinds", "courses", "minimum", "redo", "slip", "override"
]
LevelName: TypeAlias = Annotated[Text, StringConstraints(max_length=64)]


class Competency(Contract):
    """Something a learner can come to master; `parent` names the competency it is a part of."""

    id: Id
    code: Code
    statement: Words
    parent: Id | None = None


class Prerequisite(Contract):
    """`competency` rests on `rests_on`."""

    competency: Id
    rests_on: Id


class Framework(Contract):
    """Competencies, their hierarchy, and which rests on which; neither may go round in a circle."""

    format: Literal["ascertain.framework@1"]
    id: Id
    title: Title
    competencies: Annotated[tuple[Competency, ...], Field(min_length=1, strict=False)]
    prerequisites: Annotated[tuple[Prerequisite, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _sound(self) -> Self:
        ids = [competency.id for competency in self.competencies]
        _unique("competency id", ids)
        _unique("competency code", [competency.code for competency in self.competencies])
        parents = {c.id: [c.parent] for c in self.competencies if c.parent is not None}
        supports: dict[str, list[str]] = {}
        for link in self.prerequisites:
            supports.setdefault(link.competency, []).append(link.rests_on)
        codes = {competency.id: competency.code for competency in self.competencies}
        _links_lead_home("parent", parents, codes)
        _links_lead_home("rests_on", supports, codes)
        return self


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
        _unique("competency", self.competencies)
        _unique("level's earned", [level.earned for level in self.levels])
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
        _unique("criterion code", [criterion.code for criterion in self.criteria])
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


class ScaleLevel(Contract):
    """A level is reached at `at`."""

    at: DocumentDecimal
    name: LevelName


class Scale(Contract):
    """From zero to `top`; mastery begins at `cut`."""

    top: DocumentDecimal
    cut: DocumentDecimal
    levels: Annotated[tuple[ScaleLevel, ...], Field(min_length=1, strict=False)]


class Minimum(Contract):
    """How much evidence a level needs: pieces in all, and different kinds among them."""

    pieces: Annotated[int, Field(ge=1, le=1000)]
    kinds: Annotated[int, Field(ge=1, le=10)]


class Policy(Contract):
    """How evidence becomes a level. `shared.rulebook.policy`, which knows the methods, judges its numbers."""

    format: Literal["ascertain.policy@1"]
    title: Title
    scale: Scale
    method: Annotated[str, StringConstraints(pattern=r"^[a-z]+\.[a-z_]+@[1-9][0-9]*$")]
    parameters: dict[Code, str | int | bool]
    counts: Annotated[tuple[Purpose, ...], Field(min_length=1, strict=False)]
    minimum: Minimum
    redo: Literal["replaces", "adds"]


class DescribedLevel(ScaleLevel):
    """A level is reached at `at`; `descriptor` says, neutrally, what work at it looks like."""

    descriptor: Words | None = None


class DescribedScale(Scale):
    """From zero to `top`; mastery begins at `cut`."""

    levels: Annotated[tuple[DescribedLevel, ...], Field(min_length=1, strict=False)]


class SpreadMinimum(Minimum):
    """How much evidence a level needs: pieces, different kinds, and days between the first and the last of them."""

    days_apart: Annotated[int, Field(ge=1, le=366)] | None = None


class ChildPoints(Contract):
    """What a child is worth, and whether its parent cannot do without it."""

    id: Id
    points: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    required: bool = False


class RollUp(Contract):
    """How the children of a competency come to a level of their parent: a method `rollup.…` and its parameters."""

    method: Annotated[str, StringConstraints(pattern=r"^rollup\.[a-z_]+@[1-9][0-9]*$")]
    parameters: dict[Code, str | int | dict[Id, DocumentDecimal] | list[ChildPoints]]


class RicherPolicy(Policy):
    """As `Policy`; how long an override stands, until it is cleared or also until new evidence; and members that may be
    left out, which then mean what the first form means: which kinds and courses count (all), from where on a slip is
    one (`from_first`), what of a policy for one learner may differ (everything), how it is meant to be adopted
    (`recompute`), and how children come to their parent (not at all).
    """

    format: Literal["ascertain.policy@2"]  # type: ignore[assignment]  # the richer form of the same document
    scale: DescribedScale
    minimum: SpreadMinimum
    override: Literal["stands", "until_evidence"]
    kinds: Annotated[tuple[CountedKind, ...], Field(min_length=1, strict=False)] | None = None
    courses: Annotated[tuple[Id, ...], Field(min_length=1, max_length=1000, strict=False)] | None = None
    slip: Literal["from_first", "from_minimum"] | None = None
    roll_up: RollUp | None = None
    accommodation: Annotated[tuple[Accommodated, ...], Field(strict=False)] | None = None
    mode: Literal["recompute", "keep_attained"] | None = None


Document: TypeAlias = Annotated[Framework | Rubric | Task | Policy | RicherPolicy, Field(discriminator="format")]

_DOCUMENT: TypeAdapter[Framework | Rubric | Task | Policy | RicherPolicy] = TypeAdapter(Document)


def read_document(value: JsonValue) -> Framework | Rubric | Task | Policy | RicherPolicy:
    """The document that a parsed JSON value is. Raises pydantic's ValidationError where it breaks its format."""
    return _DOCUMENT.validate_python(value)


def document_digest(value: JsonValue) -> str:
    """The address of a document: the digest of its RFC 8785 bytes. Raises NotCanonicalError where it has none."""
    return digest(canonical(value))


def circle(links: Mapping[str, Iterable[str]]) -> list[str] | None:
    """A way along the links that comes back to where it began, its first node again at its end; None for no such."""
    try:
        TopologicalSorter(links).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return None


def _unique(what: str, values: Iterable[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise ValueError(f"the {what} {value!r} stands twice")
        seen.add(value)


def _links_lead_home(field: str, links: Mapping[str, list[str]], codes: Mapping[str, str]) -> None:
    """Every link leads to a competency of this framework, and none of them on to where it began. `codes` by id."""
    for start, ends in links.items():
        for unknown in {start, *ends} - codes.keys():
            raise ValueError(f"{field} names the competency {unknown}, which is not in this framework")
    found = circle(links)
    if found is not None:
        raise ValueError(f"{field} goes round in a circle: {' → '.join(codes[id_] for id_ in found)}")
