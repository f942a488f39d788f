"""A small district with gateway, evidence and mastery in this process, seen from outside: metrics and traces."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from prometheus_client.parser import text_string_to_metric_families

import services.gateway.main as gateway
import services.mastery.main as mastery
from deploy.local.ports import LOOPBACK, free_port
from deploy.setup.topics import make_state_topic, make_topics
from services.evidence.main import bootstrap_district
from services.evidence.main import process as evidence_process
from services.gateway.settings import GatewaySettings
from shared.ledger.identifiers import roster_id
from shared.runtime.authorities import authorities
from shared.runtime.kafka_access import KafkaAccess
from shared.runtime.keys import SigningKey
from shared.runtime.migrate import migrate_in_loop
from shared.runtime.process import Process
from shared.runtime.settings import Settings
from shared.runtime.tokens import AccessTokens
from tests.support.audited import working
from tests.support.evidence import TENANT, address, framework, prepared, roster
from tests.support.ledger_writer import policy_document
from tests.support.servers import District
from tests.support.serving import serving
from tests.support.waiting import until

SERVICES = ("evidence", "mastery", "gateway")


@dataclass(slots=True)
class SeenDistrict:
    """`metrics` has where each service tells its numbers; `http` calls the gateway as the administrator."""

    http: httpx.AsyncClient
    learner: str
    metrics: Mapping[str, str]
    urls: Mapping[str, str]

    async def told(self, service: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
        """Every sample that a service tells, by its name and labels."""
        answer = await self.http.get(self.metrics[service])
        assert answer.status_code == 200, answer.text
        return {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(answer.text)
            for sample in family.samples
        }

    async def value(self, service: str, name: str, **labels: str) -> float | None:
        return (await self.told(service)).get((name, frozenset({**labels, "service": service}.items())))

    async def level(self) -> bool:
        """Whether mastery shows a state of the learner."""
        answer = await self.http.get(f"/v1/learners/{self.learner}/mastery")
        return answer.status_code == 200 and bool(answer.json()["states"])


@asynccontextmanager
async def seen_district(bootstrap: str, district: District, prefix: str, folder: Path) -> AsyncIterator[SeenDistrict]:
    """The three services as they are wired, with one learner; nothing is recorded of her yet."""
    ports = {name: free_port() for name in (*SERVICES, "gateway metrics")}
    urls = {name: f"http://{LOOPBACK}:{ports[name]}" for name in SERVICES}
    access = KafkaAccess(bootstrap)
    await make_topics(access, prefix)
    await make_state_topic(access, prefix)
    shared: dict[str, Any] = {
        "kafka": bootstrap,
        "topic_prefix": prefix,
        **{f"{name}_url": url for name, url in urls.items()},
    }
    wired = await prepared(district, folder, port=ports["evidence"], **shared)
    others = shared | {"tenant": TENANT, "keys": wired.keys, "trusted": wired.trusted}
    of_mastery = Settings(**others, port=ports["mastery"], database=district.databases["mastery"].app)
    of_gateway = GatewaySettings(
        **others,
        port=ports["gateway"],
        metrics_port=ports["gateway metrics"],
        database=district.databases["gateway"].app,
    )
    for name in ("mastery", "gateway"):
        await migrate_in_loop(name, district.databases[name].migrator)
    administrator = str(uuid4())
    await bootstrap_district(wired, administrator)
    async with AsyncExitStack() as opened:
        making = (
            evidence_process(wired, ("http", "projector", "relay")),
            mastery.process(of_mastery, ("http", "projector")),
            gateway.process(of_gateway, ("http", "projector")),
        )
        for process, settings in zip(making, (wired, of_mastery, of_gateway), strict=True):
            await _run(opened, await opened.enter_async_context(process), settings)
        tokens = AccessTokens(TENANT, SigningKey.read(wired.keys, "gateway"))
        headers = {"Authorization": f"Bearer {tokens.mint(administrator)}"}
        http = await opened.enter_async_context(
            httpx.AsyncClient(
                verify=authorities(), base_url=urls["gateway"], headers=headers, timeout=20, trust_env=False
            )
        )
        metrics = {name: f"{url}/metrics" for name, url in urls.items()}
        metrics["gateway"] = f"http://{LOOPBACK}:{ports['gateway metrics']}/metrics"
        await _defined(http)
        learner = roster_id(wired.roster_key(), "user", "amara")
        yield SeenDistrict(http, learner, metrics, urls)


async def _run(opened: AsyncExitStack, made: Process, settings: Settings) -> None:
    """What `shared.runtime.process.run` does, beside others on one event loop."""
    opened.push_async_callback(made.observing.close)
    app, workers = made.observing.surround(made.app, made.workers, settings)
    assert app is not None
    await opened.enter_async_context(serving(app, port=settings.port))
    await opened.enter_async_context(working(workers))


async def _defined(http: httpx.AsyncClient) -> None:
    policy = policy_document()

    async def published() -> bool:
        return (await http.put(address(framework()), json=framework())).status_code in {200, 201}

    await until(published, "the administrator is known")
    (await http.put(address(policy), json=policy)).raise_for_status()
    adoption = {
        "policy": address(policy).rsplit("/", 1)[1],
        "scope": "district",
        "mode": "recompute",
        "expected_version": 0,
    }
    (await http.post("/v1/adoptions", json=adoption, headers={"Idempotency-Key": "adopt"})).raise_for_status()
    (await http.post("/v1/rosters", json=roster(["amara"]))).raise_for_status()
