"""The topics: made with the settings that keep what they must, the ledgers' for ever, and checked at every start."""

import asyncio
import time
from collections.abc import Mapping
from types import MappingProxyType

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from deploy.errors import PartitionCountError, StackError
from shared.runtime.kafka_access import KafkaAccess

RECORD_BYTES_MAX = 4 * 1024 * 1024
"""What a broker and its topics must take as one record: a body has at most 256 KiB, its batch more."""

LEDGER_PARTITIONS: Mapping[str, int] = MappingProxyType({"evidence.ledger": 64, "definitions.ledger": 1})

LONGEST = str(2**63 - 1)


def _milliseconds(*, days: int) -> str:
    return str(days * 24 * 60 * 60 * 1000)


LEDGER_SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "cleanup.policy": "delete",
        # nothing is ever deleted: neither by age (the records bear old times) nor by size
        "retention.ms": "-1",
        "retention.bytes": "-1",
        # one broker, so an acknowledged record is on its disk
        "flush.messages": "1",
        "min.insync.replicas": "1",
        # the time in a record is the ledger's, however old, and is kept
        "message.timestamp.type": "CreateTime",
        "message.timestamp.before.max.ms": LONGEST,
        "message.timestamp.after.max.ms": LONGEST,
        "max.message.bytes": str(RECORD_BYTES_MAX),
        "unclean.leader.election.enable": "false",
    }
)


STATES = "mastery.state"
STATE_SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        **{name: value for name, value in LEDGER_SETTINGS.items() if name != "flush.messages"},  # can be told again
        # of each state the newest record is kept, for ever: neither age nor size removes it
        "cleanup.policy": "compact",
        # what was forgotten, and every level of before, is gone from the disk within about a day
        "max.compaction.lag.ms": _milliseconds(days=1),
        # a reader who comes once a week sees every tombstone; who comes later begins again with GET /v1/states
        "delete.retention.ms": _milliseconds(days=8),
        # what waits for compaction is at most about as much as what stays
        "min.cleanable.dirty.ratio": "0.5",
        # the platform's own clock is in these records, so one that is far ahead is a fault
        "message.timestamp.after.max.ms": _milliseconds(days=1),
    }
)
"""Those of the topic of states."""


async def make_state_topic(  # noqa: PLR0913 - what a topic is, each by its name
    access: KafkaAccess,
    prefix: str = "",
    *,
    partitions: int = LEDGER_PARTITIONS["evidence.ledger"],
    settings: Mapping[str, str] = STATE_SETTINGS,
    replicas: int = 1,
    in_sync: int = 1,
) -> str:
    """The topic of states, as `make_topics` makes the ledgers'; its partitions are the shards of evidence."""
    [name] = await make_topics(access, prefix, {STATES: partitions}, settings, replicas=replicas, in_sync=in_sync)
    return name


async def make_topics(  # noqa: PLR0913 - what they are made with
    access: KafkaAccess,
    prefix: str = "",
    partitions: Mapping[str, int] = LEDGER_PARTITIONS,
    settings: Mapping[str, str] = LEDGER_SETTINGS,
    *,
    replicas: int = 1,
    in_sync: int = 1,
) -> tuple[str, ...]:
    """Make the missing topics `{prefix}{name}` and check the others. Returns their full names.

    Each record lies on `replicas` brokers, and counts as written once `in_sync` of them have it. Topics that are there
    keep their number of replicas.

    Raises PartitionCountError where one has another number of partitions: a shard is one partition for life, so neither
    adding partitions nor going on would be right.
    """
    wanted = {prefix + name: count for name, count in partitions.items()}
    admin = AIOKafkaAdminClient(**access.options())
    await admin.start()
    try:
        found = await _partition_counts(admin, wanted)
        missing = {name: count for name, count in wanted.items() if name not in found}
        if missing:
            await _create(admin, missing, {**settings, **_kept_by(replicas, in_sync)}, replicas)
            found = await _until_known(admin, wanted)
    finally:
        await admin.close()
    for name, count in wanted.items():
        _check(name, count, found.get(name))
    return tuple(wanted)


async def _partition_counts(admin: AIOKafkaAdminClient, names: Mapping[str, int]) -> dict[str, int]:
    described = await admin.describe_topics(list(names))
    return {topic["topic"]: len(topic["partitions"]) for topic in described if topic["error_code"] == 0}


async def _until_known(admin: AIOKafkaAdminClient, names: Mapping[str, int]) -> dict[str, int]:
    """The counts once the broker knows all of them: what its controller has made, it learns of a little later."""
    end = time.monotonic() + 30
    found = await _partition_counts(admin, names)
    while not names.keys() <= found.keys() and time.monotonic() < end:
        await asyncio.sleep(0.05)
        found = await _partition_counts(admin, names)
    return found


def _kept_by(replicas: int, in_sync: int) -> dict[str, str]:
    """What makes an acknowledged record outlive a broker: other brokers have it, or else it is on this one's disk."""
    if replicas == 1:
        return {}
    return {"min.insync.replicas": str(in_sync), "flush.messages": LONGEST}


async def _create(
    admin: AIOKafkaAdminClient, topics: Mapping[str, int], settings: Mapping[str, str], replicas: int
) -> None:
    answer = await admin.create_topics(
        [NewTopic(name, count, replicas, topic_configs=dict(settings)) for name, count in topics.items()],
        timeout_ms=30_000,
    )
    for name, code, *reason in answer.topic_errors:
        error = for_code(code)
        if code and error is not TopicAlreadyExistsError:  # another may make them at the same time
            raise StackError(f"Kafka did not make the topic {name}: {(reason or [None])[0] or error.description}")


def _check(name: str, wanted: int, found: int | None) -> None:
    if found is None:
        raise StackError(f"Kafka made the topic {name} but does not know it.")
    if found != wanted:
        raise PartitionCountError(
            f"The topic {name} has {found} partitions where its ledger has {wanted} shards, and a shard is one "
            f"partition for life: nothing was started. Restore the topic, or begin with another topic prefix."
        )
