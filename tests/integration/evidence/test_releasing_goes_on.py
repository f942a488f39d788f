"""A batch of grades goes on by itself wherever its worker was stopped: each learner is released once, as previewed."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from deploy.local.postgres import PostgresServer
from deploy.setup.databases import drop_databases, make_databases
from services.evidence.domain.commands import Command, Outcome
from services.evidence.domain.standing import LearnerStanding, Unreadable
from services.evidence.folding import FoldsInProcess
from services.evidence.ports import LedgerUnavailable
from services.evidence.postgres.applied import PostgresApplied
from services.evidence.postgres.ledger import PostgresLedger
from services.evidence.postgres.releasing import Releasing
from services.evidence.postgres.standings import PostgresStandings
from shared.runtime.child import ChildEndedError
from shared.runtime.database import connect
from shared.runtime.wake import Wake
from tests.support.evidence import SYMBOLS, TENANT, THEME, Running, address, framework, roster, rule_district
from tests.support.evidence import running_evidence as running
from tests.support.grading import Class, entries, piece, states
from tests.support.periods import new_period
from tests.support.servers import PASSWORD, District, unique_prefix
from tests.support.waiting import until

ROOT = Path(__file__).parents[3]
LEARNERS = 40
SKILLS = [THEME, SYMBOLS]


@pytest.fixture(scope="module")
async def evidence(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """A district in which nobody works on batches but the tests."""
    prefix = unique_prefix()
    databases = await make_databases(postgres, prefix, PASSWORD, ["evidence", "keys"])
    try:
        folder = tmp_path_factory.mktemp("releasing")
        async with running(District(prefix, databases), folder, idle={"releasing"}) as district:
            assert (await district.administrator.put(address(framework()), framework())).status_code == 201
            assert (await district.administrator.post("/v1/rosters", roster(()))).status_code == 200
            await rule_district(district)
            yield district
    finally:
        await drop_databases(postgres, prefix, ["evidence", "keys"])


@pytest.fixture(scope="module")
async def choir(evidence: Running) -> Class:
    made = Class(evidence, "choir", LEARNERS)
    await made.open()
    await made.record(
        *(piece(learner, THEME, str(n % 5)) for n, learner in enumerate(made.learners)),
        *(piece(learner, SYMBOLS, str((n + 2) % 5)) for n, learner in enumerate(made.learners)),
    )
    return made


@pytest.fixture(scope="module")
async def pool(evidence: Running) -> AsyncIterator[asyncpg.Pool]:
    async with await connect(evidence.settings.database, size=6, name="releasing test") as pool:
        yield pool


@asynccontextmanager
async def worker(pool: asyncpg.Pool, evidence: Running, chunk: int) -> AsyncIterator[Releasing]:
    ledger = PostgresLedger(evidence.settings.database, pool, tenant=TENANT, appended=lambda: None)
    standings = PostgresStandings(pool, PostgresApplied(pool, Wake()), tenant=TENANT)
    try:
        yield Releasing(pool, ledger, standings, tenant=TENANT, chunk=chunk)
    finally:
        await ledger.close()


async def asked(evidence: Running, choir: Class) -> str:
    wish = {
        "id": str(uuid4()),
        "section": choir.section,
        "course": choir.course,
        "period": await new_period(evidence.owner),
        "competencies": SKILLS,
    }
    answer = await choir.teacher.post("/v1/release-batches", wish)
    assert answer.status_code == 201, answer.text
    return str(wish["id"])


async def let_go(choir: Class, batch: str) -> None:
    assert (await choir.teacher.post(f"/v1/release-batches/{batch}/release", {})).status_code == 202


async def read(choir: Class, batch: str) -> dict[str, Any]:
    document: dict[str, Any] = (await choir.teacher.get(f"/v1/release-batches/{batch}")).json()
    return document


async def check_released_once(evidence: Running, choir: Class, batch: str, learners: int = LEARNERS) -> None:
    """Each learner has one grade of this batch's period, whose levels and digests are those of the plain fold."""
    document = await read(choir, batch)
    assert (document["state"], document["total"], document["done"]) == ("released", learners, learners)
    for line in document["learners"]:
        assert line["state"] == "released", line
        told = await entries(evidence, line["learner"])
        grades = [
            entry
            for entry in told
            if entry["envelope"]["type"] == "ascertain.GradeReleased" and entry["body"]["period"] == document["period"]
        ]
        assert [entry["envelope"]["id"] for entry in grades] == [line["receipt"]["id"]]
        pins = [(pin["ledger"], pin["shard"], pin["position"]) for pin in grades[0]["body"]["pins"]]
        by_plain_fold = await states(evidence, line["learner"], pins)
        shown = {level["competency"]: (level["status"], level["level"], level["state"]) for level in line["levels"]}
        expected = {skill: by_plain_fold[skill] for skill in SKILLS}
        assert shown == {skill: (state.status, state.level, state.digest) for skill, state in expected.items()}


async def killed(evidence: Running, pool: asyncpg.Pool, beyond: Any) -> None:
    """Let a process work until it has come beyond something, and kill it amid its work."""
    settings = evidence.settings
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.releasing_child", settings.database, TENANT, "1"),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        await until(beyond, "the child works")
    finally:
        child.send_signal(signal.SIGKILL)
        await child.wait()
    await until(
        lambda: pool.fetchval(
            "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'releasing child')"
        ),
        "the killed child's sessions are gone",
    )


@pytest.mark.long
@pytest.mark.faults
async def test_a_worker_that_is_killed_goes_on_where_it_was(
    evidence: Running, pool: asyncpg.Pool, choir: Class
) -> None:
    batch = await asked(evidence, choir)
    for state, then in (("waiting", "held"), ("ready", "released")):
        for _ in range(2):
            left = await count(pool, batch, state)
            await killed(evidence, pool, lambda left=left, state=state: fewer(pool, batch, state, left - 3))
            assert 0 < await count(pool, batch, state) < left
        async with worker(pool, evidence, chunk=7) as going_on:
            while await going_on.step():
                pass
        assert (await read(choir, batch))["state"] == then
        if then == "held":
            await let_go(choir, batch)
    await check_released_once(evidence, choir, batch)


async def test_a_worker_that_is_cancelled_anywhere_goes_on_where_it_was(
    evidence: Running, pool: asyncpg.Pool, choir: Class, request: pytest.FixtureRequest
) -> None:
    chance = random.Random(request.config.getoption("--seed"))
    batch = await asked(evidence, choir)
    cancelled = 0
    for then in ("held", "released"):
        while (await read(choir, batch))["state"] != then:
            async with worker(pool, evidence, chunk=5) as working:
                task = asyncio.create_task(working.run())
                await asyncio.sleep(chance.uniform(0.0, 0.08))  # a random moment is what is tried
                cancelled += not task.done()
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        if then == "held":
            await let_go(choir, batch)
    assert cancelled
    await check_released_once(evidence, choir, batch)


async def test_many_workers_share_the_batches_and_release_nobody_twice(
    evidence: Running, pool: asyncpg.Pool, choir: Class
) -> None:
    batches = [await asked(evidence, choir) for _ in range(3)]
    async with worker(pool, evidence, 3) as one, worker(pool, evidence, 4) as other:
        for then in ("held", "released"):

            async def work(releasing: Releasing) -> None:
                while await releasing.step():
                    pass

            await asyncio.gather(work(one), work(other))
            await work(one)
            assert {(await read(choir, batch))["state"] for batch in batches} == {then}
            if then == "held":
                for batch in batches:
                    await let_go(choir, batch)
    for batch in batches:
        await check_released_once(evidence, choir, batch)


@pytest.mark.faults
async def test_a_batch_goes_on_after_the_process_that_folds_for_it_is_killed(
    evidence: Running, pool: asyncpg.Pool, choir: Class
) -> None:
    batch = await asked(evidence, choir)
    folds = FoldsInProcess()
    standings = PostgresStandings(pool, PostgresApplied(pool, Wake()), folds, tenant=TENANT)
    ledger = PostgresLedger(evidence.settings.database, pool, tenant=TENANT, appended=lambda: None)
    working = Releasing(pool, ledger, standings, tenant=TENANT, chunk=10)
    await working.step()
    process = folds._child._child._process
    assert process is not None
    process.kill()
    with pytest.raises(ChildEndedError):
        await working.step()
    while await working.step():
        pass
    await let_go(choir, batch)
    while await working.step():
        pass
    await ledger.close()
    await folds.close()
    await check_released_once(evidence, choir, batch)


class Silent:
    """A ledger that appends and whose answer is lost on the way, the first time."""

    def __init__(self, ledger: PostgresLedger) -> None:
        self._ledger, self._lost = ledger, False
        self.entries, self.stream, self.since, self.closed = ledger.entries, ledger.stream, ledger.since, ledger.closed

    async def append(self, commands: Sequence[Command]) -> list[Outcome]:
        outcomes = await self._ledger.append(commands)
        if not self._lost:
            self._lost = True
            raise LedgerUnavailable("The connection broke.")
        return outcomes


async def test_a_grade_recorded_without_its_note_is_found_however_things_have_moved_on(
    evidence: Running, pool: asyncpg.Pool
) -> None:
    trio = Class(evidence, "trio", 3)
    await trio.open()
    await trio.record(*(piece(learner, skill, "1") for learner in trio.learners for skill in SKILLS))
    batch = await asked(evidence, trio)
    ledger = PostgresLedger(evidence.settings.database, pool, tenant=TENANT, appended=lambda: None)
    standings = PostgresStandings(pool, PostgresApplied(pool, Wake()), tenant=TENANT)
    working = Releasing(pool, Silent(ledger), standings, tenant=TENANT, chunk=10)
    await working.step()
    await let_go(trio, batch)
    with pytest.raises(LedgerUnavailable):
        await working.step()
    assert {line["state"] for line in (await read(trio, batch))["learners"]} == {"ready"}
    await trio.record(*(piece(learner, THEME, "4") for learner in trio.learners))
    await working.step()
    await ledger.close()
    await check_released_once(evidence, trio, batch, 3)


class Landing(Silent):
    """A ledger to which the first call gets through only when the second comes, after it was looked for in vain."""

    def __init__(self, ledger: PostgresLedger) -> None:
        super().__init__(ledger)
        self._under_way: Sequence[Command] = ()

    async def append(self, commands: Sequence[Command]) -> list[Outcome]:
        if not self._lost:
            self._lost, self._under_way = True, commands
            raise LedgerUnavailable("The connection broke.")
        await self._ledger.append(self._under_way)
        return await self._ledger.append(commands)


async def test_a_grade_that_lands_while_it_is_released_again_is_that_one(evidence: Running, pool: asyncpg.Pool) -> None:
    solo = Class(evidence, "solo", 2)
    await solo.open()
    await solo.record(*(piece(learner, skill, "1") for learner in solo.learners for skill in SKILLS))
    batch = await asked(evidence, solo)
    ledger = PostgresLedger(evidence.settings.database, pool, tenant=TENANT, appended=lambda: None)
    standings = PostgresStandings(pool, PostgresApplied(pool, Wake()), tenant=TENANT)
    working = Releasing(pool, Landing(ledger), standings, tenant=TENANT, chunk=10)
    await working.step()
    await let_go(solo, batch)
    with pytest.raises(LedgerUnavailable):
        await working.step()
    await solo.record(*(piece(learner, THEME, "1", purpose="diagnostic") for learner in solo.learners))  # other pins
    await working.step()
    await ledger.close()
    await check_released_once(evidence, solo, batch, 2)


class Late:
    """Standings, after which something is always recorded before anybody can act on them."""

    def __init__(self, standings: PostgresStandings, choir: Class) -> None:
        self._standings, self._choir = standings, choir

    async def of(
        self, learners: Sequence[str], competencies: Collection[str]
    ) -> Mapping[str, LearnerStanding | Unreadable]:
        found = await self._standings.of(learners, competencies)
        await self._choir.record(*(piece(learner, THEME, "4") for learner in learners))
        return found

    async def scales(self, policies: Collection[str]) -> Mapping[str, Any]:
        return await self._standings.scales(policies)


async def test_evidence_between_the_fold_and_the_append_lies_beyond_the_pins(
    evidence: Running, pool: asyncpg.Pool
) -> None:
    duo = Class(evidence, "duo", 2)
    await duo.open()
    await duo.record(*(piece(learner, skill, "1") for learner in duo.learners for skill in SKILLS))
    batch = await asked(evidence, duo)
    async with worker(pool, evidence, 10) as working:
        await working.step()
    previewed = {line["learner"]: line["levels"] for line in (await read(duo, batch))["learners"]}
    await let_go(duo, batch)
    ledger = PostgresLedger(evidence.settings.database, pool, tenant=TENANT, appended=lambda: None)
    late = Late(PostgresStandings(pool, PostgresApplied(pool, Wake()), tenant=TENANT), duo)
    await Releasing(pool, ledger, late, tenant=TENANT).step()
    await ledger.close()
    document = await read(duo, batch)
    for line in document["learners"]:
        assert (line["state"], line["levels"]) == ("released", previewed[line["learner"]])
        grade = (await duo.teacher.get(f"/v1/releases/{line['receipt']['id']}")).json()
        pins = [(pin["ledger"], pin["shard"], pin["position"]) for pin in grade["pins"]]
        seen = {level["competency"]: level["state"] for level in grade["levels"]}
        assert {skill: state.digest for skill, state in (await states(evidence, line["learner"], pins)).items()} == seen
        assert (await states(evidence, line["learner"]))[THEME].digest != seen[THEME]


async def count(pool: asyncpg.Pool, batch: str, state: str) -> int:
    counted: int = await pool.fetchval(
        "SELECT count(*) FROM release.learner WHERE batch = $1 AND state = $2", batch, state
    )
    return counted


async def fewer(pool: asyncpg.Pool, batch: str, state: str, most: int) -> bool:
    return await count(pool, batch, state) <= most
