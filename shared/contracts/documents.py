"""Documents: frameworks, rubrics, tasks, policies, an audience's questions and the moves of seminars, immutable and
addressed by the digest of their canonical bytes. Here stand frameworks and policies; `tasks` has the others.

They hold no personal data. A document's decimals must be written canonically already, since its digest is over what
its author wrote. A richer form gets a new number in `format`; unknown fields are refused.
"""

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, StringConstraints, TypeAdapter, model_validator

from shared.contracts.bodies import Purpose
from shared.contracts.tasks import Moves, Questions, RicherRubric, RicherTask, Rubric, Task
from shared.contracts.values import Code, Contract, DocumentDecimal, Id, Text, Title, Words, unique
from shared.ledger.canonical import JsonValue, canonical
from shared.ledger.identifiers import digest

MAX_DOCUMENT = 8 * 1024 * 1024
"""Bytes of a document at most."""

CountedKind: TypeAlias = Literal["attempt", "rubric_score", "observation", "attestation", "audience"]
Accommodated: TypeAlias = Literal[
    "scale", "method", "roll_up", "counts", "kinds", "courses", "minimum", "redo", "relearn", "slip", "override"
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
        unique("competency id", ids)
        unique("competency code", [competency.code for competency in self.competencies])
        parents = {c.id: [c.parent] for c in self.competencies if c.parent is not None}
        supports: dict[str, list[str]] = {}
        for link in self.prerequisites:
            supports.setdefault(link.competency, []).append(link.rests_on)
        codes = {competency.id: competency.code for competency in self.competencies}
        _links_lead_home("parent", parents, codes)
        _links_lead_home("rests_on", supports, codes)
        return self


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
    one (`from_first`), what is to be relearned before a redo (nothing), what of a policy for one learner may differ
    (everything), how it is meant to be adopted (`recompute`), and how children come to their parent (not at all).
    """

    format: Literal["ascertain.policy@2"]  # type: ignore[assignment]  # the richer form of the same document
    scale: DescribedScale
    minimum: SpreadMinimum
    override: Literal["stands", "until_evidence"]
    kinds: Annotated[tuple[CountedKind, ...], Field(min_length=1, strict=False)] | None = None
    courses: Annotated[tuple[Id, ...], Field(min_length=1, max_length=1000, strict=False)] | None = None
    slip: Literal["from_first", "from_minimum"] | None = None
    roll_up: RollUp | None = None
    relearn: Annotated[tuple[Code, ...], Field(min_length=1, max_length=10, strict=False)] | None = None
    accommodation: Annotated[tuple[Accommodated, ...], Field(strict=False)] | None = None
    mode: Literal["recompute", "keep_attained"] | None = None


AnyDocument: TypeAlias = (
    Framework | Rubric | RicherRubric | Task | RicherTask | Policy | RicherPolicy | Questions | Moves
)
Document: TypeAlias = Annotated[AnyDocument, Field(discriminator="format")]

_DOCUMENT: TypeAdapter[AnyDocument] = TypeAdapter(Document)


def read_document(value: JsonValue) -> AnyDocument:
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


def _links_lead_home(field: str, links: Mapping[str, list[str]], codes: Mapping[str, str]) -> None:
    """Every link leads to a competency of this framework, and none of them on to where it began. `codes` by id."""
    for start, ends in links.items():
        for unknown in {start, *ends} - codes.keys():
            raise ValueError(f"{field} names the competency {unknown}, which is not in this framework")
    found = circle(links)
    if found is not None:
        raise ValueError(f"{field} goes round in a circle: {' → '.join(codes[id_] for id_ in found)}")
