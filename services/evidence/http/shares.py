"""The door by which a share is opened, to the gateway alone, which logs that it was. No secret comes through it."""

from typing import Any

from fastapi import APIRouter, Depends, Request, Response

from services.evidence.flows.open_share import SharedArtefact, SharedExhibit, SharedPortfolio, open_share
from services.evidence.http.answers import json_response
from services.evidence.http.gateway_alone import gateway_alone, read_body
from services.evidence.ports import District
from shared.contracts.values import Contract, Digest, Id
from shared.ledger.instants import instant_text
from shared.runtime.tokens import Verifier

LEFT_OUT = "Its title, words, links and files are not shown any more."
"""Of an exhibit whose makers' names cannot all be left out. It does not say that one of them is forgotten."""


class OpenRequest(Contract):
    """A share by its id, and the SHA-256 of the secret that was brought."""

    share: Id
    token: Digest


def share_door(district: District, verifier: Verifier) -> APIRouter:
    """`POST /shares/open`. For everyone else than the gateway it is not there."""
    router = APIRouter(dependencies=[Depends(gateway_alone(verifier))], include_in_schema=False)

    @router.post("/shares/open")
    async def open_(request: Request) -> Response:
        """What the share shows; and who made what it shows, which is for the log alone."""
        asked = await read_body(request, OpenRequest)
        return json_response(_document(await open_share(asked.share, asked.token, district)))

    return router


def _document(shared: SharedPortfolio) -> dict[str, Any]:
    return {
        "share": shared.share.id,
        "learners": sorted(shared.learners),
        "shown": {
            **({} if shared.given is None else {"given": shared.given}),
            "audience": shared.share.audience,
            "shared_at": instant_text(shared.share.shared_at),
            "expires_at": shared.share.expires_at,
            "exhibits": [_exhibit(exhibit, shared) for exhibit in shared.exhibits],
        },
    }


def _exhibit(exhibit: SharedExhibit, shared: SharedPortfolio) -> dict[str, Any]:
    skills = [shared.named[competency] for competency in exhibit.shows if competency in shared.named]
    return {
        **({} if exhibit.title is None else {"title": exhibit.title}),
        **({} if exhibit.reason is None else {"reason": exhibit.reason}),
        **({} if exhibit.is_whole else {"left_out": LEFT_OUT}),
        "number": exhibit.number,
        "made_at": instant_text(exhibit.made_at),
        "others": exhibit.others,
        "shows": [{"code": code, "statement": statement} for code, statement in skills],
        "artefacts": [_artefact(artefact) for artefact in exhibit.artefacts],
    }


def _artefact(artefact: SharedArtefact) -> dict[str, Any]:
    if artefact.content is not None:
        return {"kind": artefact.kind, "content": artefact.content}
    return {"kind": artefact.kind, "media_type": artefact.media_type, "size": artefact.size}
