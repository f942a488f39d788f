"""Mastery's HTTP application over a test's database, and people who ask it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import httpx
from fastapi import FastAPI

from services.mastery.http.app import application
from services.mastery.http.health import Standing
from services.mastery.ports import District
from services.mastery.postgres.all_states import PostgresAllStates
from services.mastery.postgres.applied import Watermarks
from services.mastery.postgres.frameworks import PublishedFrameworks
from services.mastery.postgres.kept_rows import PostgresKept
from services.mastery.postgres.policies import PostgresPolicies
from services.mastery.postgres.records import StoredRecords
from services.mastery.postgres.refold_queue import WaitingRefolds
from services.mastery.postgres.sections import PostgresSections
from services.mastery.postgres.stored_states import PostgresStates
from services.mastery.postgres.transcripts import PostgresTranscripts
from services.mastery.postgres.waiting_redos import PostgresRedos
from services.mastery.postgres.what_ifs import PostgresWhatIfs
from services.mastery.postgres.worklists import PostgresWorklists
from shared.ledger.instants import Instant
from shared.runtime.access.questions import Access
from shared.runtime.completeness import Completeness
from shared.runtime.definitions.reading import DefinitionsReader
from shared.runtime.disclosing import HEADER, disclosed
from shared.runtime.freshness import Freshness
from shared.runtime.keys import SigningKey, make_keys
from shared.runtime.ledger_reader import LedgerReader
from shared.runtime.projection_health import HealthWatch
from shared.runtime.tokens import AccessTokens, ServiceTokens, Verifier
from tests.support.ledger_writer import TENANT


def disclosed_by(answer: httpx.Response) -> set[tuple[str, str]]:
    """Of whom an answer says that it tells, and what."""
    return set(disclosed(value.encode() for value in answer.headers.get_list(HEADER)))


@dataclass(frozen=True, slots=True)
class Mastery:
    """The application, and answers to whoever asks."""

    app: FastAPI
    client: httpx.AsyncClient
    people: AccessTokens
    audit: ServiceTokens

    async def get(self, path: str, person: str, **query: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.people.mint(person)}"}
        return await self.client.get(path, params=query, headers=headers)

    async def send(self, method: str, path: str, person: str, body: Any = None, **headers: str) -> httpx.Response:
        """A write."""
        headers |= {"Authorization": f"Bearer {self.people.mint(person)}"}
        return await self.client.request(method, path, json=body, headers=headers)

    async def door(self, path: str, **query: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.audit.for_service('mastery')}"}
        return await self.client.get(path, params=query, headers=headers)

    async def learner(self, learner: str, **query: str) -> dict[str, Any]:
        """A learner's own mastery."""
        response = await self.get(f"/v1/learners/{learner}/mastery", learner, **query)
        assert response.status_code == 200, response.text
        return dict(response.json())

    async def explanation(self, learner: str, competency: str, **query: str) -> dict[str, Any]:
        path = f"/v1/learners/{learner}/competencies/{competency}/explanation"
        response = await self.get(path, learner, **query)
        assert response.status_code == 200, response.text
        return dict(response.json())


@asynccontextmanager
async def serving(
    pool: asyncpg.Pool, reader: LedgerReader, folder: Path, now: Callable[[], Instant]
) -> AsyncIterator[Mastery]:
    """The application with keys of its own in `folder`, its rights known to be fresh."""
    for name in ("gateway", "audit"):
        make_keys(name, keys=folder, trusted=folder)
    await pool.execute("UPDATE access.complete SET looked = true, complete_ms = $1", now())
    freshness = Freshness(pool, longest=0.3)
    district = District(
        zone=ZoneInfo("UTC"),
        now=now,
        records=StoredRecords(pool, TENANT, DefinitionsReader()),
        rights=Access(pool, now),
        applied=Watermarks(pool, freshness, Completeness(pool, reader, freshness, now)),
        worklists=PostgresWorklists(pool),
        states=PostgresAllStates(pool),
        frameworks=PublishedFrameworks(pool),
        policies=PostgresPolicies(pool),
        redos=PostgresRedos(pool, DefinitionsReader()),
        sections=PostgresSections(pool, TENANT, DefinitionsReader()),
        what_ifs=PostgresWhatIfs(pool),
        transcripts=PostgresTranscripts(pool),
    )
    standing = Standing(
        ("http",), WaitingRefolds(pool), PostgresWhatIfs(pool), HealthWatch(pool, reader), lambda: None, dict
    )
    doors = PostgresStates(pool, TENANT), PostgresKept(pool, TENANT)
    app = application(district, *doors, Verifier(TENANT, folder), standing)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://mastery") as client:
        people = AccessTokens(TENANT, SigningKey.read(folder, "gateway"))
        yield Mastery(app, client, people, ServiceTokens(TENANT, "audit", SigningKey.read(folder, "audit")))
