"""How fast the grades of 1,000 learners are previewed and released, beside folding the same in memory and COPY of as
many rows.

python -m tests.performance.release

The service is whole: its projector and its worker run in one process with its HTTP, over which the batch is asked for
and looked at. How long its event loop worked in one go is measured all the while.
"""

import gc
import random
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson

from deploy.setup.databases import make_databases
from services.evidence.domain.commands import Appended, Command
from services.evidence.domain.facts import new_event
from services.evidence.postgres.ledger import PostgresLedger
from shared.contracts.bodies import AttemptRecorded, Result
from shared.ledger.identifiers import shard_of
from shared.rulebook.contributing import gather
from shared.rulebook.definitions import Learner
from shared.rulebook.fold import fold
from shared.runtime.connections import borrowed
from shared.runtime.database import connect
from shared.runtime.definitions.reading import DefinitionsReader
from shared.runtime.ledger_table import LedgerTable
from tests.performance import Figure
from tests.support.evidence import TENANT, Running, address, framework, roster, rule_district, running_evidence
from tests.support.grading import PERIOD, Class
from tests.support.pauses import longest_pause
from tests.support.servers import PASSWORD, District, running_postgres, unique_prefix
from tests.support.waiting import until

LEARNERS, COMPETENCIES, PIECES = 1_000, 12, 10
SAMPLE = 100
"""Learners who are folded in memory, for the limit."""

SKILLS = [str(uuid4()) for _ in range(COMPETENCIES)]


async def figures(learners: int = LEARNERS) -> list[Figure]:
    """Learners a second, on a server of its own."""
    async with running_postgres() as server:
        databases = await make_databases(server, unique_prefix(), PASSWORD, ("evidence", "keys"))
        with tempfile.TemporaryDirectory() as folder:
            async with running_evidence(District("release", databases), Path(folder)) as evidence:
                school = await _district(evidence, learners)
                return await _measured(evidence, school, learners)


async def _measured(evidence: Running, school: Class, learners: int) -> list[Figure]:
    batch = str(uuid4())
    wish = {
        "id": batch,
        "section": school.section,
        "course": school.course,
        "period": PERIOD,
        "competencies": SKILLS,
    }
    path = f"/v1/release-batches/{batch}"
    gc.collect()
    gc.freeze()  # as every service does once it is ready
    async with longest_pause() as pause:
        previewing = await _seconds(lambda: _until(school, path, "held", "/v1/release-batches", wish))
        releasing = await _seconds(lambda: _until(school, path, "released", f"{path}/release", {}))
        longest = pause()
    released = await evidence.owner.fetchval("SELECT count(*) FROM release.learner WHERE state = 'released'")
    assert released == learners, released
    folding, copying = await _folding(evidence, school), await _copying(evidence)
    return [
        Figure("previewing grades", learners / previewing, "learners/s", "gather and fold in memory", 1 / folding),
        Figure(
            "releasing grades",
            learners / releasing,
            "learners/s",
            "gather and fold in memory, COPY of the rows",
            1 / (folding + copying / learners),
        ),
        Figure(f"previewing {learners} learners × {COMPETENCIES}", previewing, "s", "a minute", 60.0),
        Figure(f"releasing {learners} learners × {COMPETENCIES}", releasing, "s", "a minute", 60.0),
        Figure("longest work of the loop in one go meanwhile", longest * 1000, "ms", "what it may be", 50.0),
    ]


async def _district(evidence: Running, learners: int) -> Class:
    """One section with everyone in it, and ten attempts at each competency by each learner."""
    document = framework(*SKILLS)
    assert (await evidence.administrator.put(address(document), document)).status_code == 201
    assert (await evidence.administrator.post("/v1/rosters", roster(()))).status_code == 200
    await rule_district(evidence)
    school = Class(evidence, "everyone", learners)
    await school.open()
    chance, now = random.Random(11), time.time_ns() // 1_000_000
    async with await connect(evidence.settings.database, size=2, name="release bench") as pool:
        ledger = PostgresLedger(evidence.settings.database, pool, tenant=TENANT, appended=lambda: None)
        for number in range(PIECES):
            for learner in school.learners:
                commands = [_attempt(school, learner, skill, chance, now + number) for skill in SKILLS]
                outcomes = await ledger.append(commands)
                assert all(isinstance(outcome, Appended) for outcome in outcomes)
        await ledger.close()
    await evidence.owner.execute("ANALYZE")
    return school


def _attempt(school: Class, learner: str, skill: str, chance: random.Random, now: int) -> Command:
    result = Result(competency=skill, earned=str(chance.randrange(5)), possible="4")
    body = AttemptRecorded(learner=learner, task=skill, course=school.course, purpose="performance", results=(result,))
    event = new_event(TENANT, str(uuid4()), body, occurred_at=now)
    return Command(event.id, school.teacher.id, "evidence", (event,))


async def _until(school: Class, path: str, state: str, ask: str, body: dict[str, Any]) -> None:
    answer = await school.teacher.post(ask, body)
    assert answer.status_code in {201, 202}, answer.text

    async def come() -> bool:
        return bool((await school.teacher.get(path, params={"limit": 1})).json()["state"] == state)

    await until(come, f"the batch is {state}", seconds=300)


async def _folding(evidence: Running, school: Class) -> float:
    """Seconds a learner: her decoded entries gathered and folded, nothing else."""
    async with await connect(evidence.settings.database, size=2, name="release bench") as pool:
        async with borrowed(pool) as connection, connection.transaction(isolation="repeatable_read"):
            definitions = (await DefinitionsReader().view(connection)).definitions
        table = LedgerTable(pool)
        said = {
            learner: [(entry, orjson.loads(entry.body)) for entry in await table.owner("evidence", learner)]
            for learner in school.learners[:SAMPLE]
        }
    begin = time.perf_counter()
    for learner, entries in said.items():
        record = gather(entries)
        who = Learner(learner, shard_of(TENANT, learner), record.schools)
        for skill in SKILLS:
            fold(who, skill, record.contributions[skill], definitions)
    return (time.perf_counter() - begin) / len(said)


async def _copying(evidence: Running) -> float:
    """Seconds of one COPY of the grades' rows into a table equal to the ledger's."""
    await evidence.owner.execute("CREATE TABLE public.equal (LIKE ledger.stored_entry INCLUDING ALL)")
    columns = [
        *("position", "occurred_at", "recorded_at", "shard", "version", "epoch", "kind", "id", "owner"),
        *("actor", "ledger", "stream", "request_digest", "body"),
    ]
    rows: list[Any] = await evidence.owner.fetch(
        f"SELECT {', '.join(columns)} FROM ledger.stored_entry WHERE stream LIKE 'grade/%'"
    )
    return await _seconds(
        lambda: evidence.owner.copy_records_to_table("equal", schema_name="public", records=rows, columns=columns)
    )


async def _seconds(work: Callable[[], Awaitable[object]]) -> float:
    begin = time.perf_counter()
    await work()
    return time.perf_counter() - begin
