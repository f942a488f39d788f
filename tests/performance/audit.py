"""How many grades a second are audited, beside folding the same in memory; and how long a very long record takes.

python -m tests.performance.audit

An audit of all grades reads each learner's entries from the copy and from the ledger's door, compares them leaf by
leaf, and folds every level again at its pins in a process of its own.
"""

import random
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import uvloop

from deploy.setup.databases import drop_databases, make_databases
from services.audit.domain.defining import definitions_of
from shared.ledger.canonical import canonical
from shared.ledger.entry import Entry, entry_from_envelope
from shared.rulebook.contributing import gather
from shared.rulebook.definitions import Definitions, Learner
from shared.rulebook.fold import fold
from shared.rulebook.known import Known, Pin
from tests.performance import Figure
from tests.support.audited import ADMINISTRATOR, SERVICES, AuditedDistrict, audited_district
from tests.support.graded import release, release_all
from tests.support.ledger_writer import LedgerWriter, framework_document, named, policy_document, result
from tests.support.servers import PASSWORD, District, running_kafka, running_postgres, unique_prefix
from tests.support.standing import migrated
from tests.support.waiting import until

LEARNERS, COMPETENCIES, PIECES, PERIODS = 200, 6, 8, 3
LONG = 20_000
OTHERS = 2_000_000
TOGETHER = 500
POLL = 0.2
"""Seconds between two questions how it stands, as the command asks: answering takes the same process's time."""


async def figures() -> list[Figure]:
    """Audits of a whole district, and of one grade of one competency with 20,000 pieces, on servers of their own."""
    async with running_postgres() as postgres, running_kafka() as kafka:
        prefix = unique_prefix()
        district = District(prefix, await make_databases(postgres, prefix, PASSWORD, SERVICES))
        await migrated(district)
        with tempfile.TemporaryDirectory() as folder:
            where = (postgres, kafka.bootstrap, district, f"{prefix}.", Path(folder))
            async with audited_district(*where) as audited:
                found = [await _of_all(audited), *await _of_one(audited)]
        await drop_databases(postgres, prefix, SERVICES)
    return found


async def _of_all(audited: AuditedDistrict) -> Figure:
    writer, chance = audited.writer, random.Random(7)
    competencies = [named(f"competency {number}") for number in range(COMPETENCIES)]
    policy = policy_document("ascertain.decaying_average@1", weight="0.65")
    writer.publish(policy)
    writer.publish(framework_document(named("framework"), competencies))
    writer.adopt("district", policy)
    for _ in range(PIECES):
        for number in range(LEARNERS):
            for competency in competencies:
                writer.attempt(named(f"learner {number}"), result(competency, str(chance.randrange(5))))
    grades = release_all(writer, [named(f"period {number}") for number in range(PERIODS)])
    await _appended(audited)
    audit, seconds = await _timed(audited, {"scope": "district"})
    assert audit["phases"][-1]["done"] == grades
    name = f"audit of all grades, {COMPETENCIES} levels of {PIECES} pieces each"
    return Figure(name, grades / seconds, "grades/s", "reading and folding the same in memory", _bare(writer, grades))


def _bare(writer: LedgerWriter, grades: int) -> float:
    """Grades a second: bodies read, gathered and folded at the pins, nothing compared."""
    entries = _entries(writer)
    definitions = _definitions(writer)
    by_owner: dict[str, list[Entry]] = {}
    for entry in entries:
        by_owner.setdefault(entry.owner, []).append(entry)
    begin = time.perf_counter()
    folded = 0
    for owner, own in by_owner.items():
        read = [(entry, orjson.loads(entry.body)) for entry in own]
        record = gather(read)
        for _, body in (pair for pair in read if pair[0].event == "GradeReleased"):
            pins = [Pin(pin["ledger"], pin["shard"], pin["position"]) for pin in body["pins"]]
            at = Known.at_pins(pins, own[0].shard)
            for level in body["levels"]:
                of = level["competency"]
                assert fold(Learner(owner, own[0].shard), of, record.contributions[of], definitions, at).digest
            folded += 1
    assert folded == grades
    return grades / (time.perf_counter() - begin)


async def _of_one(audited: AuditedDistrict) -> list[Figure]:
    """Its explanation and its audit, and both once more beside two million entries of other learners."""
    writer, chance, learner, competency = audited.writer, random.Random(3), named("Zoe"), named("competency 0")
    for _ in range(LONG):
        writer.attempt(learner, result(competency, str(chance.randrange(5))))
    grade = release(writer, learner, [competency])
    await _appended(audited)
    await audited.applied()
    explained, took = await _explained(audited, learner, competency), await _audited(audited, grade)
    await _grow(audited)
    return [
        Figure(f"explanation of one competency of {LONG:,} pieces", explained, "s", "budget", 1.0),
        Figure(f"audit of one grade of one competency of {LONG:,} pieces", took, "s", "budget", 1.0),
        Figure(
            f"that explanation beside {OTHERS:,} entries of others",
            *(await _explained(audited, learner, competency), "s", "without them", explained),
        ),
        Figure(
            f"that audit beside {OTHERS:,} entries of others",
            *(await _audited(audited, grade), "s", "without them", took),
        ),
    ]


async def _explained(audited: AuditedDistrict, learner: str, competency: str) -> float:
    """Seconds for the explanation over HTTP, the best of three."""
    address = f"{audited.settings.mastery_url}/v1/learners/{learner}/competencies/{competency}/explanation"
    taken = []
    for _ in range(3):
        begin = time.perf_counter()
        answer = await audited.http.get(address, headers=audited.headers(ADMINISTRATOR))
        taken.append(time.perf_counter() - begin)
        assert len(answer.json()["counted"]) == LONG
    return min(taken)


async def _audited(audited: AuditedDistrict, grade: str) -> float:
    """Seconds for the audit, the best of three."""
    taken = []
    for _ in range(3):
        audit, seconds = await _timed(audited, {"grade": grade})
        [word] = audit["grades"]
        assert len(word["contributions"][0]["pieces"]) == LONG
        taken.append(seconds)
    return min(taken)


async def _grow(audited: AuditedDistrict) -> None:
    """Two million entries more in both tables, as a great district has, written around the doors."""
    for connection, table, owner in (
        (audited.evidence, "ledger.stored_entry", "md5((n % 5000)::text)::uuid"),
        (audited.audit, "audit.entry", "md5((n % 5000)::text)::uuid::text"),
    ):
        columns = [
            row["attname"]
            for row in await connection.fetch(
                "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 ORDER BY attnum", table
            )
        ]
        made = {"position": f"{10**9} + n", "owner": owner, "id": f"gen_random_uuid()::{owner.rsplit('::', 1)[1]}"}
        made |= {"stream": "NULL"} if table.startswith("ledger") else {"stream": "'evidence/' || n"}
        await connection.execute(
            f"INSERT INTO {table} ({', '.join(columns)})"
            f" SELECT {', '.join(made.get(column, f'one.{column}') for column in columns)}"
            f" FROM (SELECT * FROM {table} WHERE position > 1 LIMIT 1) AS one, generate_series(1, {OTHERS}) AS n",
            timeout=600,
        )
        await connection.execute(f"VACUUM (ANALYZE) {table}", timeout=600)


async def _timed(audited: AuditedDistrict, asked: dict[str, str]) -> tuple[dict[str, Any], float]:
    """The audit that was asked for, and the seconds that it took by its own account."""
    id_ = str(uuid4())
    begin = time.perf_counter()
    answer = await audited.http.post("/v1/audits", json={"id": id_, **asked}, headers=audited.headers(ADMINISTRATOR))
    assert answer.status_code == 202, answer.text
    audit = await audited.ended(id_, kind="audits", pause=POLL)
    seconds = time.perf_counter() - begin
    assert audit["state"] == "equal", audit["differences"][:3]
    return audit, seconds


async def _appended(audited: AuditedDistrict) -> None:
    await audited.append(together=TOGETHER)
    rows = await audited.evidence.fetch("SELECT ledger, shard, position FROM ledger.head WHERE position > 0")
    heads = {(row["ledger"], row["shard"]): row["position"] for row in rows}

    async def there() -> bool:
        rows = await audited.audit.fetch("SELECT ledger, shard, position FROM projection.watermark")
        reached = {(row["ledger"], row["shard"]): row["position"] for row in rows}
        complete = await audited.audit.fetchval("SELECT bool_and(complete_ms > 0) FROM access.complete")
        return bool(complete) and all(reached.get(place, 0) >= head for place, head in heads.items())

    await until(there, "audit has everything", seconds=300)


def _entries(writer: LedgerWriter) -> list[Entry]:
    everything = [entry_from_envelope(raw["envelope"], canonical(raw["body"])) for raw in writer.entries]
    return [entry for entry in everything if entry.ledger == "evidence"]


def _definitions(writer: LedgerWriter) -> Definitions:
    raw = [raw for raw in writer.entries if raw["envelope"]["ledger"] == "definitions"]
    contents = {address: canonical(document) for address, document in writer.documents.items()}
    return definitions_of([entry_from_envelope(one["envelope"], canonical(one["body"])) for one in raw], contents)


if __name__ == "__main__":
    for figure in uvloop.run(figures()):
        print(figure)  # noqa: T201 - its report
