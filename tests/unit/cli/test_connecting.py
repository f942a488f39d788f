"""What is wrong with an address or a token is told at once, and nothing else is said."""

import contextlib
from collections.abc import AsyncIterator

import pytest
from starlette.types import Receive, Scope, Send

from cli import gateway
from cli.errors import CommandError
from tests.support.commands import run
from tests.support.serving import serving


@pytest.mark.parametrize(
    ("url", "token", "word"),
    [
        ("foo", "ascp_x", "ASCERTAIN_URL must begin with"),
        ("http://[::1", "ascp_x", "is no address"),
        ("http://127.0.0.1:9", "é", "ASCERTAIN_TOKEN is no personal token"),
        ("http://127.0.0.1:9", "a\nb", "ASCERTAIN_TOKEN is no personal token"),
        ("http://127.0.0.1:9", "", "neither"),
    ],
)
async def test_what_cannot_be_right_is_told_in_one_sentence(url: str, token: str, word: str) -> None:
    ran = await run(None, "history", "learner", ASCERTAIN_URL=url, ASCERTAIN_TOKEN=token)
    assert (ran.code, len(ran.err.strip().splitlines())) == (1, 1), ran.err
    assert word in ran.err


async def test_attempts_are_not_told_one_by_one(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gateway, "ATTEMPTS", 2)
    async with gateway.Gateway("http://127.0.0.1:9", "ascp_x") as client:
        with pytest.raises(CommandError, match="does not answer"):
            await client.get("/v1/adoptions")
    assert capfd.readouterr() == ("", "")


async def test_a_proxy_is_not_asked_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "ATTEMPTS", 1)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    async with _platform() as url, gateway.Gateway(url, "ascp_x") as client:
        assert await client.get("/v1/adoptions") == {"access_token": "a", "expires_in": 300}


@contextlib.asynccontextmanager
async def _platform() -> AsyncIterator[str]:
    async def answer(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b'{"access_token":"a","expires_in":300}'})

    async with serving(answer) as url:
        yield url
