"""The route whose requests FastAPI does not see is bounded, and tells of every error, like all others."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.evidence.http.app import application
from services.evidence.http.recording import MAX_BODY
from shared.runtime.keys import SigningKey, make_keys
from shared.runtime.tokens import AccessTokens, Verifier
from tests.support.evidence import TENANT, attempt


class Broken:
    """A district of which every part raises the same error."""

    def __init__(self, error: Exception) -> None:
        self._error = error
        self.people = None

    def __getattr__(self, _name: str) -> Any:
        raise self._error


async def posted(
    folder: Path, error: Exception, *, content: bytes | None = None, long: str = "", told: bool = True
) -> httpx.Response:
    """The answer of such a district to an attempt; unless `told`, its faults come back as to a server."""
    make_keys("gateway", keys=folder, trusted=folder)
    token = AccessTokens(TENANT, SigningKey.read(folder, "gateway")).mint(str(uuid4()))
    broken: Any = Broken(error)
    transport = httpx.ASGITransport(
        application(broken, broken, Verifier(TENANT, folder), broken), raise_app_exceptions=not told
    )
    body = json.dumps(attempt(str(uuid4()))).encode() if content is None else content
    async with httpx.AsyncClient(transport=transport, base_url="http://evidence") as client:
        headers = {"Authorization": f"Bearer {token}", "X-Long": long}
        return await client.post("/v1/evidence", content=body, headers=headers)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [(RuntimeError("a fault of ours"), 500, "fault"), (ConnectionResetError(), 503, "unavailable")],
)
async def test_whatever_is_raised_becomes_a_problem(tmp_path: Path, error: Exception, status: int, code: str) -> None:
    answer = await posted(tmp_path, error)
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:ascertain:problem:{code}")
    assert answer.headers["content-type"] == "application/problem+json"
    assert ("retry-after" in answer.headers) == (status == 503)
    assert "ours" not in answer.json()["detail"]


async def test_a_fault_reaches_the_server_which_logs_it(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError) as raised:
        await posted(tmp_path, error := RuntimeError(), told=False)
    assert raised.value is error


async def test_too_much_is_refused_before_it_is_looked_at(tmp_path: Path) -> None:
    head = await posted(tmp_path, RuntimeError(), long="a" * 20_000)
    body = await posted(tmp_path, RuntimeError(), content=b" " * (MAX_BODY + 1))
    assert (head.status_code, body.status_code) == (431, 413)
