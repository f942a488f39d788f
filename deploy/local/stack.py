"""The whole of a district on one machine, in order: PostgreSQL and Kafka, what lies in them, then the services."""

import asyncio
import contextlib
import json
import os
import secrets
import time
import uuid
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import asdict, replace
from types import TracebackType
from typing import Self

from deploy.local.description import Description, Operator, Running, operator
from deploy.local.home import Home, write_secret
from deploy.local.issuer.people import OPERATOR, add_people, people_in
from deploy.local.issuer.program import NAME as ISSUER
from deploy.local.issuer.program import issuer_program
from deploy.local.kafka import KafkaServer
from deploy.local.kafka_learning import learn_beside
from deploy.local.keeper import Keeper, Notice
from deploy.local.postgres import PostgresServer
from deploy.local.services import GATEWAY_METRICS, SERVICES, District, Service, prepare_to_fork
from deploy.setup.databases import Database, make_databases
from deploy.setup.principals import Principals
from deploy.setup.rights import OWN, rights_of_service
from deploy.setup.topics import LEDGER_PARTITIONS, make_state_topic, make_topics
from shared.runtime.kafka_access import KafkaAccess
from shared.runtime.keys import make_keys

PREFIX = "ascertain"
SERVER_PORTS = ("postgres", "kafka", "kafka-controller")


class Stack:
    """One home's PostgreSQL, Kafka and services, as children of this process: `async with Stack(home) as stack:`.

    Ready inside the block; ended in order after it. Should this process be killed, the kernel ends the children.
    Use it from the main thread. Raises AlreadyRunningError where another process runs this home, and StackError
    where a part does not start. With `durable=False` its record outlives the kill of a process, not of the machine.
    """

    def __init__(
        self,
        home: Home,
        *,
        services: Sequence[Service] = SERVICES,
        partitions: Mapping[str, int] = LEDGER_PARTITIONS,
        notice: Notice = lambda _sentence: None,
        durable: bool = True,
    ) -> None:
        self.home = home
        self._durable = durable
        self.services = {service.name: service for service in services}
        self._partitions = partitions
        self._tell = notice
        self._phase = "starting"
        self._keepers: dict[str, Keeper] = {}
        self._topics: tuple[str, ...] = ()
        self._open = contextlib.ExitStack()
        self._learning: asyncio.Task[None] | None = None
        self._postgres: PostgresServer
        self._kafka: KafkaServer
        self._district: District

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        begun = time.monotonic()
        self._open.enter_context(self.home.held())
        try:
            self._lay_out()
            await _together(self._start_postgres(), self._start_kafka())
            await _together(
                *(self._start_service(service) for service in self.services.values()),
                *([self._start_issuer()] if self._signs_in else []),
            )
        except BaseException:
            await self.stop()
            raise
        self._phase = "up"
        self._tell(f"Everything is up ({time.monotonic() - begun:.1f} s).")
        self._write()  # last: who waits for the phase has then been told everything
        self._learning = asyncio.create_task(learn_beside(), name="learn how Kafka starts")

    async def stop(self) -> None:
        """End everything in order: who writes, then the broker, then the record. Safe to call at any time."""
        self._phase = "stopping"
        await self._end_learning()
        services = [keeper for name, keeper in self._keepers.items() if name in {*self.services, ISSUER}]
        await asyncio.gather(*(keeper.stop() for keeper in services))
        for name in ("kafka", "postgres"):
            if name in self._keepers:
                await self._keepers[name].stop()
        self.home.state.unlink(missing_ok=True)
        self._open.close()

    async def _end_learning(self) -> None:
        if self._learning is not None:
            self._learning.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._learning
            self._learning = None

    # What tests and the demo ask

    @property
    def urls(self) -> Mapping[str, str]:
        """One base URL a service, and that of the issuer at which people sign in."""
        return {name: self._district.url(name) for name in (*self.services, *([ISSUER] if self._signs_in else []))}

    @property
    def _signs_in(self) -> bool:
        """Whether there is a gateway for people to sign in at, and so an issuer."""
        return "gateway" in self.services

    @property
    def metrics(self) -> Mapping[str, str]:
        """Where each service tells its metrics: at its own address, but the gateway at one that is not public."""
        return {
            name: f"{self._district.url(GATEWAY_METRICS if name == 'gateway' else name)}/metrics"
            for name in self.services
        }

    @property
    def bootstrap(self) -> str:
        return self._kafka.bootstrap

    @property
    def access(self) -> KafkaAccess:
        """Kafka as the stack's own principal, who may do everything there."""
        return self._kafka.access

    @property
    def databases(self) -> Mapping[str, Database]:
        return self._district.databases

    @property
    def tenant(self) -> str:
        return self._district.tenant

    @property
    def superuser(self) -> str:
        """The DSN of PostgreSQL's superuser."""
        return self._postgres.dsn()

    def superuser_of(self, database: str) -> str:
        """The DSN of PostgreSQL's superuser in one of the `databases`."""
        return self._postgres.dsn(self.databases[database].name)

    @property
    def operator(self) -> Operator:
        return operator(self.home)

    def keeper(self, name: str) -> Keeper:
        """The keeper of a service, `kafka` or `postgres`: to kill, freeze, stop and start it."""
        return self._keepers[name]

    async def kill(self, name: str) -> None:
        """End a program as a crash would; it starts again by itself."""
        await self._keepers[name].kill()

    async def restart(self, name: str) -> None:
        await self._keepers[name].restart()

    async def stop_kafka(self) -> None:
        """Stop the broker until `start_kafka`; everything else goes on as it can."""
        await self._keepers["kafka"].stop()

    async def start_kafka(self) -> None:
        await self._keepers["kafka"].start()

    async def until_up(self, name: str) -> None:
        """Wait until a program that ended runs again."""
        while not self._keepers[name].is_up:  # noqa: ASYNC110  (the keeper's state is the condition)
            await asyncio.sleep(0.05)

    async def ask(self, name: str, *arguments: str) -> str:
        """Run `python -m` of a service once, with its settings, and give back what it printed. Raises ProgramError."""
        return await self._district.ask(self.services[name], *arguments)

    async def personal_token(self, person: str) -> str:
        """A new personal token of a person, as the operator's command makes it."""
        return (await self.ask("gateway", "--personal-token", person)).split()[-1]

    def description(self) -> Description:
        return Description(
            phase=self._phase,
            pid=os.getpid(),
            home=str(self.home.path),
            tenant=self.tenant,
            urls=self.urls,
            bootstrap=self.bootstrap,
            topics=self._topics,
            superuser=self.superuser,
            databases=self.databases,
            programs={name: _running(keeper) for name, keeper in self._keepers.items()},
        )

    # The steps of a start

    def _lay_out(self) -> None:
        """Choose what is chosen once, make keys, and name the parts."""
        remembered = self.home.remembered()
        ports = self.home.ports(*SERVER_PORTS, *self.services, ISSUER, GATEWAY_METRICS)
        for name in self.services:
            make_keys(name, keys=self.home.keys, trusted=self.home.trusted)
        for secret, size in ((self.home.roster_key, 32), (self.home.district_key, 64)):
            if not secret.exists():
                write_secret(secret, secrets.token_hex(size) + "\n")
        self._postgres = PostgresServer(
            self.home.postgres(),
            port=ports["postgres"],
            password=remembered.superuser_password,
            log=self.home.log_of("postgres"),
            durable=self._durable,
        )
        self._kafka = KafkaServer(
            self.home.kafka,
            port=ports["kafka"],
            controller_port=ports["kafka-controller"],
            log=self.home.log_of("kafka"),
            password=self.home.kafka_password(OWN),
        )
        self._district = District(
            home=self.home, tenant=remembered.tenant, bootstrap=self._kafka.bootstrap, databases={}, ports=ports
        )
        self._write()

    async def _start_postgres(self) -> None:
        await _together(self._open_databases(), prepare_to_fork(self.services.values()))
        await _together(*(self.ask(name, "--migrate") for name in self.services))
        await self._introduce_operator()
        await self._link_operator()

    async def _open_databases(self) -> None:
        begun = time.monotonic()
        await self._postgres.prepare()
        await self._keep("postgres", Keeper(self._postgres.program(), self._tell, self._write))
        password = self.home.remembered().database_password
        databases = await make_databases(self._postgres, PREFIX, password, self.services)
        self._district = replace(self._district, databases=databases)
        self._tell(f"PostgreSQL is ready ({time.monotonic() - begun:.1f} s).")

    async def _start_kafka(self) -> None:
        begun = time.monotonic()
        await self._kafka.prepare()
        await self._keep("kafka", Keeper(self._kafka.program(), self._tell, self._write))
        principals = Principals(self._kafka.first_access)
        await principals.put_passwords({name: self.home.kafka_password(name) for name in (OWN, *self.services)})
        await principals.put_rights({name: rights_of_service(name) for name in self.services})
        self._topics = await make_topics(self._kafka.access, partitions=self._partitions)
        if "mastery" in self.services:
            self._topics += (await make_state_topic(self._kafka.access),)
        self._tell(f"Kafka is ready ({time.monotonic() - begun:.1f} s).")

    async def _introduce_operator(self) -> None:
        """The first administrator, once: granted in the ledger, with a token at the gateway."""
        if self.home.operator.exists() or not {"evidence", "gateway"} <= self.services.keys():
            return
        person = str(uuid.uuid4())
        async with asyncio.TaskGroup() as group:
            group.create_task(self.ask("evidence", "--bootstrap", person))
            token = group.create_task(self.personal_token(person))
        write_secret(self.home.operator, json.dumps(asdict(Operator(person, token.result())), indent=1))

    async def _link_operator(self) -> None:
        """Let the operator sign in by a browser too, once, and again should the issuer have come to another port."""
        url, note = self._district.url(ISSUER), self.home.issuer / "operator"
        if not self._signs_in or not self.home.operator.exists() or (note.exists() and note.read_text() == url):
            return
        await self.ask("gateway", "--link", url, OPERATOR.subject, self.operator.person)
        if OPERATOR not in people_in(self.home.issuer_people):
            add_people(self.home, [OPERATOR])
        write_secret(note, url)

    async def _start_issuer(self) -> None:
        program = issuer_program(self.home, port=self._district.ports[ISSUER], gateway=self._district.url("gateway"))
        await self._keep(ISSUER, Keeper(program, self._tell, self._write))

    async def _start_service(self, service: Service) -> None:
        begun = time.monotonic()
        await self._keep(service.name, Keeper(self._district.program(service), self._tell, self._write))
        self._tell(f"{service.name} is ready ({time.monotonic() - begun:.1f} s).")

    async def _keep(self, name: str, keeper: Keeper) -> None:
        self._keepers[name] = keeper
        await keeper.start()

    def _write(self) -> None:
        with contextlib.suppress(OSError):  # a full disk must not end what still runs
            self.description().write(self.home)


def _running(keeper: Keeper) -> Running:
    return Running(
        state=keeper.state,
        pid=keeper.pid,
        since_ms=keeper.since_ms,
        restarts=keeper.restarts,
        last_end=keeper.last_end,
        log=str(keeper.program.log),
    )


async def _together(*steps: Coroutine[None, None, object]) -> None:
    """Run the steps at once; the first that fails ends the others, and its error is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            for step in steps:
                group.create_task(step)
    except* Exception as errors:  # noqa: BLE001  (one of them is raised again)
        raise _first(errors) from None


def _first(error: BaseException) -> BaseException:
    return _first(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error
