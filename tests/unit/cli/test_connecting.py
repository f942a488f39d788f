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


async def test_what_the_platform_says_at_last_is_told_in_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "ATTEMPTS", 2)
    asked: list[str] = []
    async with _refusing(asked, "unavailable", "The vault is closed.") as url, gateway.Gateway(url, "ascp_x") as client:
        with pytest.raises(CommandError, match=r"^The vault is closed\.$"):
            await client.get("/v1/adoptions")
    assert asked == ["/v1/adoptions"] * 2


async def test_positions_that_are_never_reached_are_not_waited_for_for_long() -> None:
    asked: list[str] = []
    async with _refusing(asked, "not-reached", "Ask again.") as url, gateway.Gateway(url, "ascp_x") as client:
        with pytest.raises(CommandError, match=r"^Ask again\.$"):
            await client.get("/v1/learners/a/grades", as_of="evidence:9:99999999")
    assert len(asked) == gateway.WAITS


@contextlib.asynccontextmanager
async def _refusing(asked: list[str], code: str, detail: str) -> AsyncIterator[str]:
    """A platform that gives tokens and then says that it cannot just now."""

    async def answer(scope: Scope, _receive: Receive, send: Send) -> None:
        gives = scope["path"] == "/v1/tokens"
        if not gives:
            asked.append(scope["path"])
        body = f'{{"type":"urn:ascertain:problem:{code}","status":503,"detail":"{detail}"}}'
        token = b'{"access_token":"a","expires_in":300}'
        await send({"type": "http.response.start", "status": 200 if gives else 503, "headers": []})
        await send({"type": "http.response.body", "body": token if gives else body.encode()})

    async with serving(answer) as url:
        yield url
