"""A name that was mistyped is nobody's, and is told so before anything is done in its name."""

import contextlib
from collections.abc import AsyncIterator

import orjson
import pytest
from starlette.types import Receive, Scope, Send

from cli.errors import CommandError
from cli.gateway import Gateway
from cli.naming import person_id
from tests.support.serving import serving

MAJA, NOBODY = "1bf92816-4233-8478-966c-97c628b5cbd0", "34fd0566-67cb-8b21-b604-963f2f184c19"


async def test_somebody_of_the_roster_has_an_id_and_a_mistyped_name_is_nobody() -> None:
    async with _roster() as url, Gateway(url, "ascp_x") as gateway:
        assert await person_id(gateway, "teacher-lindgren") == MAJA
        assert await person_id(gateway, NOBODY) == NOBODY
        with pytest.raises(CommandError, match=r"^Nobody is called teacher-lindgern in a roster"):
            await person_id(gateway, "teacher-lindgern")


@contextlib.asynccontextmanager
async def _roster() -> AsyncIterator[str]:
    """A platform that gives every word an id, and knows the name of one person."""
    ids = {"teacher-lindgren": MAJA, "teacher-lindgern": NOBODY}
    answers = {
        "/v1/tokens": {"access_token": "a", "expires_in": 300},
        "/v1/rosters/ids": {"ids": ids},
        "/v1/reveal": {"texts": {}, "names": {MAJA: {"given": "Maja", "family": "Lindgren"}}, "withheld": [NOBODY]},
    }

    async def answer(scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": orjson.dumps(answers[scope["path"]])})

    async with serving(answer) as url:
        yield url
