"""How strictly requests are read, and the key that makes them repeatable."""

from collections.abc import Callable
from typing import Annotated, Any, TypeAlias

from fastapi import Header, Request, Response
from fastapi.routing import APIRoute

from shared.ledger.canonical import parse

IdempotencyKey: TypeAlias = Annotated[
    str | None, Header(alias="Idempotency-Key", min_length=1, max_length=200, pattern=r"^[\x20-\x7e]+$")
]


class StrictRoute(APIRoute):
    """A route whose JSON body must have a canonical form: a key twice, NaN and floats are refused, not guessed at."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        handle = super().get_route_handler()

        async def handle_strictly(request: Request) -> Response:
            if request.method == "POST":
                parse(await request.body())
            return await handle(request)

        return handle_strictly
