"""Requests read strictly: what a lenient parser would let pass or guess (NaN, floats, a key twice) is refused."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Annotated, Any

from fastapi import Header, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from services.evidence.domain.errors import Invalid
from services.evidence.http.pieces import told_of_pieces
from shared.ledger.canonical import parse
from shared.ledger.identifiers import item_id

SMALL = 32 * 1024
"""Bytes up to which a body is read on the event loop; a larger one would hold others up."""

MAX_KEY = 200
"""Characters of an Idempotency-Key at most."""

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="At most 200 printable ASCII characters. Gives an id to what comes without one, always the same.",
    ),
]


class StrictRoute(APIRoute):
    """A route whose JSON body must have a canonical form. Raises NotCanonicalError before the body is validated."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle: Callable[[Request], Awaitable[Response]] = super().get_route_handler()

        async def handle_strictly(request: Request) -> Response:
            if request.method in {"POST", "PUT"}:
                _check_media_type(request.headers.get("content-type"))
                text = await request.body()
                await asyncio.to_thread(parse, text) if len(text) > SMALL else parse(text)
            try:
                return await handle(request)
            except RequestValidationError as error:
                raise RequestValidationError(told_of_pieces(error.errors())) from error

        return handle_strictly


def _check_media_type(header: str | None) -> None:
    """Raise Invalid where the body is said to be something else than JSON: it would be taken for a mere string."""
    kind = "application/json" if header is None else header.partition(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise Invalid("Send JSON, and the header Content-Type: application/json.", field="/header/Content-Type")


def checked_key(key: str | None) -> str | None:
    """The Idempotency-Key as sent. Raises Invalid, naming the header, where it has no fit form."""
    if key is None:
        return None
    if not (0 < len(key) <= MAX_KEY and key.isascii() and key.isprintable() and key.strip()):
        raise Invalid(
            f"The header Idempotency-Key must have from 1 to {MAX_KEY} printable ASCII characters.",
            field="/header/Idempotency-Key",
        )
    return key


def id_of(given: str | None, key: str | None, *, actor: str, route: str) -> str:
    """The id of a request of one command: its own, or the one that its Idempotency-Key becomes. Raises Invalid."""
    key = checked_key(key)
    if given is not None:
        return given
    if key is None:
        raise Invalid("Give an id, or send the header Idempotency-Key.", field="/id")
    return item_id(actor, "POST", route, key, 0)
