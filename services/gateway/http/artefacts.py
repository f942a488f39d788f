"""Files of works: asked for where people are known, and had from an origin of their own, where nothing runs.

What a learner hands in may be anything that passes for a picture or a document. Whatever a browser makes of it, it must
not be at the address of our pages: there it is sent on, with a ticket that is good once, to an origin whose host
answers nothing else. There it is a download that is shown nowhere and runs nothing.
"""

import secrets
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Path, Response
from starlette.types import Receive, Scope, Send

from services.gateway.domain.artefact_tickets import new_ticket, ticket_digest
from services.gateway.domain.disclosures import Disclosure
from services.gateway.domain.sessions import RANDOM_BYTES, is_secret
from services.gateway.ports import Artefacts, Disclosures, Tickets
from shared.contracts.values import Digest
from shared.runtime.clock import Clock
from shared.runtime.disclosing import HEADER, disclosed
from shared.runtime.documents import refusals
from shared.runtime.problems import not_found, unavailable
from shared.runtime.tokens import Caller, Verifier, person

PREFIX = "/files/"

POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"
"""What a browser may do with a file that it shows all the same: nothing."""

_PASSED = ("content-type", "content-length", "content-disposition")


@dataclass(frozen=True, slots=True)
class FileServing:
    """What files are served with. `origin` is where, such as `https://files.district.example`; none where it is ''."""

    origin: str
    artefacts: Artefacts
    tickets: Tickets


def artefact_routes(serving: FileServing, log: Disclosures, verifier: Verifier, clock: Clock) -> APIRouter:
    """`GET /v1/artefacts/{ref}`."""
    router = APIRouter(
        responses=refusals({404: "No such file, or it is not yours to see.", 503: "Not possible at the moment."})
    )

    @router.get("/v1/artefacts/{ref}", status_code=303, response_class=Response, summary="Have a file of a work")
    async def artefact(
        ref: Annotated[Digest, Path(description="The file's `content_ref`, as its work shows it.")],
        caller: Annotated[Caller, Depends(person(verifier))],
    ) -> Response:
        """A file, for whoever may see a member of its work: `Location` is an address of the origin of files, good once
        and for a minute, that needs no token. What is in the file, its name and kind, `POST /v1/reveal` tells.
        """
        return await sent_on(caller.id, ref, serving, log, clock)

    return router


async def sent_on(person_: str, ref: str, serving: FileServing, log: Disclosures, clock: Clock) -> Response:
    """Leads to a file that a person may see, by a ticket. It is in the logs of whom it tells of before.

    Raises `problems.not_found`, `problems.unavailable`.
    """
    if not serving.origin:
        raise unavailable("No origin for files is set here: ASCERTAIN_ARTEFACT_ORIGIN.", retry_after=60)
    async with serving.artefacts.opened(person_, ref) as found:
        told = list(disclosed(value.encode() for value in found.headers.getall(HEADER, [])))
    await log.note([Disclosure(learner, person_, what) for learner, what in told if learner != person_])
    text, ticket = new_ticket(person_, ref, secrets.token_bytes(RANDOM_BYTES), clock())
    await serving.tickets.add(ticket, clock())
    return Response(status_code=303, headers={"Location": f"{serving.origin}{PREFIX}{text}"})


class FileOrigin:
    """The origin of files: `GET /files/{ticket}`, and nothing else whatever. Raises Problem."""

    def __init__(self, serving: FileServing, clock: Clock) -> None:
        self._serving, self._clock = serving, clock
        self._host = urlsplit(serving.origin).netloc.lower().encode()

    def is_asked(self, scope: Scope) -> bool:
        """Whether a request is to this origin, and not to that of the pages."""
        return bool(self._host) and any(
            name == b"host" and value.lower() == self._host for name, value in scope["headers"]
        )

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        path = scope["raw_path"].decode("latin-1")
        text = path.removeprefix(PREFIX)
        if scope["method"] != "GET" or not path.startswith(PREFIX) or not is_secret(text):
            raise not_found("address")
        ticket = await self._serving.tickets.take(ticket_digest(text), self._clock())
        if ticket is None:
            raise not_found("file: an address of one is good once, and for a minute")
        async with self._serving.artefacts.opened(ticket.person, ticket.ref) as found:
            headers = [(name.encode(), found.headers[name].encode("latin-1")) for name in _PASSED]
            headers += [
                (b"content-security-policy", POLICY.encode()),
                (b"cross-origin-resource-policy", b"same-origin"),
                (b"referrer-policy", b"no-referrer"),
            ]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            async for part in found.content.iter_any():
                await send({"type": "http.response.body", "body": part, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
