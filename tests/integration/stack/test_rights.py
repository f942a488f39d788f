"""Who may do what on a closed Kafka, tried with a stock client: confluent-kafka, which is none of ours."""

import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from deploy.errors import StackError
from deploy.local.kafka import KafkaServer
from deploy.local.ports import LOOPBACK, free_port
from deploy.setup.district import let_services_in
from deploy.setup.folder import Folder
from deploy.setup.principals import Principals
from deploy.setup.rights import OWN, PUBLIC, SERVICES, Right, rights_of_service
from deploy.setup.subscribers import Subscribers
from deploy.setup.topics import make_topics
from shared.runtime.kafka_access import KafkaAccess, KafkaSettings
from tests.support.servers import reachable_folder
from tests.support.waiting import until

PASSWORD = "of-the-stack-itself"
SECONDS = 10.0
OTHER = "another.topic"
DENIED = {
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.GROUP_AUTHORIZATION_FAILED,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
}


@pytest.fixture(scope="module")
async def closed() -> AsyncIterator[KafkaServer]:
    """A closed Kafka with a record on each public topic and on another one, and every service's principal."""
    with reachable_folder("closed") as folder:
        port = free_port()
        other = free_port(frozenset({port}))
        server = KafkaServer(folder, port=port, controller_port=other, log=folder / "log", password=PASSWORD)
        try:
            await server.start()
            principals = Principals(server.first_access)
            await principals.put_passwords({OWN: PASSWORD, **{name: f"{PASSWORD}-{name}" for name in SERVICES}})
            await principals.put_rights({name: rights_of_service(name) for name in SERVICES})
            await make_topics(server.access, "", dict.fromkeys((*PUBLIC, OTHER), 1))
            for topic in (*PUBLIC, OTHER):
                assert written(server.access, topic) is None
            yield server
        finally:
            await server.stop()


@pytest.fixture(scope="module")
async def subscribers(closed: KafkaServer) -> Subscribers:
    return Subscribers(closed.access)


@pytest.fixture(scope="module")
async def analytics(subscribers: Subscribers) -> KafkaAccess:
    return await subscribers.add("analytics")


def code_of(error: KafkaException) -> int:
    told: Any = error.args[0]
    return int(told.code())


def written(access: KafkaAccess, topic: str) -> int | None:
    """Write a record; the code of the error, if there was one."""
    told: list[int | None] = []
    producer = Producer({**access.librdkafka(), "enable.idempotence": True, "log_level": 0})
    producer.produce(topic, b"{}", on_delivery=lambda error, _: told.append(None if error is None else error.code()))
    try:
        producer.flush(SECONDS)
    except KafkaException as error:  # refused before there was a record to send
        return code_of(error)
    return told[0] if told else KafkaError._TIMED_OUT


def read(access: KafkaAccess, group: str, topic: str) -> int | None:
    """Read a topic's first record as a member of a group, and commit; the code of the error, if there was one."""
    consumer = Consumer(
        {**access.librdkafka(), "group.id": group, "auto.offset.reset": "earliest", "log_level": 0},
    )
    try:
        consumer.subscribe([topic])
        told = told_by(consumer)
        if told is None:
            consumer.commit(asynchronous=False)
    except KafkaException as error:
        return code_of(error)
    else:
        return told
    finally:
        consumer.close()


def told_by(consumer: Consumer, seconds: float = SECONDS) -> int | None:
    """The code of the error that came next; None where it was a record."""
    record = consumer.poll(seconds)
    error = None if record is None else record.error()
    return int(KafkaError._TIMED_OUT) if record is None else None if error is None else int(error.code())


def signed_in(access: KafkaAccess, seconds: float = SECONDS) -> bool:
    """Whether the broker answers who signs in so, rather than refuse them or hang up, or be silent for so long."""
    refused: list[Any] = []
    client = Producer({**access.librdkafka(), "error_cb": refused.append, "log_level": 0})
    end = time.monotonic() + seconds
    while not refused and time.monotonic() < end:
        try:
            client.list_topics(timeout=0.5)
        except KafkaException:
            client.poll(0.1)
        else:
            return True
    return False


async def test_a_subscriber_reads_the_public_topics_in_groups_of_its_name(analytics: KafkaAccess) -> None:
    for topic, group in zip(PUBLIC, ("analytics", "analytics.", "analytics.nightly"), strict=True):
        assert read(analytics, group, topic) is None
    known = AdminClient({**analytics.librdkafka(), "log_level": 0}).list_topics(timeout=SECONDS)
    assert set(known.topics) == set(PUBLIC)


async def test_it_reads_no_other_topic_and_in_no_other_group(analytics: KafkaAccess) -> None:
    assert read(analytics, "analytics", OTHER) == KafkaError.TOPIC_AUTHORIZATION_FAILED
    for group in ("mastery", "analytics2", "analytics-2", "Analytics"):
        assert read(analytics, group, PUBLIC[0]) == KafkaError.GROUP_AUTHORIZATION_FAILED


async def test_it_writes_to_no_topic(analytics: KafkaAccess) -> None:
    assert {written(analytics, topic) for topic in (*PUBLIC, OTHER)} <= DENIED


TOPIC = ConfigResource(ConfigResource.Type.TOPIC, PUBLIC[0])
SHORTER = ConfigEntry("retention.ms", "1", incremental_operation=AlterConfigOpType.SET)
FOR_ALL = AclBinding(
    ResourceType.TOPIC,
    OTHER,
    ResourcePatternType.LITERAL,
    "User:analytics",
    "*",
    AclOperation.READ,
    AclPermissionType.ALLOW,
)
OWNS = UserScramCredentialUpsertion(OWN, ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096), b"taken-over")


@pytest.mark.parametrize(
    "asks",
    [
        pytest.param(lambda admin: admin.create_topics([NewTopic("its-own", 1, 1)]), id="make a topic"),
        pytest.param(lambda admin: admin.delete_topics([PUBLIC[0]]), id="delete a topic"),
        pytest.param(lambda admin: admin.describe_configs([TOPIC]), id="see a topic's settings"),
        pytest.param(
            lambda admin: admin.incremental_alter_configs(
                [ConfigResource(ConfigResource.Type.TOPIC, PUBLIC[0], incremental_configs=[SHORTER])]
            ),
            id="change a topic's settings",
        ),
        pytest.param(lambda admin: admin.delete_records([TopicPartition(PUBLIC[0], 0, 1)]), id="delete records"),
        pytest.param(lambda admin: admin.create_acls([FOR_ALL]), id="give itself rights"),
        pytest.param(lambda admin: admin.alter_user_scram_credentials([OWNS]), id="set another's password"),
        pytest.param(lambda admin: admin.delete_consumer_groups(["mastery"]), id="delete another's group"),
    ],
)
async def test_it_may_do_nothing_else(analytics: KafkaAccess, asks: Callable[[Any], dict[Any, Any]]) -> None:
    admin = AdminClient({**analytics.librdkafka(), "log_level": 0})  # its answers end with it
    for future in asks(admin).values():
        with pytest.raises(KafkaException) as refused:
            future.result(SECONDS)
        assert code_of(refused.value) in DENIED


async def test_a_new_password_ends_the_old_one(subscribers: Subscribers) -> None:
    old = await subscribers.add("rotating")
    new = await subscribers.rotate("rotating")
    assert (signed_in(old), signed_in(new)) == (False, True)


async def test_who_was_removed_reads_nothing_also_where_it_is_connected(subscribers: Subscribers) -> None:
    access = await subscribers.add("leaving")
    assert "leaving" in await subscribers.names()
    keeps_no_place = {"enable.auto.commit": False}  # else it waits at its end for 45 s to commit what it may not
    connected = Consumer({**access.librdkafka(), "group.id": "leaving", "log_level": 0, **keeps_no_place})
    try:
        connected.assign([TopicPartition(PUBLIC[0], 0, 0)])
        assert told_by(connected) is None
        await subscribers.remove("leaving")

        async def refused() -> bool:
            return told_by(connected, seconds=0.2) == KafkaError.TOPIC_AUTHORIZATION_FAILED

        await until(refused, "its open connection is refused")
    finally:
        connected.close()
    assert not signed_in(access)
    assert "leaving" not in await subscribers.names()
    with pytest.raises(StackError, match="There is no subscriber leaving"):
        await subscribers.remove("leaving")


@pytest.mark.parametrize("name", ["mastery", "stack", "A", "two.parts", "x", "-dash", "*", "a" * 41, "é-cole", ""])
async def test_a_name_that_is_not_fit_is_refused_in_a_sentence(subscribers: Subscribers, name: str) -> None:
    with pytest.raises(StackError, match=r"\.$"):
        await subscribers.add(name)
    assert await subscribers.names() == [it for it in await subscribers.names() if it != name]


async def test_nobody_comes_in_without_a_password_not_even_to_the_controller(closed: KafkaServer) -> None:
    assert not signed_in(KafkaAccess(closed.bootstrap))
    assert not signed_in(replace(closed.access, password="guessed"))
    assert not signed_in(KafkaAccess(f"{LOOPBACK}:{closed.controller_port}"), seconds=3)  # it only hangs up


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_writes_what_is_its_own_alone(closed: KafkaServer, service: str) -> None:
    own = {"evidence": {"evidence.ledger", "definitions.ledger"}, "mastery": {"mastery.state"}}.get(service, set())
    access = replace(closed.access, user=service, password=f"{PASSWORD}-{service}")
    assert {topic for topic in (*PUBLIC, OTHER) if written(access, topic) is None} == own


async def test_a_service_reads_the_ledgers_in_its_own_group(closed: KafkaServer) -> None:
    access = replace(closed.access, user="audit", password=f"{PASSWORD}-audit")
    assert read(access, "audit", "evidence.ledger") is None
    assert read(access, "mastery", "evidence.ledger") == KafkaError.GROUP_AUTHORIZATION_FAILED


async def test_a_district_in_containers_signs_in_with_settings_of_its_own(closed: KafkaServer, tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    for _ in range(2):  # the job is run again with every upgrade
        await let_services_in(folder, closed.access, "north.")
    told = KafkaSettings(_secrets_dir=tmp_path / "mastery", kafka=closed.bootstrap, kafka_protocol="SASL_PLAINTEXT")
    access = told.kafka_access()
    assert (access.user, signed_in(access)) == ("north.mastery", True)
    assert read(access, "north.mastery", PUBLIC[0]) == KafkaError.TOPIC_AUTHORIZATION_FAILED


async def test_a_right_that_is_no_longer_meant_is_taken_away(closed: KafkaServer) -> None:
    principals = Principals(closed.access)
    once = await Subscribers(closed.access).add("once")
    assert read(once, "once", PUBLIC[0]) is None
    await principals.put_rights({"once": [Right("topic", PUBLIC[1], "read"), Right("group", "once", "read")]})

    async def narrower() -> bool:
        return set(AdminClient({**once.librdkafka(), "log_level": 0}).list_topics(timeout=3).topics) == {PUBLIC[1]}

    await until(narrower, "it sees what it still may")
    assert read(once, "once", PUBLIC[0]) == KafkaError.TOPIC_AUTHORIZATION_FAILED
