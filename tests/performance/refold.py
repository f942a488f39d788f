"""A district's refold under another policy, as mastery does it after an adoption, from contributions of real answers.

The answers are repeated under new learners until there are as many as asked for, and put into mastery's own table as
its projection would. Beside it stands one core that folds a sample of the same rows in memory, and writes nothing.

python -m tests.performance refold --millions 10
"""

import asyncio
import csv
import gzip
import random
import sys
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple
from uuid import UUID, uuid5

import asyncpg

from deploy.setup.databases import drop_databases, make_databases
from services.mastery.folds import FoldsInProcess
from services.mastery.postgres.packing import pack, unpack
from services.mastery.postgres.refolding import Refolding
from services.mastery.postgres.states import StateRow
from shared.ledger.decimals import SCALE
from shared.ledger.identifiers import shard_of
from shared.rulebook.contribution import Contribution, Result
from shared.rulebook.definitions import Learner
from shared.rulebook.outcome import Outcomes
from shared.runtime.connections import borrowed
from shared.runtime.definitions.reading import DefinitionsReader
from shared.runtime.pace import Pace
from tests.performance import Figure
from tests.performance.family import family
from tests.support.ledger_writer import TENANT, LedgerWriter, named, policy_document
from tests.support.mastery import Applied, mastery_pool
from tests.support.real_answers import BEGINS, FILE
from tests.support.servers import PASSWORD, District, running_postgres, unique_prefix
from tests.support.standing import migrated
from tests.support.waiting import until

GIVEN = 1.0
"""Millions of contributions where nothing else is asked for; the goal is about ten, and those take some minutes."""

WORKERS = 2
SAMPLE = 20_000
MEBIBYTE = 1024 * 1024
ROLES = ("service", "folding", "servers")
_KEY = ("shard", "learner", "competency", "contributions")


class Answer(NamedTuple):
    """One real answer."""

    order: int
    problem: str
    correct: int


async def figures(millions: float = GIVEN) -> list[Figure]:
    """The rate, and the processor time and memory of the service and of those that fold; none without the answers."""
    return await of_answers(_measure, millions)


async def of_answers(measure: Callable[[asyncpg.Pool, int], Awaitable[list[Figure]]], millions: float) -> list[Figure]:
    """What is measured in a mastery of its own, on so many millions of contributions; nothing without the answers."""
    if not FILE.exists():
        print(f"The real answers are not here: {FILE}.", file=sys.stderr)  # noqa: T201 - its report
        return []
    async with running_postgres() as postgres:
        prefix = unique_prefix()
        district = District(prefix, await make_databases(postgres, prefix, PASSWORD, ("mastery",)))
        await migrated(district)
        async with mastery_pool(district) as pool:
            measured = await measure(pool, round(millions * 1_000_000))
        await drop_databases(postgres, prefix)
    return measured


async def begun_under_highest(pool: asyncpg.Pool) -> tuple[LedgerWriter, Applied]:
    """A district in which the highest result holds, before there is any evidence."""
    ledger = LedgerWriter()
    before = policy_document("ascertain.highest@1", counts=["practice"], redo="adds")
    ledger.publish(before)
    ledger.adopt("district", before)
    applied = Applied(pool, ledger)
    await applied.more()
    await applied.refold()
    return ledger, applied


async def _measure(pool: asyncpg.Pool, wanted: int) -> list[Figure]:
    ledger, applied = await begun_under_highest(pool)
    contributions, states = await fill(pool, wanted)
    print(f"{contributions:,} contributions to {states:,} states of the real answers.", file=sys.stderr)  # noqa: T201 - its report
    after = policy_document("ascertain.decaying_average@1", weight="0.65", counts=["practice"], pieces=3, redo="adds")
    ledger.publish(after)
    ledger.adopt("district", after)
    await applied.more()
    limit = await in_memory(pool)
    refolding = Refolding(pool, DefinitionsReader(), workers=WORKERS, folds=FoldsInProcess)
    memory: list[float] = []
    watching = asyncio.create_task(_watch(memory))
    begun, used = time.perf_counter(), processor()
    working = asyncio.create_task(refolding.run())
    try:
        await until(lambda: _is_done(pool), "the district is refolded", seconds=3600)
        took = time.perf_counter() - begun
        spent = {role: seconds - used[role] for role, seconds in processor().items()}
    finally:
        for task in (working, watching):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
    assert await pool.fetchval("SELECT count(*) FROM mastery.state WHERE method = 'ascertain.decaying_average@1'") == (
        states
    )
    name = f"refold of {contributions / 1e6:.1f} million contributions"
    half = max(memory[: max(1, len(memory) // 2)])
    return [
        Figure(name, contributions / took, "contributions/s", "folding in memory, one core", limit),
        Figure("refold: states written, changes noted", states / took, "states/s"),
        *(Figure(f"refold: processor time, {role}", 1e6 * spent[role] / states, "µs a state") for role in ROLES),
        Figure("refold: memory of the service, at its most", max(memory), "MiB", "its most in the first half", half),
        Figure("refold: memory of the service, before", memory[0], "MiB"),
    ]


async def fill(pool: asyncpg.Pool, wanted: int, chance: random.Random | None = None) -> tuple[int, int]:
    """Put the states into the table, folded under what is adopted; how many contributions and states there are.

    With a `chance`, answers that are repeated stand in another order each time, so that runs of them are not the same.
    """
    async with borrowed(pool) as connection, connection.transaction(isolation="repeatable_read"):
        outcomes = Outcomes((await DefinitionsReader().view(connection)).definitions)
    answers, contributions, states, time_over = _answers(), 0, 0, 0
    while contributions < wanted:
        rows, count = [], 0
        for (learner, skill), pieces in answers.items():
            if contributions + count >= wanted:
                break
            if chance is not None and time_over:
                right = [piece.correct for piece in pieces]
                chance.shuffle(right)
                pieces = [piece._replace(correct=own) for piece, own in zip(pieces, right, strict=True)]  # noqa: PLW2901 - repeated
            rows.append(_row(outcomes, f"{learner} for the time {time_over}", skill, pieces))
            count += len(pieces)
        await pool.copy_records_to_table(
            "state", schema_name="mastery", records=rows, columns=(*_KEY, *StateRow._fields)
        )
        contributions, states, time_over = contributions + count, states + len(rows), time_over + 1
    await pool.execute("ANALYZE mastery.state")
    return contributions, states


def _answers() -> dict[tuple[str, str], list[Answer]]:
    """Every answer by learner and skill, in order."""
    answers: dict[tuple[str, str], list[Answer]] = defaultdict(list)
    with gzip.open(FILE, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            answer = Answer(int(row["order"]), named(row["problem"]), int(row["correct"]))
            answers[row["learner"], row["skill"]].append(answer)
    for own in answers.values():
        own.sort()
    return answers


def _row(outcomes: Outcomes, learner_name: str, skill: str, answers: Sequence[Answer]) -> tuple[Any, ...]:
    """A row of the table of states."""
    learner, competency = named(learner_name), named(skill)
    names = UUID(learner)
    pieces = [
        Contribution(
            event=str(uuid5(names, str(answer.order))),
            kind="attempt",
            purpose="practice",
            occurred_at=BEGINS + answer.order * 1000,
            recorded_at=BEGINS + answer.order * 1000,
            position=answer.order + 1,
            results=(Result(answer.correct * SCALE, SCALE),),
            task=answer.problem,
        )
        for answer in answers
    ]
    who = Learner(learner, shard_of(TENANT, learner))
    return (who.shard, learner, competency, pack(pieces), len(pieces), *outcomes.of(who, competency, pieces))


async def in_memory(pool: asyncpg.Pool) -> float:
    """Contributions a second that one core unpacks and folds, of some rows in memory."""
    async with borrowed(pool) as connection, connection.transaction(isolation="repeatable_read"):
        outcomes = Outcomes((await DefinitionsReader().view(connection)).definitions)
        rows = await connection.fetch(
            "SELECT shard, learner::text, competency::text, contributions FROM mastery.state LIMIT $1", SAMPLE
        )
    begun, folded, pace = time.perf_counter(), 0, Pace()
    for shard, learner, competency, contributions in rows:
        pieces = unpack(contributions)
        outcomes.of(Learner(learner, shard), competency, pieces)
        folded += len(pieces)
        await pace.breathe()
    return folded / (time.perf_counter() - begun)


async def _is_done(pool: asyncpg.Pool) -> bool:
    return not await pool.fetchval("SELECT EXISTS (SELECT FROM mastery.refold)")


async def _watch(memory: list[float]) -> None:
    """Note now and again what this process and those that fold have in memory."""
    while True:
        memory.append(sum(each.resident for each in family() if each.role != "servers") / MEBIBYTE)
        await asyncio.sleep(2)


def processor() -> dict[str, float]:
    """Seconds of processor time that this process has had, those that fold for it, and the servers."""
    seconds = dict.fromkeys(ROLES, 0.0)
    for each in family():
        seconds[each.role] += each.seconds
    return seconds
