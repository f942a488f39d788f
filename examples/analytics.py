"""Which competencies were relearned to mastery this term, by school? Both ledgers from event 1, as Parquet, in DuckDB.

`python examples/analytics.py FOLDER 2026-08-01`, with the ASCERTAIN_KAFKA… that `./ascertain subscriber add` prints,
the API's address in ASCERTAIN_API and a personal token in ASCERTAIN_TOKEN. Stopped, it goes on where it was.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import duckdb
import httpx
import polars as pl
from confluent_kafka import Consumer, TopicPartition

KEPT = {"AttemptRecorded", "RubricScored", "ObservationRecorded", "EvidenceVoided", "EvidenceSuperseded"}
KEPT |= {"LearnerEnrolled", "LearnerForgotten", "DocumentPublished", "PolicyAdopted"}
COLUMNS = {"position": pl.Int64()} | dict.fromkeys(("event", "id", "owner", "time", "body"), pl.String())
SETTINGS = {"PROTOCOL": "security.protocol", "MECHANISM": "sasl.mechanism", "CA_FILE": "ssl.ca.location"}
SETTINGS |= {"USER": "sasl.username", "PASSWORD": "sasl.password"}  # librdkafka's names
QUESTION = """
    WITH said AS (FROM read_parquet($files)),
    results AS (
        SELECT owner, id, position, time, unnest(from_json(body->'results', '["json"]')) AS result FROM said
        WHERE id NOT IN (SELECT body->>'evidence' FROM said WHERE event LIKE 'Evidence%')),  -- voided, superseded
    pieces AS (
        SELECT owner, result->>'competency' AS competency, (time, position) AS moment, time >= $since AS now,
            avg((result->>'earned')::DOUBLE / (result->>'possible')::DOUBLE) * $top >= $cut AS good
        FROM results GROUP BY owner, id, position, time, competency),
    relearned AS (  -- a piece that does not reach the cut, and after it, this term, one that does
        SELECT DISTINCT owner, competency FROM pieces AS later JOIN pieces AS before USING (owner, competency)
        WHERE later.good AND later.now AND NOT before.good AND before.moment < later.moment),
    schools AS (
        SELECT owner, arg_max(body->>'school', position) AS school FROM said WHERE event = 'LearnerEnrolled' GROUP BY 1)
    SELECT coalesce(school, 'no school'), competency, count(*)
    FROM relearned LEFT JOIN schools USING (owner) GROUP BY ALL ORDER BY ALL"""


def follow(kafka: Any, topic: str, folder: Path) -> int:
    """Read on to the topic's end, into one file a partition. Stops where a position is missing; how many there are."""
    shards = kafka.list_topics(topic, 30).topics[topic].partitions
    files = {shard: folder / f"{topic}-{shard}.parquet" for shard in shards}
    marks = {shard: pl.read_parquet_metadata(file) for shard, file in files.items() if file.exists()}
    position, offset = ({s: int(marks.get(s, {}).get(name, 0)) for s in files} for name in ("position", "offset"))
    ends = {shard: kafka.get_watermark_offsets(TopicPartition(topic, shard), 30)[1] for shard in files}
    rows: dict[int, list[Any]] = {shard: [] for shard in files if offset[shard] < ends[shard]}
    kafka.assign([TopicPartition(topic, shard, offset[shard]) for shard in rows])
    while any(offset[shard] < ends[shard] for shard in rows):
        for record in kafka.consume(5_000, timeout=0.5):
            shard, said = record.partition(), {name: value.decode() for name, value in record.headers() or ()}
            number, event = int(said["ce_position"]), said["ce_type"].removeprefix("ascertain.")
            if number > position[shard] + 1:  # positions count from 1 without gaps: whatever is missing shows
                sys.exit(f"{topic} {shard} lacks what follows position {position[shard]}.")
            if number > position[shard] and event in KEPT:  # what comes again is passed over
                row = [said[name] for name in ("ce_id", "ce_partitionkey", "ce_time")]
                rows[shard].append([number, event, *row, record.value().decode()])
            position[shard], offset[shard] = max(number, position[shard]), record.offset() + 1
    kafka.unassign()  # or each question about the next topic waits half a second behind a fetch of this one
    for shard, new in rows.items():  # the rows and the place up to which they are whole go to disk in one step
        table = pl.DataFrame(new, schema=COLUMNS, orient="row")
        table = pl.concat([pl.read_parquet(files[shard]), table]) if shard in marks else table
        gone = table.filter(event="LearnerForgotten")["owner"].to_list()  # nothing stays of her but that she is
        table = table.filter(~pl.col("owner").is_in(gone) | (pl.col("event") == "LearnerForgotten"))
        mark = {"position": str(position[shard]), "offset": str(offset[shard])}
        table.write_parquet(part := files[shard].with_suffix(".new"), metadata=mark)
        part.replace(files[shard])
    return sum(position.values())


def definitions(file: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """The scale of the district's policy, and the codes of competencies: documents, by the digests that events name."""
    bodies = [json.loads(body) for body in pl.read_parquet(file)["body"]]  # in order
    [*_, policy] = [body["policy"] for body in bodies if "policy" in body]  # the one adopted last
    with httpx.Client(base_url=os.environ["ASCERTAIN_API"], trust_env=False) as api:
        token = api.post("/v1/tokens", headers={"Authorization": f"Bearer {os.environ['ASCERTAIN_TOKEN']}"}).json()
        api.headers["Authorization"] = f"Bearer {token['access_token']}"
        wanted = [body["digest"] for body in bodies if body.get("format") == "ascertain.framework@1"]
        *frameworks, rules = [api.get(f"/v1/documents/{each}").raise_for_status().json() for each in (*wanted, policy)]
    return rules["scale"], {one["id"]: one["code"] for each in frameworks for one in each["competencies"]}


def main(folder: Path, since: str) -> None:
    prefix, user = os.environ.get("ASCERTAIN_TOPIC_PREFIX", ""), os.environ.get("ASCERTAIN_KAFKA_USER", "analytics")
    access = {setting: os.environ.get(f"ASCERTAIN_KAFKA_{name}") for name, setting in SETTINGS.items()}
    access |= {"bootstrap.servers": os.environ["ASCERTAIN_KAFKA"], "group.id": user, "enable.auto.commit": "false"}
    kafka = Consumer({setting: value for setting, value in access.items() if value is not None})
    counts = [follow(kafka, f"{prefix}{ledger}.ledger", folder) for ledger in ("definitions", "evidence")]
    print(f"Nothing is missing of {sum(counts):,} events. Relearned to mastery since {since}, by school:")
    scale, codes = definitions(folder / f"{prefix}definitions.ledger-0.parquet")
    top, cut = float(scale["top"]), float(scale["cut"])
    given = {"files": str(folder / f"{prefix}evidence.ledger-*.parquet"), "since": since, "top": top, "cut": cut}
    for school, competency, learners in duckdb.execute(QUESTION, given).fetchall():
        told = learners if learners >= 10 else "under ten"  # fewer could tell of one
        print(f"  {school}  {codes.get(competency, competency)}  {told}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
