"""Kafka as compose sets it up: certificates by the job, principals by the job, and a stock client that is refused."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    KafkaError,
    TopicAuthorizationFailedError,
)

from deploy.errors import StackError
from deploy.local.ports import free_port
from deploy.setup.district import let_services_in
from deploy.setup.folder import Folder
from deploy.setup.rights import PUBLIC, SERVICES
from deploy.setup.secrets import make_secrets
from deploy.setup.subscribing import subscriber
from deploy.setup.topics import make_topics
from shared.runtime.kafka_access import KafkaAccess, KafkaSettings
from tests.support.composed_kafka import COMPOSE, ComposedKafka, resolved
from tests.support.servers import reachable_folder

OTHER = "another.topic"


@pytest.fixture(scope="module")
async def broker() -> AsyncIterator[ComposedKafka]:
    """Set up as the jobs do, with a record on each topic."""
    with reachable_folder("composed") as place:
        folder = Folder(place / "run")
        make_secrets(folder, None)
        server = ComposedKafka(place / "kafka", folder)
        try:
            await server.start()
            await let_services_in(folder, server.access, "")
            await make_topics(server.access, "", dict.fromkeys((*PUBLIC, OTHER), 1))
            for topic in (*PUBLIC, OTHER):
                await write(server.access, topic)
            yield server
        finally:
            await server.stop()


async def write(access: KafkaAccess, topic: str) -> None:
    producer = AIOKafkaProducer(**access.options())
    try:
        await producer.start()
        await producer.send_and_wait(topic, b"{}")
    finally:
        await producer.stop()


async def read(access: KafkaAccess, topic: str, group: str) -> bytes:
    """The first record of a topic, read and committed in a group."""
    consumer = AIOKafkaConsumer(topic, **access.options(), group_id=group, auto_offset_reset="earliest")
    try:
        await consumer.start()
        record = await consumer.getone()
        await consumer.commit()
    finally:
        await consumer.stop()
    return bytes(record.value or b"")


def as_told(text: str, broker: ComposedKafka) -> KafkaAccess:
    """What a subscriber connects with who does as they are told."""
    told = dict(line.removeprefix("export ").split("=", 1) for line in text.splitlines() if line.startswith("export "))
    assert told.pop("ASCERTAIN_KAFKA_CA_FILE") == "kafka-ca.pem"
    settings = {name.removeprefix("ASCERTAIN_").lower(): value for name, value in told.items()}
    return replace(KafkaSettings.model_validate(settings | {"kafka_ca_file": broker.ca}).kafka_access())


async def test_a_subscriber_reads_what_is_public_in_groups_of_its_name_and_nothing_else(broker: ComposedKafka) -> None:
    added = await job(broker, "add", "analytics")
    access = as_told(added, broker)
    assert (access.bootstrap, access.protocol) == (broker.at("SUBSCRIBERS"), "SASL_SSL")
    assert [await read(access, topic, "analytics.first") for topic in PUBLIC] == [b"{}"] * 3
    with pytest.raises(TopicAuthorizationFailedError):
        await read(access, OTHER, "analytics")
    with pytest.raises(GroupAuthorizationFailedError):
        await read(access, PUBLIC[0], "mastery")
    for topic in (*PUBLIC, OTHER):
        with pytest.raises(TopicAuthorizationFailedError):
            await write(access, topic)
    assert await job(broker, "list") == "analytics"


async def job(broker: ComposedKafka, *words: str) -> str:
    """What the job `subscriber` prints; it has an event loop of its own."""
    return await asyncio.to_thread(subscriber, list(words), broker.secrets, broker.access, "", broker.at("SUBSCRIBERS"))


async def test_the_job_hands_out_the_authority_and_says_how_it_is_used(broker: ComposedKafka) -> None:
    assert (await job(broker, "ca")).strip() == broker.ca.read_text().strip()
    with pytest.raises(StackError, match=r"usage: subscriber add NAME"):
        await job(broker, "add")


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_signs_in_at_the_listener_of_clients(broker: ComposedKafka, service: str) -> None:
    folder = broker.secrets.of(service)
    access = KafkaSettings(_secrets_dir=folder, kafka=broker.at("CLIENTS")).kafka_access()
    assert (access.protocol, access.user, access.ca_file) == ("SASL_SSL", service, broker.ca)
    if service == "evidence":
        await write(access, PUBLIC[0])
    else:
        assert await read(access, PUBLIC[0], service) == b"{}"


@pytest.mark.parametrize("listener", ["CLIENTS", "SUBSCRIBERS"])
async def test_the_deployment_itself_signs_in_where_the_brokers_do_alone(broker: ComposedKafka, listener: str) -> None:
    for mechanism in ("PLAIN", "SCRAM-SHA-512"):
        with pytest.raises(KafkaError):
            await write(replace(broker.access, bootstrap=broker.at(listener), mechanism=mechanism), OTHER)


@pytest.mark.parametrize("listener", ["CLIENTS", "SUBSCRIBERS", "BROKERS", "CONTROLLER"])
async def test_nobody_speaks_in_the_clear(broker: ComposedKafka, listener: str) -> None:
    with pytest.raises(KafkaConnectionError):
        await write(KafkaAccess(broker.at(listener)), OTHER)


async def test_the_listener_of_the_health_check_lets_nobody_do_anything(broker: ComposedKafka) -> None:
    access = KafkaAccess(f"127.0.0.1:{broker.ports['HERE']}")
    with pytest.raises(TopicAuthorizationFailedError):
        await write(access, PUBLIC[0])
    with pytest.raises(KafkaError):
        await read(access, PUBLIC[0], "anyone")


async def test_who_trusts_another_authority_does_not_connect(broker: ComposedKafka) -> None:
    with reachable_folder("stranger") as place:
        make_secrets(Folder(place), None)
        stranger = replace(broker.access, ca_file=place / "trusted" / "kafka-ca.pem")
        with pytest.raises(KafkaConnectionError):
            await write(stranger, OTHER)


async def test_the_health_check_tells_a_broker_that_answers_from_one_that_does_not(broker: ComposedKafka) -> None:
    [*_, check] = COMPOSE["services"]["kafka"]["healthcheck"]["test"]
    script = resolved(check).replace("/19092", f"/{broker.ports['HERE']}")
    assert await ended(script) == 0
    assert await ended(script.replace(str(broker.ports["HERE"]), str(free_port()))) != 0
    with socket.create_server(("127.0.0.1", 0)) as silent:  # accepts, and never answers
        mute = script.replace(str(broker.ports["HERE"]), str(silent.getsockname()[1])).replace(
            "timeout 15", "timeout 1"
        )
        assert await ended(mute) != 0


async def ended(script: str) -> int:
    process = await asyncio.create_subprocess_exec("bash", "-c", script, stderr=asyncio.subprocess.DEVNULL)
    return await process.wait()
