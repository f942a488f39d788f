"""An OpenID Connect issuer that others wrote, as a real process: `oidc-provider-mock`."""

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator

import httpx

from deploy.local.ports import LOOPBACK, free_port
from shared.runtime.authorities import authorities
from tests.support.browser import Browser


class ForeignIssuer:
    """It signs in whoever one says one is, takes any client, makes a new key at every start, and ignores PKCE."""

    def __init__(self, port: int, token_seconds: int) -> None:
        self.port, self.url = port, f"http://{LOOPBACK}:{port}"
        self._token_seconds = token_seconds
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        self._process = subprocess.Popen(  # noqa: ASYNC220 - it runs beside the test
            [
                *(sys.executable, "-W", "ignore", "-m", "oidc_provider_mock"),
                *("--port", str(self.port), "--host", LOOPBACK, "--token-max-age", str(self._token_seconds)),
            ],
            env={**os.environ, "NO_COLOR": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        async with httpx.AsyncClient(verify=authorities(), trust_env=False) as http:
            while True:
                assert self._process.poll() is None, "the foreign issuer ended"
                with contextlib.suppress(httpx.TransportError):
                    await http.get(f"{self.url}/jwks")
                    return
                await asyncio.sleep(0.05)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    async def rotate(self) -> None:
        """Start anew: with another key, and without memory of any code."""
        self.stop()
        await self.start()


@contextlib.asynccontextmanager
async def foreign_issuer(token_seconds: int = 3600) -> AsyncIterator[ForeignIssuer]:
    issuer = ForeignIssuer(free_port(), token_seconds)
    try:
        await issuer.start()
        yield issuer
    finally:
        issuer.stop()


async def answered(browser: Browser, url: str, subject: str) -> str:
    """The callback to which the foreign issuer sends the browser once it was asked at `url` and told who it is."""
    answer = await browser.send("POST", url, form={"sub": subject})
    assert answer.is_redirect, answer.text
    return str(answer.headers["location"])
