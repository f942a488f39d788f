"""`GET /v1/tasks`, `GET /v1/rubrics` and `GET /v1/moves`: what a district's teachers share."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Response
from pydantic import BaseModel, Field

from services.portfolio.domain.library import Kind, Shelf, Shelved, languages, spoken, worded
from services.portfolio.flows.read_library import read_library
from services.portfolio.http.documents import PROBLEMS
from services.portfolio.http.routes import Portfolio
from shared.contracts.bodies import Purpose
from shared.contracts.tasks import Relearning, SeminarMove, SteppedCriterion
from shared.contracts.values import Code, Digest, Id, Moment
from shared.ledger.instants import instant_text
from shared.runtime.answering import private_answer
from shared.runtime.as_of import AtLeastText, read_at_least
from shared.runtime.documents import POSITION_HEADER
from shared.runtime.tokens import Caller, person

MOST = 100

AcceptLanguage = Annotated[
    str | None,
    Header(description="Which languages the reader would rather have: words are in the first that is there."),
]


class VersionDocument(BaseModel):
    digest: Digest
    recorded_at: Moment


class NamingTask(BaseModel):
    """A version of a task that names a rubric."""

    id: Id
    digest: Digest


class ShelvedDocument(BaseModel):
    """A document's version, in the reader's `language` where it is translated; `versions` of it, the newest first."""

    id: Id
    digest: Digest
    format: str
    title: str
    language: str | None = None
    languages: list[str]
    recorded_at: Moment
    versions: list[VersionDocument]


class TaskUse(BaseModel):
    """How many works and pieces of evidence name the task, counted up to a thousand."""

    works: int
    pieces: int


class RubricUse(BaseModel):
    """How many pieces of evidence were judged by this very version, counted up to a thousand; and who names it."""

    pieces: int
    tasks: list[NamingTask]


class TaskDocument(ShelvedDocument):
    prompt: str
    kind: Code
    purpose: Purpose
    competencies: list[Id]
    courses: list[Id]
    rubric: Digest | None = None
    relearning: list[Relearning] = []
    reflect_first: bool = False
    used_by: TaskUse


class RubricDocument(ShelvedDocument):
    criteria: list[SteppedCriterion]
    used_by: RubricUse


class MovesDocument(ShelvedDocument):
    """What an observer of a seminar counts. What was counted by it is not counted here."""

    moves: list[SeminarMove]
    rubric: Digest | None = None


class TasksDocument(BaseModel):
    """The newest first; `next` is what to send as `after` for those that follow, null at the end."""

    tasks: list[TaskDocument]
    next: int | None = Field(description="Where the next page begins.")


class RubricsDocument(BaseModel):
    """The newest first; `next` is what to send as `after` for those that follow, null at the end."""

    rubrics: list[RubricDocument]
    next: int | None = Field(description="Where the next page begins.")


class ListsOfMovesDocument(BaseModel):
    """The newest first; `next` is what to send as `after` for those that follow, null at the end."""

    moves: list[MovesDocument]
    next: int | None = Field(description="Where the next page begins.")


NAMED: Mapping[Kind, str] = {"task": "tasks", "rubric": "rubrics", "moves": "moves"}
"""How an answer names what it lists."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What may be asked of either shelf."""

    id: Annotated[Id | None, Query(description="Every version of the document of this id.")] = None
    after: Annotated[int | None, Query(ge=1, lt=2**53)] = None
    limit: Annotated[int, Query(ge=1, le=MOST)] = 50
    at_least: AtLeastText = None
    accept_language: AcceptLanguage = None


def library_routes(portfolio: Portfolio) -> APIRouter:
    router = APIRouter(tags=["documents"], responses={**PROBLEMS, 200: {"headers": POSITION_HEADER}})
    caller = Depends(person(portfolio.verifier))

    async def answered(kind: Kind, asked: Asked, reader: Caller) -> Response:
        shelf, at_least = Shelf(kind, asked.id, asked.after, asked.limit), read_at_least(asked.at_least)
        shelved, reached = await read_library(shelf, reader=reader.id, at_least=at_least, district=portfolio.district)
        document = {
            NAMED[kind]: [_document(kind, one, asked.accept_language) for one in shelved],
            "next": shelved[-1].position if len(shelved) == asked.limit else None,
        }
        return private_answer(document, [reached], {"Vary": "Accept-Language"})

    @router.get("/v1/tasks", response_model=TasksDocument, summary="The tasks that teachers share")
    async def tasks(reader: Annotated[Caller, caller], asked: Annotated[Asked, Depends()]) -> Response:
        """The latest version of each task, newest first, with what names it. For whoever has a role in the district."""
        return await answered("task", asked, reader)

    @router.get("/v1/rubrics", response_model=RubricsDocument, summary="The rubrics that teachers share")
    async def rubrics(reader: Annotated[Caller, caller], asked: Annotated[Asked, Depends()]) -> Response:
        """The latest version of each rubric, newest first, with the tasks that name it. For whoever has a role."""
        return await answered("rubric", asked, reader)

    @router.get("/v1/moves", response_model=ListsOfMovesDocument, summary="The lists of moves that teachers share")
    async def moves(reader: Annotated[Caller, caller], asked: Annotated[Asked, Depends()]) -> Response:
        """The latest version of each list of a seminar's moves, newest first. For whoever has a role."""
        return await answered("moves", asked, reader)

    return router


def _document(kind: Kind, one: Shelved, accepted: str | None) -> dict[str, Any]:
    available = languages(one.document)
    language = spoken(accepted, available[0], available[1:]) if available else None
    told = worded(one.document, language or "")
    return {
        **told,
        **({} if language is None else {"language": language}),
        "digest": one.version.digest,
        "languages": available,
        "recorded_at": instant_text(one.version.recorded_at),
        "versions": [
            {"digest": version.digest, "recorded_at": instant_text(version.recorded_at)} for version in one.versions
        ],
        **({} if kind == "moves" else {"used_by": _use(kind, one)}),
    }


def _use(kind: Kind, one: Shelved) -> dict[str, Any]:
    """What names a document, as far as it is counted."""
    tasks = [{"id": id_, "digest": digest} for id_, digest in one.tasks]
    return {"pieces": one.pieces, **({"works": one.works} if kind == "task" else {"tasks": tasks})}
