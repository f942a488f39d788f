"""How fast `POST /v1/evidence` takes single pieces, beside a FastAPI route that parses the same and stores nothing.

python -m tests.performance.http

Both are served by the same server with the same settings, in a process of their own, and asked in turn by the same 64
clients, who wait for each answer before they send the next piece (`tests.performance.clients`). Evidence checks a
token, asks for rights and appends durably, its projector beside it. Then: half of its load, sent steadily whether or
not it keeps up; the gateway between; and the package `eventsourcing` saving one event on the same PostgreSQL.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from pathlib import Path
from uuid import uuid4

import httpx
import orjson
import uvloop
from fastapi import FastAPI

from deploy.local.ports import free_port
from deploy.local.postgres import PostgresServer
from deploy.setup.databases import Database, make_databases
from services.evidence.http.pieces import AttemptItem
from services.evidence.main import bootstrap_district
from services.evidence.settings import EvidenceSettings
from shared.ledger.identifiers import roster_id
from shared.runtime.keys import SigningKey
from shared.runtime.migrate import migrate_in_loop
from shared.runtime.serve import serve
from shared.runtime.tokens import AccessTokens
from tests.performance import Figure
from tests.performance.clients import CLIENTS, Load, Target, load
from tests.performance.district_load import Waits, Wire, steadily
from tests.performance.peers import answer_of
from tests.support.evidence import TENANT, address, attempt, framework, prepared, roster
from tests.support.servers import PASSWORD, District, reachable_folder, unique_prefix
from tests.support.waiting import until

ROUNDS = 3
STEADY = 8.0
"""Seconds of half load."""

GOAL = 20.0
"""Milliseconds within which 99 % of the answers should come at half load."""

LEARNERS = 300
PEOPLE = 16
"""Who calls through the gateway: it lets each of them ask a hundred times a second, and more for a moment."""

SAVED = 2_000
"""Events that the peer saves one by one."""

LIMIT = "FastAPI route that parses the same body and stores nothing"
NAME = f"POST /v1/evidence, one piece, {CLIENTS} clients"


@dataclass(frozen=True, slots=True)
class Bench:
    """What runs: evidence, the gateway before it, and the limit; who may record, and for whom."""

    evidence: Target
    gateway: Target
    limit: Target
    teacher: str
    people: Sequence[str]
    learners: Sequence[str]
    peer: str


async def measure(bench: Bench) -> list[Figure]:
    """Figures of a running bench."""
    bodies = _bodies(bench.learners)
    limit, own = await _in_turn((bench.limit, bench.evidence), [bench.teacher], bodies)
    half = await _at_half(bench, own.rate / 2, bodies)
    direct, through = await _in_turn((bench.evidence, bench.gateway), bench.people, bodies)
    saved = await answer_of("eventsourcing_append", dsn=bench.peer, singles=SAVED, rows=0, body=next(bodies).decode())
    return [
        Figure(NAME, own.rate, "requests/s", LIMIT, limit.rate),
        Figure("http: the server's own time for one", own.spent, "µs", LIMIT, limit.spent),
        Figure("http: what the clients took of a processor", own.busy * 100, "%", LIMIT, limit.busy * 100),
        Figure("http: half within", own.percentile(0.5), "ms", LIMIT, limit.percentile(0.5)),
        Figure("http: 99 % within", own.percentile(0.99), "ms", LIMIT, limit.percentile(0.99)),
        Figure(f"http: half load ({own.rate / 2:,.0f}/s), 99 % within", half.within(0.99), "ms", "goal", GOAL),
        Figure(f"http: through the gateway, {PEOPLE} people", through.rate, "requests/s", "directly", direct.rate),
        Figure("http: beside eventsourcing", own.rate, "requests/s", "eventsourcing, saving one event", saved["save"]),
    ]


async def _in_turn(targets: Sequence[Target], tokens: Sequence[str], bodies: Iterator[bytes]) -> list[Load]:
    """The best round of each."""
    rounds = [[await load(target, tokens, bodies) for target in targets] for _ in range(ROUNDS)]
    return [max(loads, key=lambda one: one.rate) for loads in zip(*rounds, strict=True)]


async def _at_half(bench: Bench, rate: float, bodies: Iterator[bytes]) -> Waits:
    """How long answers took that were asked for at this rate, from when each was due."""
    wire, waits = Wire(bench.evidence.url), Waits()

    async def post() -> None:
        status, _, content = await wire.call("POST", "/v1/evidence", bench.teacher, next(bodies))
        if status != 201:
            raise AssertionError(content.decode())

    try:
        await steadily(rate, STEADY, post, waits)
    finally:
        wire.close()
    return waits


def _bodies(learners: Sequence[str]) -> Iterator[bytes]:
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
async def started(*arguments: str, url: str, environment: dict[str, str] | None = None) -> AsyncIterator[Target]:
    """A process of its own that answers under `url`, given without a path; ended and waited for."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, env={**os.environ, **(environment or {})}, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with httpx.AsyncClient() as client, asyncio.timeout(30):
            await _answering(client, url)
        yield Target(url, child.pid)
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
async def bench_of(folder: Path) -> AsyncIterator[Bench]:
    """`evidence` and the gateway as they are run, over a PostgreSQL that writes to disk, and the limit.

    Nothing is relayed, and the gateway projects nothing.
    """
    port = free_port()
    with reachable_folder("postgres") as data:
        server = PostgresServer(data, port=free_port(), password=PASSWORD, log=data / "log", durable=True)
        await server.start()
        try:
            prefix = unique_prefix()
            databases = await make_databases(server, prefix, PASSWORD, ["evidence", "gateway", "audit"])
            settings = await prepared(District(prefix, databases), folder, port=free_port())
            arguments = ("-m", "services.evidence", "--run", "http,projector")
            async with (
                started("-m", "tests.performance.http", str(port), url=f"http://127.0.0.1:{port}") as limit,
                started(*arguments, url=f"http://127.0.0.1:{settings.port}", environment=_told(settings)) as evidence,
                _gateway(settings, evidence.url, databases["gateway"]) as gateway,
            ):
                teacher, people, learners = await enrolled(settings, evidence.url)
                yield Bench(evidence, gateway, limit, teacher, people, learners, databases["audit"].migrator)
        finally:
            await server.stop()


@asynccontextmanager
async def _gateway(settings: EvidenceSettings, evidence: str, database: Database) -> AsyncIterator[Target]:
    await migrate_in_loop("gateway", database.migrator)
    port = free_port()
    environment = _told(settings) | {
        "ASCERTAIN_DATABASE": database.app,
        "ASCERTAIN_EVIDENCE_URL": evidence,
        "ASCERTAIN_PORT": str(port),
    }
    arguments = ("-m", "services.gateway", "--run", "http")
    async with started(*arguments, url=f"http://127.0.0.1:{port}", environment=environment) as gateway:
        yield gateway


def _told(settings: EvidenceSettings) -> dict[str, str]:
    return {f"ASCERTAIN_{k.upper()}": str(v) for k, v in settings.model_dump().items() if v is not None}


async def enrolled(settings: EvidenceSettings, url: str) -> tuple[str, list[str], list[str]]:
    """A teacher's token, those of some administrators, and the learners whom she teaches."""
    administrator = str(uuid4())
    await bootstrap_district(settings, administrator)
    tokens = AccessTokens(TENANT, SigningKey.read(settings.keys, "gateway"))
    headers = {"Authorization": f"Bearer {tokens.mint(administrator)}", "Content-Type": "application/json"}
    names = [f"learner-{n}" for n in range(LEARNERS)]
    people = [str(uuid4()) for _ in range(PEOPLE)]
    roles = [{"id": person, "person": person, "role": "administrator", "scope": "district"} for person in people]
    writes: list[tuple[str, str, object]] = [("PUT", address(framework()), framework())]
    writes += [("POST", "/v1/roles", role) for role in roles]
    writes += [("POST", "/v1/rosters", roster(names))]
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=30) as client:
        for method, path, body in writes:
            answer = await until(partial(_written, client, method, path, body), f"{path} is written")
            answer.raise_for_status()

    def known(name: str) -> str:
        return roster_id(settings.roster_key(), "user", name)

    return tokens.mint(known("lindgren")), [tokens.mint(person) for person in people], [known(name) for name in names]


async def _written(client: httpx.AsyncClient, method: str, path: str, body: object) -> httpx.Response | None:
    """The answer, once the administrator is one in the service's own tables."""
    answer = await client.request(method, path, content=orjson.dumps(body))
    return None if answer.status_code == 404 else answer


async def figures() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        async with bench_of(Path(folder)) as bench:
            return await measure(bench)


if __name__ == "__main__":  # the process of the limit
    uvloop.run(serve(limit_application(), host="127.0.0.1", port=int(sys.argv[1]), workers={}))
