"""`GET /v1/frameworks`: what tasks and rubrics are aligned to."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from services.portfolio.flows.read_frameworks import read_frameworks
from services.portfolio.http.documents import PROBLEMS
from services.portfolio.http.routes import Portfolio
from shared.contracts.values import Code, Id
from shared.rulebook.outline import OutlinedFramework
from shared.runtime.answering import private_answer
from shared.runtime.as_of import AtLeastText, read_at_least
from shared.runtime.documents import POSITION_HEADER
from shared.runtime.tokens import Caller, person


class ListedCompetency(BaseModel):
    """A competency; `area` is the statement of what it is a part of at its framework's top."""

    competency: Id
    code: Code
    statement: str
    area: str | None = None


class ListedFramework(BaseModel):
    """A framework in its latest publication, in its own order. What only gathers others is not among them."""

    framework: Id
    title: str
    competencies: list[ListedCompetency]


class FrameworksDocument(BaseModel):
    frameworks: list[ListedFramework]


def framework_routes(portfolio: Portfolio) -> APIRouter:
    router = APIRouter(tags=["documents"], responses={**PROBLEMS, 200: {"headers": POSITION_HEADER}})
    caller = Depends(person(portfolio.verifier))

    @router.get("/v1/frameworks", response_model=FrameworksDocument, summary="The frameworks, in short")
    async def frameworks(reader: Annotated[Caller, caller], at_least: AtLeastText = None) -> Response:
        """Their competencies by code and statement, for whoever has a role in the district."""
        outline, reached = await read_frameworks(
            reader=reader.id, at_least=read_at_least(at_least), district=portfolio.district
        )
        return private_answer({"frameworks": [_framework(one) for one in outline.frameworks]}, [reached])

    return router


def _framework(framework: OutlinedFramework) -> dict[str, Any]:
    return {
        "framework": framework.id,
        "title": framework.title,
        "competencies": [
            {
                "competency": one.id,
                "code": one.code,
                "statement": one.statement,
                **({} if one.area is None else {"area": one.area}),
            }
            for one in framework.competencies
            if one.id not in framework.headings
        ],
    }
