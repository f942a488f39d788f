"""A running `evidence` for tests: real PostgreSQL, its own projector, HTTP in process; and a small district in it."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
from starlette.types import ASGIApp

from services.evidence.main import bootstrap_district, process
from services.evidence.settings import EvidenceSettings
from shared.contracts.documents import document_digest
from shared.ledger.identifiers import roster_id
from shared.runtime.keys import SigningKey, make_keys
from shared.runtime.migrate import migrate_in_loop
from shared.runtime.process import Process
from shared.runtime.tokens import AccessTokens, ServiceTokens
from tests.support.servers import District
from tests.support.waiting import until

TENANT = "5f0c6c0e-2d0b-4b55-9a53-0a2f6b1e7a01"
SIGNERS = ("gateway", "mastery", "evidence")


@dataclass(slots=True)
class Client:
    """Calls the service as one person, or as a service, or as nobody: then it mints no token.

    Every call has a token of its own: one lasts five minutes, and the tests that share a person take longer.
    """

    http: httpx.AsyncClient
    mint: Callable[[], str] | None
    id: str

    @property
    def token(self) -> str | None:
        return None if self.mint is None else self.mint()

    async def send(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        headers = dict(more.pop("headers", {}))
        if (token := self.token) is not None:
            headers["Authorization"] = f"Bearer {token}"
        if body is not None:
            more["content"] = body if isinstance(body, bytes) else json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        return await self.http.request(method, path, headers=headers, **more)

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self.send("GET", path, **more)

    async def post(self, path: str, body: Any = None, **more: Any) -> httpx.Response:
        return await self.send("POST", path, body, **more)

    async def put(self, path: str, body: Any = None, **more: Any) -> httpx.Response:
        return await self.send("PUT", path, body, **more)


@dataclass(slots=True)
class Running:
    """The service, a way to call it as anybody, and a connection that sees everything in its database."""

    settings: EvidenceSettings
    app: ASGIApp
    http: httpx.AsyncClient
    owner: asyncpg.Connection
    keys: Path
    administrator: Client = field(init=False)

    def person(self, id_: str | None = None) -> Client:
        """A client who is this person, or somebody whom nobody knows."""
        id_ = id_ or str(uuid4())
        person, tokens = id_, AccessTokens(TENANT, SigningKey.read(self.keys, "gateway"))
        return Client(self.http, lambda: tokens.mint(person), person)

    def service(self, name: str = "mastery", audience: str = "evidence") -> Client:
        tokens = ServiceTokens(TENANT, name, SigningKey.read(self.keys, name))
        return Client(self.http, lambda: tokens.for_service(audience), name)

    def nobody(self) -> Client:
        return Client(self.http, None, "")

    def id(self, kind: Any, sourced_id: str) -> str:
        return roster_id(self.settings.roster_key(), kind, sourced_id)

    async def count(self) -> int:
        """How many entries the ledger holds."""
        counted: int = await self.owner.fetchval("SELECT count(*) FROM ledger.stored_entry")
        return counted


@asynccontextmanager
async def running_evidence(district: District, folder: Path, *, idle: Collection[str] = ()) -> AsyncIterator[Running]:
    """The service over a district's empty database, with one administrator of the district.

    The workers named in `idle` do not work: the test has some of its own.
    """
    settings = await prepared(district, folder)
    async with process(settings, ("http", "projector")) as made, _working(made, idle):
        assert made.app is not None
        transport = httpx.ASGITransport(made.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://evidence") as http:
            owner = await asyncpg.connect(district.databases["evidence"].migrator)
            try:
                running = Running(settings, made.app, http, owner, folder / "keys")
                running.administrator = running.person()
                await bootstrap_district(settings, running.administrator.id)
                await applied(running)
                yield running
            finally:
                await owner.close()


async def prepared(district: District, folder: Path, **more: Any) -> EvidenceSettings:
    """Keys, a roster key and a migrated database; settings that name them."""
    for name in SIGNERS:
        (folder / "keys").mkdir(exist_ok=True)
        (folder / "trusted").mkdir(exist_ok=True)
        make_keys(name, keys=folder / "keys", trusted=folder / "trusted")
    (folder / "roster.key").write_text(secrets.token_hex(32))
    (folder / "district.key").write_text(secrets.token_hex(64))
    database, keys = district.databases["evidence"], district.databases["keys"]
    await migrate_in_loop("evidence", database.migrator)
    await migrate_in_loop("evidence", keys.migrator, room="vault")
    return EvidenceSettings(
        tenant=TENANT,
        time_zone="America/New_York",
        database=database.app,
        database_relay=database.relay,
        database_vault=database.vault,
        database_keys=keys.app,
        database_keys_migrator=keys.migrator,
        district_key_file=folder / "district.key",
        database_migrator=database.migrator,
        keys=folder / "keys",
        trusted=folder / "trusted",
        roster_key_file=folder / "roster.key",
        **{"artefact_folder": folder / "artefacts", "artefact_reserve": 0, **more},
    )


async def applied(running: Running) -> None:
    """Wait until the service's projections have come to where its ledger is."""
    await until(
        lambda: running.owner.fetchval(
            "SELECT NOT EXISTS (SELECT FROM ledger.head h LEFT JOIN projection.watermark w USING (ledger, shard)"
            " WHERE h.position > coalesce(w.position, 0))"
        ),
        "the projections have come to the ledger's heads",
    )


@asynccontextmanager
async def _working(made: Process, idle: Collection[str]) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(work()) for name, work in made.workers.items() if name not in idle]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


async def rule_district(running: Running) -> None:
    """Adopt the small policy for the district: the highest value counts, mastery begins at 3."""
    answer = await running.administrator.put(address(policy()), policy())
    assert answer.status_code in {200, 201}, answer.text
    adoption = {"id": str(uuid4()), "scope": "district", "policy": document_digest(policy()), "mode": "recompute"}
    answer = await running.administrator.post("/v1/adoptions", adoption)
    assert answer.status_code == 201, answer.text


def enrolment(learner: str, section: str = "english", **more: str) -> dict[str, str]:
    return {
        "sourcedId": f"e-{section}-{learner}",
        "classSourcedId": section,
        "schoolSourcedId": "school",
        "userSourcedId": learner,
        "role": "student",
        **more,
    }


def roster(learners: Sequence[str] = ("amara", "bao"), **more: Any) -> dict[str, Any]:
    """One school, two classes; `lindgren` teaches English to the learners, `abara` teaches history to nobody."""
    return {
        "orgs": [
            {"sourcedId": "district", "type": "district"},
            {"sourcedId": "school", "type": "school", "parentSourcedId": "district"},
        ],
        "academicSessions": [{"sourcedId": "year", "startDate": "2020-08-17", "endDate": "2099-06-12"}],
        "courses": [{"sourcedId": "english-10"}, {"sourcedId": "history-10"}],
        "classes": [
            {
                "sourcedId": section,
                "courseSourcedId": f"{section}-10",
                "schoolSourcedId": "school",
                "termSourcedIds": "year",
            }
            for section in ("english", "history")
        ],
        "users": [{"sourcedId": name} for name in ("lindgren", "abara", *learners)],
        "enrollments": [
            enrolment("lindgren", "english", role="teacher"),
            enrolment("abara", "history", role="teacher"),
            *(enrolment(learner, beginDate="2026-08-17") for learner in learners),
        ],
        **more,
    }


THEME, SYMBOLS = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"


def framework(*competencies: str, id_: str = "99999999-9999-4999-8999-999999999999") -> dict[str, Any]:
    return {
        "format": "ascertain.framework@1",
        "id": id_,
        "title": "English",
        "competencies": [
            {"id": competency, "code": f"c{n}", "statement": f"Can do {n}."}
            for n, competency in enumerate(competencies or (THEME, SYMBOLS))
        ],
        "prerequisites": [],
    }


def rubric() -> dict[str, Any]:
    levels = [{"earned": str(n), "title": f"Level {n}", "descriptor": "What it looks like."} for n in range(1, 5)]
    return {
        "format": "ascertain.rubric@1",
        "id": "88888888-8888-4888-8888-888888888888",
        "title": "Literary analysis",
        "criteria": [
            {"code": "thesis", "title": "Thesis", "competencies": [THEME], "possible": "4", "levels": levels},
            {"code": "symbols", "title": "Symbols", "competencies": [SYMBOLS], "possible": "4", "levels": levels},
        ],
    }


def moves() -> dict[str, Any]:
    return {
        "format": "ascertain.moves@1",
        "id": "77777777-7777-4777-8777-777777777777",
        "title": "What we look for",
        "language": "en",
        "rubric": document_digest(rubric()),
        "moves": [
            {"code": "asks", "title": "Asks a question of the text"},
            {"code": "builds", "title": "Builds on a peer", "criterion": "thesis"},
        ],
    }


def policy(**more: Any) -> dict[str, Any]:
    return {
        "format": "ascertain.policy@1",
        "title": "Highest",
        "scale": {"top": "4", "cut": "3", "levels": [{"at": "0", "name": "Beginning"}, {"at": "3", "name": "Secure"}]},
        "method": "ascertain.highest@1",
        "parameters": {},
        "counts": ["practice", "performance"],
        "minimum": {"pieces": 1, "kinds": 1},
        "redo": "replaces",
        **more,
    }


def address(document: dict[str, Any]) -> str:
    return f"/v1/documents/{document_digest(document)}"


def attempt(learner: str, **more: Any) -> dict[str, Any]:
    """An item; `more` replaces members of its body but for `id` and `occurred_at`, which are the item's own."""
    item = {"id": more.pop("id", str(uuid4())), "type": "AttemptRecorded"}
    item["occurred_at"] = more.pop("occurred_at", "2026-09-14T10:30:00.000Z")
    results = [{"competency": THEME, "earned": "3", "possible": "4"}]
    return {**item, "body": {"learner": learner, "purpose": "performance", "results": results, **more}}


def scored(learner: str, **more: Any) -> dict[str, Any]:
    results = [{"competency": THEME, "criterion": "thesis", "earned": "3", "possible": "4"}]
    item = attempt(learner, **{"rubric": document_digest(rubric()), "results": results, **more})
    return {**item, "type": "RubricScored"}
