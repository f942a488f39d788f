"""How fast `POST /v1/evidence` takes single pieces, beside a FastAPI route that parses the same and stores nothing.

python -m tests.performance.http

Both are served by the same server with the same settings, in a process of their own; 64 clients wait for each answer
before they send the next piece. Evidence checks a token, asks for rights and appends durably, its projector beside it.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import orjson
import uvloop
from fastapi import FastAPI

from deploy.local.ports import free_port
from deploy.local.postgres import PostgresServer
from deploy.setup.databases import make_databases
from services.evidence.http.pieces import AttemptItem
from services.evidence.main import bootstrap_district
from services.evidence.settings import EvidenceSettings
from shared.ledger.identifiers import roster_id
from shared.runtime.keys import SigningKey
from shared.runtime.serve import serve
from shared.runtime.tokens import AccessTokens
from tests.performance import Figure
from tests.support.evidence import TENANT, address, attempt, framework, prepared, roster
from tests.support.servers import PASSWORD, District, reachable_folder, unique_prefix
from tests.support.waiting import until

CLIENTS = 64
SECONDS = 6.0
WARM_UP = 1.0
LEARNERS = 300
LIMIT = "FastAPI route that parses the same body and stores nothing"


@dataclass(slots=True)
class Load:
    """What 64 clients saw: answers a second, and how long each took."""

    rate: float = 0.0
    waits: list[float] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        """Milliseconds within which this share of the answers came."""
        return sorted(self.waits)[int(len(self.waits) * share)] * 1000


async def measure(evidence_url: str, limit_url: str, token: str, learners: list[str]) -> list[Figure]:
    """Figures of a running `evidence`, in which `token` may record for the learners, and of the limit, in turn."""
    bodies = _bodies(learners)
    limits, loads = [], []
    for _ in range(2):
        limits.append(await load(f"{limit_url}/v1/evidence", token, bodies))
        loads.append(await load(f"{evidence_url}/v1/evidence", token, bodies))
    limit, own = (max(both, key=lambda one: one.rate) for both in (limits, loads))
    name = f"POST /v1/evidence, one piece, {CLIENTS} clients"
    return [
        Figure(name, own.rate, "requests/s", LIMIT, limit.rate),
        Figure(f"{name}, half within", own.percentile(0.5), "ms", LIMIT, limit.percentile(0.5)),
        Figure(f"{name}, 99 % within", own.percentile(0.99), "ms", LIMIT, limit.percentile(0.99)),
    ]


async def load(url: str, token: str, bodies: Iterator[bytes]) -> Load:
    """Keep 64 clients busy, each on a connection of its own; only what came after the warm-up counts."""
    result = Load()
    begun = time.perf_counter()
    await asyncio.gather(*(_client(url, token, bodies, begun, result) for _ in range(CLIENTS)))
    result.rate = len(result.waits) / SECONDS
    return result


async def _client(url: str, token: str, bodies: Iterator[bytes], begun: float, result: Load) -> None:
    """One client over a bare connection: a client library would take more of the machine than what is measured."""
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    head = (
        f"POST {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/json\r\nContent-Length: "
    ).encode()
    try:
        while (sent := time.perf_counter()) < begun + WARM_UP + SECONDS:
            body = next(bodies)
            writer.write(b"%b%d\r\n\r\n%b" % (head, len(body), body))
            answer = await reader.readuntil(b"\r\n\r\n")
            length = int(answer.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
            content = await reader.readexactly(length)
            if b" 201 " not in answer[:16]:
                raise AssertionError(content.decode())
            if sent >= begun + WARM_UP:
                result.waits.append(time.perf_counter() - sent)
    finally:
        writer.close()


def _bodies(learners: list[str]) -> Iterator[bytes]:
    for learner in cycle(learners):
        yield orjson.dumps(attempt(learner, task=TENANT))


def limit_application() -> FastAPI:
    """What the limit is: the body parsed and checked, and nothing else."""
    app = FastAPI()

    @app.post("/v1/evidence", status_code=201)
    async def record(item: AttemptItem) -> dict[str, str | None]:
        return {"id": item.id, "outcome": "forgotten"}

    return app


@asynccontextmanager
async def started(*arguments: str, url: str, environment: dict[str, str] | None = None) -> AsyncIterator[None]:
    """A process of its own that answers under `url`; ended and waited for."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, env={**os.environ, **(environment or {})}, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with httpx.AsyncClient() as client, asyncio.timeout(30):
            await _answering(client, url)
        yield
    finally:
        if child.returncode is None:
            child.terminate()
        await child.wait()


async def _answering(client: httpx.AsyncClient, url: str) -> None:
    while True:
        try:
            await client.get(url)
        except httpx.TransportError:
            await asyncio.sleep(0.05)
        else:
            return


@asynccontextmanager
async def evidence_process(folder: Path) -> AsyncIterator[tuple[EvidenceSettings, str]]:
    """`evidence` as it is run, over a PostgreSQL that writes to disk, and its URL. Nothing is relayed."""
    with reachable_folder("postgres") as data:
        server = PostgresServer(data, port=free_port(), password=PASSWORD, log=data / "log", durable=True)
        await server.start()
        try:
            prefix = unique_prefix()
            databases = await make_databases(server, prefix, PASSWORD, ["evidence"])
            settings = await prepared(District(prefix, databases), folder, port=free_port())
            url = f"http://127.0.0.1:{settings.port}"
            environment = {f"ASCERTAIN_{k.upper()}": str(v) for k, v in settings.model_dump().items() if v is not None}
            arguments = ("-m", "services.evidence", "--run", "http,projector")
            async with started(*arguments, url=f"{url}/health", environment=environment):
                yield settings, url
        finally:
            await server.stop()


async def enrolled(settings: EvidenceSettings, url: str) -> tuple[str, list[str]]:
    """A teacher's token, and the learners that she teaches."""
    administrator = str(uuid4())
    await bootstrap_district(settings, administrator)
    tokens = AccessTokens(TENANT, SigningKey.read(settings.keys, "gateway"))
    headers = {"Authorization": f"Bearer {tokens.mint(administrator)}", "Content-Type": "application/json"}
    names = [f"learner-{n}" for n in range(LEARNERS)]
    writes = [("PUT", address(framework()), framework()), ("POST", "/v1/rosters", roster(names))]
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=30) as client:
        for method, path, body in writes:
            answer = await until(partial(_written, client, method, path, body), f"{path} is written")
            answer.raise_for_status()

    def known(name: str) -> str:
        return roster_id(settings.roster_key(), "user", name)

    return tokens.mint(known("lindgren")), [known(name) for name in names]


async def _written(client: httpx.AsyncClient, method: str, path: str, body: object) -> httpx.Response | None:
    """The answer, once the administrator is one in the service's own tables."""
    answer = await client.request(method, path, content=orjson.dumps(body))
    return None if answer.status_code == 404 else answer


async def figures() -> list[Figure]:
    """Measure a process of the service beside one of the limit."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        limit = started("-m", "tests.performance.http", str(port), url=f"http://127.0.0.1:{port}/")
        async with limit, evidence_process(Path(folder)) as (settings, url):
            token, learners = await enrolled(settings, url)
            return await measure(url, f"http://127.0.0.1:{port}", token, learners)


if __name__ == "__main__":  # the process of the limit
    uvloop.run(serve(limit_application(), host="127.0.0.1", port=int(sys.argv[1]), workers={}))
