"""Reproduces every state on `mastery.state` from the ledgers' topics, the documents and `shared/rulebook` alone.

    PYTHONPATH=. python examples/refold.py

Reads as the subscriber whose ASCERTAIN_KAFKA settings are in the environment; documents come from ASCERTAIN_API, by a
personal token in ASCERTAIN_TOKEN. Says which digests differ, and ends with 1 if any does.
"""

import os
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import orjson
from confluent_kafka import Consumer, Message, TopicPartition

from shared.ledger.entry import Entry
from shared.ledger.records import entry_from_record
from shared.rulebook.contributing import gather
from shared.rulebook.defining import FRAMEWORK, adoption_of, placements_of
from shared.rulebook.definitions import Adoption, Definitions, Learner, Placement
from shared.rulebook.fold import fold
from shared.rulebook.known import Known, Pin
from shared.rulebook.policy import read_policy

Record = Mapping[str, Any]
SETTINGS = {"PROTOCOL": "security.protocol", "MECHANISM": "sasl.mechanism", "CA_FILE": "ssl.ca.location"}
SETTINGS |= {"USER": "sasl.username", "PASSWORD": "sasl.password"}


def records(kafka: Any, topic: str) -> Iterator[Message]:
    """Every record that the topic has by now, each partition in order."""
    shards = list(kafka.list_topics(topic, 30).topics[topic].partitions)
    ends = {shard: kafka.get_watermark_offsets(TopicPartition(topic, shard), 30)[1] for shard in shards}
    kafka.assign([TopicPartition(topic, shard, 0) for shard in shards])
    while any(
        place.offset < ends[place.partition] for place in kafka.position(kafka.assignment()) if ends[place.partition]
    ):
        for record in kafka.consume(5_000, timeout=0.5):
            if record.error():
                sys.exit(f"Kafka: {record.error()}")
            yield record
    kafka.unassign()


def entries(kafka: Any, topic: str) -> Iterator[Entry]:
    """The ledger's entries, each once, in the order of its shard. Ends the program where one is missing."""
    last: dict[int, int] = defaultdict(int)
    for record in records(kafka, topic):
        entry = entry_from_record(record.headers() or (), record.value() or b"")
        if entry.position > last[entry.shard] + 1:
            sys.exit(f"{topic} {entry.shard} lacks what follows position {last[entry.shard]}.")
        if entry.position > last[entry.shard]:
            last[entry.shard] = entry.position
            yield entry


def newest(kafka: Any, topic: str) -> Iterator[Record]:
    """Of every key what the record with the greatest `ce_seq` says, wherever it stands; nothing where that is none."""
    known: dict[bytes, tuple[int, bytes | None]] = {}
    for record in records(kafka, topic):
        seq, key = int(dict(record.headers() or ())["ce_seq"]), record.key() or b""
        if seq > known.get(key, (0, None))[0]:
            known[key] = seq, record.value()
    yield from (orjson.loads(value) for _, value in known.values() if value is not None)


def definitions_of(said: list[Entry], api: httpx.Client) -> Definitions:
    """What the definitions ledger says, with the documents that it names by their digests."""
    adoptions: list[Adoption] = []
    placements: list[Placement] = []
    for entry in said:
        body = orjson.loads(entry.body)
        if entry.event == "PolicyAdopted":
            adoptions.append(adoption_of(entry, body, read_policy(_document(api, body["policy"]))))
        elif entry.event == "DocumentPublished" and body["format"] == FRAMEWORK:
            placements += placements_of(_document(api, body["digest"]), entry.position, entry.recorded_at)
    return Definitions.of(adoptions, placements)


def _document(api: httpx.Client, digest: str) -> dict[str, Any]:
    return dict(api.get(f"/v1/documents/{digest}").raise_for_status().json())


def not_reproduced(shown: list[Record], own: list[Entry], definitions: Definitions) -> Iterator[Record]:
    """The states of one learner whose digest is not what her entries come to, folded at the state's own pins."""
    record = gather([(entry, orjson.loads(entry.body)) for entry in own])
    for state in shown:
        learner, competency = Learner(state["learner"], state["shard"], record.schools), state["competency"]
        at = Known.at_pins((Pin(**pin) for pin in state["pins"]), state["shard"])
        pieces, overrides = record.contributions.get(competency, ()), record.overrides.get(competency, ())
        if fold(learner, competency, pieces, definitions, at, overrides).digest != state["digest"]:
            yield state


def main() -> None:
    access = {setting: os.environ.get(f"ASCERTAIN_KAFKA_{name}") for name, setting in SETTINGS.items()}
    prefix, user = os.environ.get("ASCERTAIN_TOPIC_PREFIX", ""), os.environ.get("ASCERTAIN_KAFKA_USER", "refold")
    access |= {"bootstrap.servers": os.environ["ASCERTAIN_KAFKA"], "group.id": user, "enable.auto.commit": "false"}
    kafka = Consumer({setting: value for setting, value in access.items() if value is not None})
    states: dict[str, list[Record]] = defaultdict(list)
    for state in newest(kafka, f"{prefix}mastery.state"):  # first: what they rest on is in the ledgers by then
        states[state["learner"]].append(state)
    of_learner: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries(kafka, f"{prefix}evidence.ledger"):
        of_learner[entry.owner].append(entry)
    said = list(entries(kafka, f"{prefix}definitions.ledger"))
    with httpx.Client(base_url=os.environ["ASCERTAIN_API"], trust_env=False) as api:
        token = api.post("/v1/tokens", headers={"Authorization": f"Bearer {os.environ['ASCERTAIN_TOKEN']}"}).json()
        api.headers["Authorization"] = f"Bearer {token['access_token']}"
        definitions = definitions_of(said, api)
    wrong = [bad for who, shown in states.items() for bad in not_reproduced(shown, of_learner[who], definitions)]
    for state in wrong:
        print(f"{state['learner']} {state['competency']}: {state['digest']} is not reproduced.")
    count = sum(map(len, states.values()))
    print(f"{count - len(wrong):,} of {count:,} states are reproduced, digest by digest.")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
