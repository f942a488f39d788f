"""The services of a district as the embedded stack runs them: one process each, with all its roles."""

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import httpx

from deploy.errors import ProgramError
from deploy.local.description import running
from deploy.local.forking import prepare
from deploy.local.home import ROOT, Home
from deploy.local.issuer.registration import CLIENT_ID, registration
from deploy.local.ports import LOOPBACK
from deploy.local.programs import Program, bare_environment, run_once
from deploy.setup.databases import Database
from shared.runtime.authorities import authorities

HEALTHY = ("ok", "degraded")
MIGRATING = ("alembic.command", "alembic.config", "sqlalchemy.ext.asyncio", "sqlalchemy.dialects.postgresql.asyncpg")
GATEWAY_METRICS = "gateway-metrics"
"""The port on which the gateway tells its metrics: its own is the public one."""

FILES_HOST = "files.localhost"
"""Another host than that of the pages, which browsers take for this machine; they keep its cookies apart."""


@dataclass(frozen=True, slots=True)
class Service:
    """One service: `python -m {module} --run {roles}`, its settings in the environment, `GET /health` when it runs."""

    name: str
    roles: tuple[str, ...]
    module: str


SERVICES = (
    Service("evidence", ("http", "projector", "relay"), "services.evidence"),
    Service("mastery", ("http", "projector"), "services.mastery"),
    Service("portfolio", ("http", "projector"), "services.portfolio"),
    Service("audit", ("http", "projector"), "services.audit"),
    Service("gateway", ("http", "projector"), "services.gateway"),
)


@dataclass(frozen=True, slots=True)
class District:
    """What every service of one stack is told."""

    home: Home
    tenant: str
    bootstrap: str
    databases: Mapping[str, Database]
    ports: Mapping[str, int]
    topic_prefix: str = ""

    def url(self, service: str) -> str:
        return f"http://{LOOPBACK}:{self.ports[service]}"

    def environment(self, service: Service) -> dict[str, str]:
        database = self.databases[service.name]
        settings = {
            "TENANT": self.tenant,
            "HOST": LOOPBACK,
            "PORT": str(self.ports[service.name]),
            "KAFKA": self.bootstrap,
            "KAFKA_PROTOCOL": "SASL_PLAINTEXT",
            "KAFKA_USER": self.topic_prefix + service.name,
            "KAFKA_PASSWORD_FILE": str(self.home.principals / service.name),
            "TOPIC_PREFIX": self.topic_prefix,
            "DATABASE": database.app,
            "DATABASE_MIGRATOR": database.migrator,
            "KEYS": str(self.home.keys),
            "TRUSTED": str(self.home.trusted),
            **{f"{name.upper()}_URL": self.url(name) for name in self.databases if name in self.ports},
        }
        if service.name == "evidence":
            settings |= self._of_evidence(database, self.databases["keys"])
        if service.name == "gateway":
            settings |= self._of_gateway()
        return surroundings() | {f"ASCERTAIN_{name}": text for name, text in settings.items()}

    def _of_gateway(self) -> dict[str, str]:
        metrics = self.ports.get(GATEWAY_METRICS)
        return {
            "OIDC_ISSUER": self.url("issuer"),
            "OIDC_CLIENT_ID": CLIENT_ID,
            "OIDC_CLIENT_SECRET_FILE": str(registration(self.home).client_secret),
            "PUBLIC_URL": self.url("gateway"),
            "ARTEFACT_ORIGIN": f"http://{FILES_HOST}:{self.ports['gateway']}",
            **({} if metrics is None else {"METRICS_PORT": str(metrics)}),
        }

    def _of_evidence(self, database: Database, keys: Database) -> dict[str, str]:
        assert database.relay is not None
        assert database.vault is not None
        return {
            "DATABASE_RELAY": database.relay,
            "DATABASE_VAULT": database.vault,
            "DATABASE_KEYS": keys.app,
            "DATABASE_KEYS_MIGRATOR": keys.migrator,
            "ROSTER_KEY_FILE": str(self.home.roster_key),
            "DISTRICT_KEY_FILE": str(self.home.district_key),
            "ARTEFACT_FOLDER": str(self.home.artefacts),
        }

    def program(self, service: Service) -> Program:
        return Program(
            name=service.name,
            arguments=command(service, "--run", ",".join(service.roles)),
            environment=self.environment(service),
            folder=self.home.path,
            log=self.home.log_of(service.name),
            ready=lambda: is_healthy(self.url(service.name)),
            stop_seconds=5.5,
        )

    async def ask(self, service: Service, *arguments: str) -> str:
        """Run `python -m` of a service once, with its settings, and give back what it printed. Raises ProgramError."""
        answer = await run_once(
            command(service, *arguments), environment=self.environment(service), folder=self.home.path, seconds=120
        )
        if answer.returncode != 0:
            words = (answer.stderr.strip() or answer.stdout.strip()).splitlines()
            raise ProgramError(f"{service.name} {arguments[0]} failed: {words[-1] if words else 'it gave no reason'}")
        return answer.stdout


def running_district(home: Home) -> District:
    """The district of the stack that runs in this home. Raises StackError where none is up."""
    description = running(home)
    ports = {name: int(url.rsplit(":", 1)[1]) for name, url in description.urls.items()}
    return District(home, description.tenant, description.bootstrap, description.databases, ports)


def surroundings() -> dict[str, str]:
    """What every service's environment holds but its settings."""
    traces = {name: text for name, text in os.environ.items() if name.startswith("OTEL_")}
    return bare_environment(PYTHONPATH=str(ROOT), PYTHONUNBUFFERED="1", **traces)


async def prepare_to_fork(services: Iterable[Service]) -> None:
    """Import beforehand, and once for all of them, what the services are made of; see `forking`.

    Only names are known here: a service's own rooms are imported by the nursery, as its `python -m` would.
    """
    rooms = [f"{service.module}.{room}" for service in services for room in ("__main__", "main")]
    if not rooms:
        return
    await prepare(surroundings(), (*rooms, *MIGRATING, "deploy.local.issuer.app"))


def command(service: Service, *arguments: str) -> tuple[str, ...]:
    """`-P` keeps the current folder off the path: only what PYTHONPATH names is imported."""
    return (sys.executable, "-P", "-m", service.module, *arguments)


async def is_healthy(url: str) -> bool:
    try:
        async with httpx.AsyncClient(verify=authorities(), timeout=2, trust_env=False) as client:
            answer = await client.get(f"{url}/health")
            return answer.status_code == 200 and answer.json().get("status") in HEALTHY
    except (httpx.HTTPError, ValueError):
        return False
