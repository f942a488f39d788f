"""`GET /v1/policies` and `GET /v1/policies/preview`."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field, JsonValue

from services.mastery.flows.read_policies import Line, Preview, preview, read_line
from services.mastery.http.answers import pin_documents
from services.mastery.http.documents import PROBLEMS
from services.mastery.ports import District
from shared.contracts.values import Digest, Moment, PolicyScope
from shared.ledger.instants import instant_text
from shared.runtime.answering import private_answer
from shared.runtime.as_of import AtLeastText, read_at_least
from shared.runtime.disclosing import disclose_scopes
from shared.runtime.documents import POSITION_HEADER, PinDocument
from shared.runtime.tokens import Caller, Verifier, person

ScopeText = Annotated[PolicyScope, Query(description="district, or school/, framework/, competency/ or learner/{id}.")]


class AdoptedDocument(BaseModel):
    """An adoption; `version` counts those of its scope."""

    policy: Digest
    title: str
    method: str
    mode: str
    version: int
    position: int
    recorded_at: Moment


class AdoptionLineDocument(BaseModel):
    """What was adopted for a scope, the newest first: the first is in force there."""

    scope: str
    adopted: list[AdoptedDocument]
    policy: dict[str, JsonValue] | None = Field(description="The policy in force, as it was published.")
    refolded: int | None = Field(
        description="How many states are folded again under it by now; null where that is done, or was never asked for."
    )
    as_of: list[PinDocument]


class UnderDocument(BaseModel):
    """States under one policy now. Where `stays`, it is of a more specific scope, and nothing would change."""

    policy: Digest | None
    title: str | None
    scope: str | None
    states: int
    learners: int
    stays: bool


class PreviewDocument(BaseModel):
    """How many states of how many learners an adoption for the scope would concern, by where they are now."""

    scope: str
    states: int
    learners: int
    under: list[UnderDocument]
    as_of: list[PinDocument]


def policy_routes(district: District, verifier: Verifier) -> APIRouter:
    router = APIRouter(tags=["policies"], responses=PROBLEMS)
    caller = Depends(person(verifier))
    told: dict[int | str, dict[str, Any]] = {200: {"headers": POSITION_HEADER}}

    @router.get("/v1/policies", response_model=AdoptionLineDocument, responses=told, summary="The policies of a scope")
    async def policies(
        reader: Annotated[Caller, caller], scope: ScopeText = "district", at_least: AtLeastText = None
    ) -> Response:
        """The policy in force for a scope itself, the line of those before it, and how far its refold has come."""
        line = await read_line(scope, reader.id, read_at_least(at_least), district)
        return disclose_scopes(private_answer(_line(line), line.pins), "policy", [line.scope])

    @router.get(
        "/v1/policies/preview", response_model=PreviewDocument, responses=told, summary="Whom an adoption would concern"
    )
    async def concerned(reader: Annotated[Caller, caller], scope: ScopeText = "district") -> Response:
        """For administrators of the scope: counts of what is stored, a moment's work. Where everyone would stand says
        `POST /v1/what-ifs`.
        """
        found = await preview(scope, reader.id, district)
        return disclose_scopes(private_answer(_preview(found), found.pins), "policy", [found.scope])

    return router


def _line(line: Line) -> dict[str, Any]:
    documents = [orjson.loads(adopted.document) for adopted in line.adopted]
    return {
        "scope": line.scope,
        "adopted": [
            {
                "policy": adopted.policy,
                "title": document["title"],
                "method": document["method"],
                "mode": adopted.mode,
                "version": adopted.version,
                "position": adopted.position,
                "recorded_at": instant_text(adopted.recorded_at),
            }
            for adopted, document in zip(line.adopted, documents, strict=True)
        ],
        "policy": documents[0] if documents else None,
        "refolded": line.refolded,
        "as_of": pin_documents(line.pins),
    }


def _preview(found: Preview) -> dict[str, Any]:
    under = found.concerned.under
    return {
        "scope": found.scope,
        "states": sum(row.states for row in under),
        "learners": found.concerned.learners,
        "under": [{**row._asdict(), "stays": found.stays(row.scope)} for row in under],
        "as_of": pin_documents(found.pins),
    }
