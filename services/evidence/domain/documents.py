"""Publishing a document: what is handed in must be what its digest says, sound in itself, and name what is known."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import TypeAlias

from pydantic import ValidationError

from services.evidence.domain.commands import Command, Expectation
from services.evidence.domain.errors import Invalid
from services.evidence.domain.facts import new_event
from shared.contracts.bodies import DocumentPublished
from shared.contracts.documents import MAX_DOCUMENT, AnyDocument, Policy, read_document
from shared.contracts.tasks import Moves, Questions, RatingQuestion, Rubric, Task
from shared.contracts.wording import in_code, told
from shared.ledger.canonical import JsonValue, NotCanonicalError, canonical, parse
from shared.ledger.identifiers import digest, item_id
from shared.rulebook.members import PolicyError
from shared.rulebook.policy import FORMATS, read_policy

ROUTE = "/v1/documents/{digest}"


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A sound document with its canonical bytes and their digest."""

    digest: str
    stored: bytes
    content: AnyDocument

    @property
    def rubric(self) -> str | None:
        """The rubric that a task or a list of moves names."""
        return self.content.rubric if isinstance(self.content, Task | Moves) else None

    def names(self) -> dict[str, str]:
        """The competencies that the document names but does not itself bring, each with where it first stands."""
        match self.content:
            case Rubric(criteria=criteria):
                named = [
                    (id_, f"/criteria/{row}/competencies/{column}")
                    for row, criterion in enumerate(criteria)
                    for column, id_ in enumerate(criterion.competencies)
                ]
            case Task(competencies=competencies):
                named = [(id_, f"/competencies/{row}") for row, id_ in enumerate(competencies)]
            case Questions(questions=questions):
                named = [
                    (id_, f"/questions/{row}/competencies/{column}")
                    for row, question in enumerate(questions)
                    if isinstance(question, RatingQuestion)
                    for column, id_ in enumerate(question.competencies)
                ]
            case _:
                named = []
        return dict(reversed(named))


Reader: TypeAlias = Callable[[bytes, str], Awaitable[ReadDocument]]
"""`read`, wherever it is run."""


def read(text: bytes, expected: str) -> ReadDocument:
    """The document of a JSON text. Raises Invalid, naming the field, where it is none or not the one of this digest."""
    try:
        value = parse(text)
        stored = canonical(value)
    except NotCanonicalError as error:
        raise Invalid(str(error), field="") from error
    if len(stored) > MAX_DOCUMENT:
        raise Invalid(f"A document may have at most {MAX_DOCUMENT} bytes; this one has {len(stored)}.", field="")
    if digest(stored) != expected:
        raise Invalid(
            f"The digest of this document's RFC 8785 bytes is {digest(stored)}; that is what the address must end in.",
            field="",
        )
    return ReadDocument(expected, stored, _content(value))


def check_names(document: ReadDocument, known: Collection[str]) -> None:
    """Raise Invalid where the document names a competency that no published framework holds."""
    for competency, field in document.names().items():
        if competency not in known:
            raise Invalid(
                f"No published framework holds the competency {competency}.", field=field, reason="competency-unknown"
            )


def check_rubric(document: ReadDocument, rubric_format: str | None) -> None:
    """Raise Invalid where a document names a rubric that was not published; `rubric_format` is that one's format."""
    if document.rubric is not None and not (rubric_format or "").startswith("ascertain.rubric@"):
        raise Invalid("No rubric of this digest was published.", field="/rubric", reason="rubric-not-found")


def decide_publish(document: ReadDocument, *, tenant: str, actor: str) -> Command:
    """The command that publishes a document, unless it was published already: then it is stale at version 1."""
    content = document.content
    body = DocumentPublished(
        digest=document.digest,
        format=content.format,
        id=None if isinstance(content, Policy) else content.id,
        size=len(document.stored),
    )
    event_id = item_id(actor, "PUT", ROUTE, document.digest, 0)
    event = new_event(tenant, event_id, body)
    return Command(event_id, actor, "definitions", (event,), expects=(Expectation(event.owner, event.stream, 0),))


def _content(value: JsonValue) -> AnyDocument:
    """A policy is judged by the rulebook first, which says in plain words what would be right."""
    try:
        if isinstance(value, dict) and value.get("format") in FORMATS:
            read_policy(value)
        return read_document(value)
    except ValidationError as error:
        raise _from_validation(error) from error
    except PolicyError as error:
        raise Invalid(f"{error}.", field=error.parameter) from error


def _from_validation(error: ValidationError) -> Invalid:
    first = error.errors(include_url=False, include_input=False)[0]
    place = [str(part) for part in first["loc"]]
    if place and place[0].startswith("ascertain."):
        del place[0]
    field = "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in place)
    reason, figures = in_code(first)
    return Invalid(f"{field or 'The document'}: {told(first)}.", field=field, reason=reason, **figures)
