"""Portfolio over a test's database: what a writer writes is applied, and answered for by the real application."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from services.portfolio.http.app import application
from services.portfolio.http.routes import Portfolio
from services.portfolio.ports import District as Ports
from services.portfolio.postgres.applied import Watermarks
from services.portfolio.postgres.exhibitions import StoredExhibitions
from services.portfolio.postgres.library import StoredLibrary
from services.portfolio.postgres.projection import PortfolioProjection
from services.portfolio.postgres.records import StoredRecords
from services.portfolio.postgres.works import StoredWorks
from shared.ledger.canonical import canonical
from shared.ledger.identifiers import shard_of
from shared.ledger.instants import Instant
from shared.runtime import quarantine
from shared.runtime.access.projection import AccessProjection
from shared.runtime.access.questions import Access
from shared.runtime.completeness import Completeness
from shared.runtime.database import connect
from shared.runtime.definitions.outlines import Outlines
from shared.runtime.definitions.projection import DefinitionsProjection
from shared.runtime.definitions.reading import DefinitionsReader
from shared.runtime.freshness import Freshness
from shared.runtime.keys import SigningKey, make_keys
from shared.runtime.ledger_table import LedgerTable
from shared.runtime.projection_health import HealthWatch
from shared.runtime.tokens import AccessTokens, Verifier
from tests.support.ledger_writer import TENANT, LedgerWriter, named
from tests.support.mastery import Applied, WrittenLedger
from tests.support.servers import District

REF = "5e" * 32


class WorkWriter(LedgerWriter):
    """Writes works too, and what else only a portfolio tells of."""

    def start(self, work: str, *members: str, **more: Any) -> str:
        """`more`: members of the body."""
        body = {"work": work, "members": list(members), "courses": [], **more}
        return self._of_work("WorkStarted", work, body, event=work)

    def version(self, work: str, content_ref: str = REF) -> str:
        artefacts = [{"kind": "text", "content_ref": content_ref}]
        return self._of_work("WorkVersionAdded", work, {"work": work, "artefacts": artefacts})

    def feedback(self, work: str, version: str, **more: Any) -> str:
        """`more`: members of the body."""
        event = named(f"feedback {len(self.entries)}")
        body = {"work": work, "version": version, "text_ref": REF, **more}
        return self._of_work("FeedbackGiven", work, body, event=event, stream=f"feedback/{event}")

    def read(self, work: str, feedback: str, member: str) -> str:
        body = {"work": work, "feedback": feedback}
        event = self._of_work("FeedbackRead", work, body, stream=f"feedback/{feedback}")
        self.entries[-1]["envelope"]["actor"] = member
        return event

    def appoint(self, person: str, role: str, scope: str) -> str:
        return self._definition("RoleGranted", f"person/{person}", {"person": person, "role": role, "scope": scope})

    def of_learner(self, name: str, learner: str, body: dict[str, Any], **more: Any) -> str:
        """Any event in a stream of a learner's own; `more`: stream, event, occurred."""
        event = more.get("event") or named(f"{name} {len(self.entries)}")
        stream = more.get("stream") or f"evidence/{event}"
        return self._evidence(
            name, learner, stream, {"learner": learner, **body}, event=event, occurred=more.get("occurred")
        )

    def _of_work(
        self, name: str, work: str, body: dict[str, Any], event: str | None = None, stream: str | None = None
    ) -> str:
        where = ("evidence", shard_of(TENANT, work))
        return self._append(where, (name, work, stream or f"work/{work}"), body, event, None)


@dataclass(frozen=True, slots=True)
class Served:
    """The application, and answers to whoever asks."""

    client: httpx.AsyncClient
    people: AccessTokens
    applied: Applied
    pool: asyncpg.Pool

    async def get(self, path: str, person: str, **query: str | list[str]) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.people.mint(person)}"}
        return await self.client.get(path, params=query, headers=headers)

    async def release(self, owner: str, writer: LedgerWriter) -> None:
        """Let an owner go who is in quarantine."""
        await quarantine.release(self.pool, self.applied.projections, WrittenLedger(writer), "evidence", owner)

    async def portfolio(self, learner: str, **query: str) -> dict[str, Any]:
        """A learner's own portfolio, of all that was written so far."""
        await self.applied.more()
        response = await self.get(f"/v1/learners/{learner}/portfolio", learner, **query)
        assert response.status_code == 200, response.text
        return dict(response.json())

    async def of(self, learner: str, what: str) -> dict[str, Any]:
        """What a learner's own portfolio says of itself (`coverage`, `suggestions`), of all that was written so far."""
        await self.applied.more()
        response = await self.get(f"/v1/learners/{learner}/portfolio/{what}", learner)
        assert response.status_code == 200, response.text
        return dict(response.json())


@asynccontextmanager
async def serving_portfolio(
    district: District, writer: LedgerWriter, folder: Path, *, patience: float = 0.3
) -> AsyncIterator[Served]:
    """The application over the migrated database of a district, its rights known to be fresh.

    For what a reader asks to be applied, she waits `patience` seconds at most.
    """
    database = district.databases["portfolio"]
    make_keys("gateway", keys=folder, trusted=folder)
    pool = await connect(database.app, size=8, name="portfolio-test")
    try:
        await pool.execute("UPDATE access.complete SET looked = true, complete_ms = $1", writer.now)
        applied = Applied(pool, writer)
        applied.projections = projections(pool, writer)
        app = application(_portfolio(pool, folder, writer, patience))
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://portfolio") as client:
            yield Served(client, AccessTokens(TENANT, SigningKey.read(folder, "gateway")), applied, pool)
    finally:
        await pool.close()


def projections(pool: asyncpg.Pool, writer: LedgerWriter) -> list[Any]:
    """The service's own, with documents from the writer instead of evidence's door."""

    async def fetch(digest: str) -> bytes:
        return canonical(writer.documents[digest])

    return [AccessProjection(), DefinitionsProjection(pool, fetch), PortfolioProjection()]


def _portfolio(pool: asyncpg.Pool, folder: Path, writer: LedgerWriter, patience: float) -> Portfolio:
    def now() -> Instant:
        return writer.now

    roles: Sequence[str] = ("http",)
    freshness = Freshness(pool, longest=patience)
    return Portfolio(
        district=Ports(
            records=StoredRecords(pool, TENANT, DefinitionsReader()),
            works=StoredWorks(pool),
            exhibitions=StoredExhibitions(pool),
            outlines=Outlines(pool),
            library=StoredLibrary(pool),
            rights=Access(pool, now),
            applied=Watermarks(freshness, Completeness(pool, WrittenLedger(writer), freshness, now)),
        ),
        verifier=Verifier(TENANT, folder),
        zone=UTC,
        now=now,
        health=HealthWatch(pool, LedgerTable(pool)).look,
        roles=roles,
    )
