"""The door by which texts and names are given back, to the gateway alone, which logs whose were shown to whom."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from services.evidence.domain.revealing import Revealed
from services.evidence.flows.reveal import People, reveal
from services.evidence.http.answers import json_response
from services.evidence.http.gateway_alone import gateway_alone, read_body
from services.evidence.ports import District
from shared.contracts.values import Contract, Digest, Id
from shared.runtime.tokens import Verifier

MOST = 1_000
"""Texts, and names, of one request at most."""


class RevealRequest(Contract):
    """Whom the gateway asks for, and what for: texts by their references, names by their people's ids."""

    person: Id
    texts: Annotated[tuple[Digest, ...], Field(max_length=MOST, strict=False)] = ()
    names: Annotated[tuple[Id, ...], Field(max_length=MOST, strict=False)] = ()


def reveal_routes(people: People, district: District, verifier: Verifier) -> APIRouter:
    """`POST /reveal`. For everyone else than the gateway it is not there, whatever they send."""
    router = APIRouter(dependencies=[Depends(gateway_alone(verifier))], include_in_schema=False)

    @router.post("/reveal")
    async def door(request: Request) -> Response:
        """The texts and names of those that the person may read; whatever else was asked for is absent."""
        asked = await read_body(request, RevealRequest)
        revealed = await reveal(asked.person, set(asked.texts), set(asked.names), people, district)
        return json_response(_document(revealed))

    return router


def _document(revealed: Revealed) -> dict[str, Any]:
    return {
        "texts": [
            {"ref": text.ref, "text": text.text, "owner": text.owner, "learners": list(text.learners)}
            for text in revealed.texts
        ],
        "names": [
            {
                "person": named.person,
                "given": named.name.given,
                "family": named.name.family,
                "learner": named.is_learner,
            }
            for named in revealed.names
        ],
    }
