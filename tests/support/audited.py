"""A small district with evidence, mastery and audit running in process, on real PostgreSQL and Kafka.

Everything in it was appended to the real ledger; a superuser's connections reach around every guard.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx

import services.audit.main as audit
import services.mastery.main as mastery
from deploy.local.ports import LOOPBACK, free_port
from deploy.local.postgres import PostgresServer
from deploy.setup.topics import make_state_topic, make_topics
from services.evidence.domain.commands import Appended, Command, NewEvent
from services.evidence.main import bootstrap_district
from services.evidence.main import process as evidence_process
from services.evidence.postgres.ledger import PostgresLedger
from services.evidence.settings import EvidenceSettings
from shared.contracts.events import EVENTS
from shared.ledger.canonical import canonical
from shared.ledger.entry import TYPE_PREFIX
from shared.ledger.identifiers import digest
from shared.runtime.authorities import authorities
from shared.runtime.database import connect
from shared.runtime.kafka_access import KafkaAccess
from shared.runtime.keys import SigningKey, make_keys
from shared.runtime.serve import Worker
from shared.runtime.settings import Settings
from shared.runtime.tokens import AccessTokens
from tests.support.ledger_writer import TENANT, LedgerWriter, named
from tests.support.servers import District
from tests.support.serving import serving
from tests.support.waiting import until

SERVICES = ("evidence", "mastery", "audit")
ADMINISTRATOR = named("the district's administrator")


@dataclass(slots=True)
class AuditedDistrict:
    """`writer` says what is in the ledger; `evidence`, `mastery` and `audit` are a superuser's connections."""

    settings: Settings
    topics: dict[str, str]
    http: httpx.AsyncClient
    keys: Path
    writer: LedgerWriter
    ledger: PostgresLedger
    evidence: asyncpg.Connection
    mastery: asyncpg.Connection
    audit: asyncpg.Connection
    written: int = 0

    async def append(self, *, together: int = 1) -> None:
        """Append to the real ledger what the writer has written since, so many at a time; its documents first."""
        for address, document in self.writer.documents.items():
            await self.evidence.execute(
                "INSERT INTO definitions.content (digest, bytes) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                address,
                canonical(document),
            )
        for first in range(self.written, len(self.writer.entries), together):
            some = self.writer.entries[first : first + together]
            outcomes = await self.ledger.append([_command(raw) for raw in some])
            assert all(isinstance(outcome, Appended) for outcome in outcomes), outcomes
        self.written = len(self.writer.entries)

    async def applied(self) -> None:
        """Wait until mastery and audit have applied all that the ledger holds."""
        heads = await self.evidence.fetch("SELECT ledger, shard, position FROM ledger.head WHERE position > 0")
        for connection in (self.mastery, self.audit):

            async def there(connection: asyncpg.Connection = connection) -> bool:
                rows = await connection.fetch("SELECT ledger, shard, position FROM projection.watermark")
                reached = {(row["ledger"], row["shard"]): row["position"] for row in rows}
                return all(reached.get((h["ledger"], h["shard"]), 0) >= h["position"] for h in heads)

            await until(there, "everything is applied", seconds=60)
        await until(self._refolded, "mastery has refolded", seconds=60)

        async def known() -> bool:
            return bool(await self.audit.fetchval("SELECT bool_and(complete_ms > 0) FROM access.complete"))

        await until(known, "audit knows who may do what", seconds=60)

    async def get(self, path: str, person: str = ADMINISTRATOR, **query: Any) -> httpx.Response:
        return await self.http.get(path, params=query, headers=self.headers(person))

    async def verify(self, learner: str | None = None, person: str = ADMINISTRATOR) -> dict[str, Any]:
        """The result of a verification, once it has ended."""
        asked = {"scope": "district"} if learner is None else {"learner": learner}
        answer = await self.http.post("/v1/verifications", json=asked, headers=self.headers(person))
        assert answer.status_code == 202, answer.text
        return await self.ended(answer.json()["id"], person)

    async def audit_of(self, grade: str | None = None, person: str = ADMINISTRATOR) -> dict[str, Any]:
        """The result of an audit of one grade, or of all, once it has ended."""
        asked = {"scope": "district"} if grade is None else {"grade": grade}
        answer = await self.http.post("/v1/audits", json=asked, headers=self.headers(person))
        assert answer.status_code == 202, answer.text
        return await self.ended(answer.json()["id"], person, kind="audits")

    async def ended(
        self, id_: str, person: str = ADMINISTRATOR, *, kind: str = "verifications", pause: float = 0.02
    ) -> dict[str, Any]:
        async def result() -> dict[str, Any] | None:
            found: dict[str, Any] = (await self.get(f"/v1/{kind}/{id_}", person)).json()
            return None if found["state"] == "running" else found

        ended: dict[str, Any] | None = await until(result, f"it has ended among the {kind}", seconds=90, pause=pause)
        assert ended is not None
        return ended

    def headers(self, person: str) -> dict[str, str]:
        tokens = AccessTokens(TENANT, SigningKey.read(self.keys, "gateway"))
        return {"Authorization": f"Bearer {tokens.mint(person)}"}

    async def _refolded(self) -> bool:
        return not await self.mastery.fetchval("SELECT EXISTS (SELECT FROM mastery.refold)")


@asynccontextmanager
async def audited_district(
    postgres: PostgresServer,
    bootstrap: str,
    district: District,
    prefix: str,
    folder: Path,
    *,
    patience: float = 1.0,
    running: Sequence[str] = SERVICES,
) -> AsyncIterator[AuditedDistrict]:
    """The three services over migrated databases and empty topics, with one administrator of the district.

    `running` are those that run at all: audits of grades do without mastery.
    """
    urls = {name: f"http://{LOOPBACK}:{free_port()}" for name in SERVICES}
    for name in (*SERVICES, "gateway"):
        make_keys(name, keys=folder / "keys", trusted=folder / "trusted")
    (folder / "roster.key").write_text("ab" * 32)
    (folder / "district.key").write_text("cd" * 64)
    topics = await make_topics(KafkaAccess(bootstrap), prefix)
    await make_state_topic(KafkaAccess(bootstrap), prefix)
    settings = {name: _settings(name, district, bootstrap, prefix, folder, urls) for name in SERVICES}
    async with AsyncExitStack() as opened:
        wired = settings["evidence"]
        assert isinstance(wired, EvidenceSettings)
        await bootstrap_district(wired, ADMINISTRATOR)
        processes: dict[str, AbstractAsyncContextManager[Any]] = {
            "evidence": evidence_process(wired, ("http", "projector", "relay")),
            "mastery": mastery.process(settings["mastery"], ("http", "projector")),
            "audit": audit.process(settings["audit"], ("http", "projector"), patience=patience),
        }
        for name in running:
            process = processes[name]
            made = await opened.enter_async_context(process)
            await opened.enter_async_context(serving(made.app, port=int(urls[name].rsplit(":", 1)[1])))
            await opened.enter_async_context(working(made.workers))
        pool = await connect(wired.database, size=2, name="test")
        opened.push_async_callback(pool.close)
        ledger = PostgresLedger(wired.database, pool, tenant=TENANT, appended=lambda: None)
        opened.push_async_callback(ledger.close)
        own = {name: await asyncpg.connect(postgres.dsn(district.databases[name].name)) for name in SERVICES}
        for connection in own.values():
            opened.push_async_callback(connection.close)
        http = await opened.enter_async_context(
            httpx.AsyncClient(verify=authorities(), base_url=urls["audit"], timeout=30)
        )
        found = dict(zip(("evidence", "definitions"), topics, strict=True))
        yield AuditedDistrict(
            *(settings["audit"], found, http, folder / "keys", LedgerWriter(), ledger),
            *(own["evidence"], own["mastery"], own["audit"]),
        )


def _settings(  # noqa: PLR0917 - what a service is told
    name: str, district: District, bootstrap: str, prefix: str, folder: Path, urls: dict[str, str]
) -> Settings:
    database = district.databases[name]
    shared: dict[str, Any] = {
        "tenant": TENANT,
        "kafka": bootstrap,
        "topic_prefix": prefix,
        "database": database.app,
        "keys": folder / "keys",
        "trusted": folder / "trusted",
        **{f"{service}_url": url for service, url in urls.items()},
    }
    if name != "evidence":
        return Settings(**shared)
    return EvidenceSettings(
        **shared,
        database_relay=database.relay,
        database_vault=database.vault,
        database_keys=district.databases["keys"].app,
        roster_key_file=folder / "roster.key",
        district_key_file=folder / "district.key",
    )


@asynccontextmanager
async def working(workers: Mapping[str, Worker]) -> AsyncIterator[None]:
    """Run the workers of a process meanwhile."""
    tasks = [asyncio.ensure_future(work()) for work in workers.values()]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


def _command(raw: dict[str, Any]) -> Command:
    envelope, body = raw["envelope"], canonical(raw["body"])
    assert digest(body) == envelope["body_digest"]
    closes = EVENTS[envelope["type"].removeprefix(TYPE_PREFIX)].closes
    event = NewEvent(
        *(envelope["id"], envelope["type"], envelope["schema"], envelope["owner"], envelope["stream"], None, body),
        closes=closes,
    )
    return Command(envelope["id"], envelope["actor"], envelope["ledger"], (event,))


def positions(differences: Sequence[dict[str, Any]]) -> set[tuple[str, int, int]]:
    """Every position that the differences name."""
    return {
        (one["ledger"], one["shard"], position)
        for one in differences
        if "position" in one
        for position in range(one["position"], one.get("through", one["position"]) + 1)
    }
