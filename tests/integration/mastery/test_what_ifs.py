"""A what-if says what adopting would come to, touches nothing, goes on after a kill, and tells nobody too much."""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.mastery.domain.what_ifs import KEPT_A_PERSON, KEPT_AGE
from services.mastery.http.what_if_documents import WhatIfDocument, WhatIfLearnersDocument
from services.mastery.postgres.what_if_forgetting import WhatIfForgetting
from services.mastery.postgres.what_if_work import WhatIfWork
from services.mastery.trials import Begin, PartResult, Trial, Trying
from shared.ledger.identifiers import shard_of
from shared.runtime.briefed_child import BriefedChild
from tests.integration.mastery.test_states import (
    ANA,
    LETTERS,
    NORTH,
    READING,
    SOUTH,
    WRITING,
    _something,
    adopt,
    given,
)
from tests.support.ledger_writer import TENANT, LedgerWriter, named, policy_document, result
from tests.support.mastery import Applied, WrittenLedger, stored
from tests.support.mastery_http import Mastery, serving
from tests.support.waiting import until

DISTRICT, SCHOOL, AUDITOR, STRANGER = (
    named(name) for name in ("administrator", "school administrator", "auditor", "stranger")
)
HIGHEST = policy_document("ascertain.highest@1", cut="2", title="The best so far")
SCOPES = ["district", f"school/{NORTH}", f"framework/{LETTERS['id']}", f"competency/{READING}", f"learner/{ANA}"]


class Here:
    """Folds on the spot what a process of its own would; `between` is called after each block, with the shard."""

    def __init__(self, between: Callable[[int], Any] | None = None) -> None:
        self._trying: dict[int, Trying] = {}
        self._between, self._shard = between, -1

    async def ask(self, of: Begin | bytes | None, *, revision: int, brief: Any) -> PartResult | None:
        assert isinstance(brief, Trial)
        answer = self._trying.setdefault(revision, Trying(brief)).work(of)
        if isinstance(of, Begin):
            self._shard = of.shard
        if self._between is not None and isinstance(of, bytes):
            await self._between(self._shard)
        return answer

    async def close(self) -> None:
        """What is amid a part begins anew."""


@asynccontextmanager
async def a_district(pool: asyncpg.Pool, ledger: LedgerWriter, folder: Path) -> AsyncIterator[Mastery]:
    async with serving(pool, WrittenLedger(ledger), folder, lambda: ledger.now) as mastery:
        for person, role, scope in (
            (DISTRICT, "administrator", "district"),
            (SCHOOL, "administrator", f"school/{NORTH}"),
            (AUDITOR, "auditor", "district"),
        ):
            await pool.execute(
                "INSERT INTO access.grants (person, role, scope, owner) VALUES ($1, $2, $3, $1)", person, role, scope
            )
        yield mastery


@pytest.fixture
def ledger() -> LedgerWriter:
    return given()


@pytest.fixture
async def mastery(pool: asyncpg.Pool, ledger: LedgerWriter, tmp_path: Path) -> AsyncIterator[Mastery]:
    async with a_district(pool, ledger, tmp_path) as made:
        yield made


async def asked(mastery: Mastery, person: str = DISTRICT, **body: Any) -> dict[str, Any]:
    answer = await mastery.send("POST", "/v1/what-ifs", person, {"policy": HIGHEST, "scope": "district"} | body)
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


async def worked(pool: asyncpg.Pool, **more: Any) -> None:
    work = WhatIfWork(pool, trier=more.pop("trier", Here), **more)
    try:
        while await work.step():
            pass
    finally:
        await work.close()


async def seen(mastery: Mastery, id_: str, person: str = DISTRICT) -> dict[str, Any]:
    answer = await mastery.get(f"/v1/what-ifs/{id_}", person)
    assert answer.status_code == 200, answer.text
    WhatIfDocument.model_validate(answer.json())
    return dict(answer.json())


async def everything(pool: asyncpg.Pool) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table but those of what-ifs."""
    tables = await pool.fetch(
        "SELECT schemaname || '.' || tablename AS name FROM pg_tables"
        " WHERE schemaname IN ('mastery', 'published', 'projection', 'definitions')"
    )
    return {
        row["name"]: sorted(map(tuple, await pool.fetch(f"SELECT t::text FROM {row['name']} AS t"))) for row in tables
    }


def a_class(ledger: LedgerWriter, learners: int, school: str = NORTH) -> list[str]:
    """Learners who reach 3 of 4 in reading first and 1 then, and 3 in writing: in the mean of both no more mastered."""
    names = [named(f"{school} {number}") for number in range(learners)]
    for learner in names:
        ledger.enrol(learner, school)
        ledger.attempt(learner, result(READING, "3"), result(WRITING, "3"))
        ledger.attempt(learner, result(READING, "1"))
    return names


@pytest.mark.parametrize("seed", range(3))
async def test_it_says_what_the_states_become_once_the_policy_is_adopted(
    pool: asyncpg.Pool, tmp_path: Path, seed: int
) -> None:
    chance, ledger = random.Random(seed), LedgerWriter()
    applied = Applied(pool, ledger)
    for _ in range(120):
        _something(ledger, chance)
    await applied.more()
    await applied.refold(chunk=100)
    for scope in chance.sample(SCOPES, 2):
        policy = policy_document(
            chance.choice(["ascertain.highest@1", "ascertain.latest@1", "canvas.n_mastery@1", "marzano.power_law@1"]),
            cut=chance.choice(["2", "3", "4"]),
            counts=chance.choice([["performance"], ["performance", "practice"]]),
            pieces=chance.choice([1, 2]),
            redo=chance.choice(["replaces", "adds"]),
            override=chance.choice([None, "until_evidence"]),
            title=f"{seed} {scope}",
        )
        if policy["method"] == "canvas.n_mastery@1":
            policy["parameters"] = {"calculation_int": 2}
        mode = chance.choice(["recompute", "keep_attained"])
        before = await stored(pool)
        async with a_district(pool, ledger, tmp_path / scope.replace("/", " ")) as mastery:
            what_if = (await asked(mastery, policy=policy, scope=scope, mode=mode))["id"]
            untouched = await everything(pool)
            await worked(pool, block=300)
            assert await everything(pool) == untouched
            document = await seen(mastery, what_if)
            lists = {c: await learners(mastery, what_if, c) for c in {competency for _, competency in before}}
        ledger.now += 1
        adopt(ledger, scope, policy, mode)
        await applied.more()
        await applied.refold(chunk=100)
        after = await stored(pool)
        moved = {
            key: (stand(before[key]), stand(after[key])) for key in before if stand(before[key]) != stand(after[key])
        }
        assert {
            (each["learner"], competency): (tuple(each["before"].values()), tuple(each["after"].values()))
            for competency, found in lists.items()
            for each in found
        } == moved
        told = {
            (each["competency"], *move["before"].values(), *move["after"].values()): move["number"]
            for each in document["result"]["competencies"]
            for move in each["moves"]
        }
        concerned = [key for key in before if before[key] != after[key] or after[key]["scope"] == scope]
        assert document["result"]["states"] >= len(concerned)
        assert document["result"]["changed"] == len(moved)
        for competency in lists:
            of = [pair for key, pair in moved.items() if key[1] == competency]
            for pair in set(of):
                assert told[(competency, *pair[0], *pair[1])] == of.count(pair)
        await pool.execute("DELETE FROM access.grants")


async def learners(mastery: Mastery, id_: str, competency: str, person: str = DISTRICT) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        query = {"competency": competency, "limit": "2"} | ({} if cursor is None else {"cursor": cursor})
        answer = await mastery.get(f"/v1/what-ifs/{id_}/learners", person, **query)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        WhatIfLearnersDocument.model_validate(page)
        found += page["learners"]
        cursor = page["next"]
        if cursor is None:
            assert [each["learner"] for each in found] == sorted(each["learner"] for each in found)
            return found


def stand(row: dict[str, Any]) -> tuple[str, str | None]:
    return row["status"], row["level"]


async def test_a_killed_workers_part_is_taken_by_another_and_cells_add_up(
    pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery
) -> None:
    names = a_class(ledger, 30)
    applied = Applied(pool, ledger)
    await applied.more()
    await applied.refold()
    what_if = (await asked(mastery))["id"]
    work = WhatIfWork(pool, workers=2, trier=Killed, block=200)
    running = asyncio.create_task(work.run())
    try:
        await until(lambda: _is(mastery, what_if, "done"), "it is done", seconds=60)
    finally:
        running.cancel()
        await asyncio.wait([running])
    document = await seen(mastery, what_if)
    assert Killed.killed, "nothing was killed"
    assert (document["result"]["states"], document["result"]["changed"]) == (60, 30)
    assert {each["learner"] for each in await learners(mastery, what_if, READING)} == set(names)
    assert document["progress"] == {"parts": len({pin["shard"] for pin in document["as_of"]["pins"][1:]})} | {
        "done": document["progress"]["parts"],
        "states": 60,
    }


class Killed(BriefedChild):
    """A process of its own, the first of which is killed amid its part."""

    killed = 0

    def __init__(self) -> None:
        super().__init__("services.mastery.trials")

    async def ask(self, of: Any, *, revision: int, brief: Any) -> Any:
        answer = await super().ask(of, revision=revision, brief=brief)
        if isinstance(of, bytes) and not Killed.killed:
            process = self._child._process
            assert process is not None
            Killed.killed = process.pid
            os.kill(process.pid, signal.SIGKILL)
            await process.wait()
        return answer


async def _is(mastery: Mastery, id_: str, state: str) -> bool:
    return bool((await seen(mastery, id_))["state"] == state)


async def test_it_gives_way_to_refolds_and_begins_anew_where_definitions_move_on(
    pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery
) -> None:
    a_class(ledger, 6)
    applied = Applied(pool, ledger)
    await applied.more()
    what_if = (await asked(mastery))["id"]
    assert not await WhatIfWork(pool, trier=Here).step(), "a refold waits, and goes first"
    await applied.refold()
    work = WhatIfWork(pool, trier=Here)
    assert await work.step()  # divided
    assert await work.step()  # a part
    adopt(ledger, "district", policy_document("ascertain.latest@1", cut="4"))
    await applied.more()
    assert not await work.step()
    await applied.refold()
    await worked(pool)
    document = await seen(mastery, what_if)
    [definitions, *_] = document["as_of"]["pins"]
    assert definitions["position"] == max(
        raw["envelope"]["position"] for raw in ledger.entries if raw["envelope"]["ledger"] == "definitions"
    )
    assert (document["result"]["states"], document["result"]["changed"]) == (12, 12)


async def test_a_refold_that_is_asked_for_meanwhile_goes_first(
    pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery
) -> None:
    a_class(ledger, 1)
    applied = Applied(pool, ledger)
    await applied.more()
    await applied.refold()
    await asked(mastery)
    asked_for: list[bool] = []

    async def between(_shard: int) -> None:
        if not asked_for:
            asked_for.append(True)
            adopt(ledger, "district", policy_document("ascertain.latest@1", cut="4"))
            await applied.more()

    work = WhatIfWork(pool, trier=lambda: Here(between), block=1)
    assert await work.step()
    assert not await work.step()
    assert await pool.fetchval("SELECT count(*) FROM what_if.cell") == 0


async def test_it_is_cancelled_amid_a_part_and_leaves_nothing(
    pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery
) -> None:
    a_class(ledger, 1)
    applied = Applied(pool, ledger)
    await applied.more()
    await applied.refold()
    what_if = (await asked(mastery))["id"]

    async def between(_shard: int) -> None:
        if await pool.fetchval("SELECT state = 'running' FROM what_if.asked"):
            assert (await mastery.send("DELETE", f"/v1/what-ifs/{what_if}", DISTRICT)).status_code == 204

    await worked(pool, trier=lambda: Here(between), block=1)
    assert (await mastery.get(f"/v1/what-ifs/{what_if}", DISTRICT)).status_code == 404
    await worked(pool)
    for table in ("asked", "part", "cell", "changed"):
        assert await pool.fetchval(f"SELECT count(*) FROM what_if.{table}") == 0
    assert (await asked(mastery))["state"] == "waiting"


async def test_without_a_mode_a_policy_is_tried_as_it_says_that_it_is_meant(
    pool: asyncpg.Pool, mastery: Mastery
) -> None:
    keeps = HIGHEST | {"format": "ascertain.policy@2", "override": "stands", "mode": "keep_attained"}
    for policy, said, mode in (
        (keeps, {}, "keep_attained"),
        (keeps, {"mode": "recompute"}, "recompute"),
        (HIGHEST, {}, "recompute"),
    ):
        what_if = await asked(mastery, policy=policy, **said)
        assert what_if["mode"] == mode
        await worked(pool)


async def test_one_has_one_under_way_and_the_same_key_is_the_same_what_if(
    ledger: LedgerWriter, mastery: Mastery
) -> None:
    body = {"policy": HIGHEST, "scope": "district"}
    first = await mastery.send("POST", "/v1/what-ifs", DISTRICT, body, **{"Idempotency-Key": "a"})
    again = await mastery.send("POST", "/v1/what-ifs", DISTRICT, body, **{"Idempotency-Key": "a"})
    assert (first.status_code, again.status_code, first.json()) == (202, 202, again.json())
    other = body | {"mode": "keep_attained"}
    mismatch = await mastery.send("POST", "/v1/what-ifs", DISTRICT, other, **{"Idempotency-Key": "a"})
    assert mismatch.json()["type"].endswith("mismatch")
    busy = await mastery.send("POST", "/v1/what-ifs", DISTRICT, other)
    assert (busy.status_code, busy.headers["Retry-After"]) == (429, "5")
    for person, scope, status in (
        (STRANGER, "district", 404),
        (AUDITOR, "district", 404),
        (SCHOOL, "district", 404),
        (SCHOOL, f"school/{SOUTH}", 404),
        (SCHOOL, f"school/{NORTH}", 202),
    ):
        answer = await mastery.send("POST", "/v1/what-ifs", person, body | {"scope": scope})
        assert answer.status_code == status, answer.text


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"policy": "d" * 64}, "/policy"),
    ({"policy": "none"}, "/policy"),
    ({"policy": HIGHEST | {"method": "ascertain.best@1"}}, "/policy/method"),
    ({"policy": HIGHEST | {"scale": HIGHEST["scale"] | {"cut": "5"}}}, "/policy/scale/cut"),
    ({"policy": HIGHEST | {"format": "ascertain.framework@1"}}, "/policy/format"),
    ({"policy": {name: HIGHEST[name] for name in HIGHEST if name != "title"}}, "/policy/title"),
    ({"scope": f"framework/{NORTH}"}, "/scope"),
    ({"scope": "everywhere"}, "/scope"),
    ({"mode": "sometimes"}, "/mode"),
]


async def test_what_is_wrong_is_named(mastery: Mastery) -> None:
    for change, field in WRONG:
        answer = await mastery.send("POST", "/v1/what-ifs", DISTRICT, {"policy": HIGHEST, "scope": "district"} | change)
        assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text


async def test_a_school_is_told_of_its_own_and_of_others_what_tells_of_nobody(
    pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery
) -> None:
    own, others = a_class(ledger, 3), a_class(ledger, 9, SOUTH)
    accommodation = policy_document("ascertain.latest@1", title="Hers")
    adopt(ledger, f"learner/{own[0]}", accommodation)
    applied = Applied(pool, ledger)
    await applied.more()
    await applied.refold()
    what_if = (await asked(mastery))["id"]
    await worked(pool)
    whole = await seen(mastery, what_if)
    assert (whole["result"]["states"], whole["result"]["changed"], whole["elsewhere"]) == (24, 11, None)
    assert (whole["accommodated"], whole["stay"]) == (1, {"learner": 2})
    assert "1 learner has a policy of their own" in " ".join(whole["result"]["summary"])
    assert await seen(mastery, what_if, AUDITOR) == whole
    part = await seen(mastery, what_if, SCHOOL)
    assert (part["result"]["states"], part["result"]["changed"]) == (6, 2)
    assert (part["elsewhere"]["states"], part["elsewhere"]["changed"], part["elsewhere"]["hidden"]) == (0, 0, True)
    assert {move["number"] for each in part["elsewhere"]["competencies"] for move in each["moves"]} == {None}
    assert (part["progress"]["states"], part["accommodated"], part["stay"], part["held"]) == (None,) * 4
    assert {each["learner"] for each in await learners(mastery, what_if, READING, SCHOOL)} == set(own[1:])
    found = await learners(mastery, what_if, READING)
    assert {each["learner"] for each in found} == {*own[1:], *others}
    assert found[0]["why"][0].startswith("As it is: This was shown at mastery before and has slipped since")
    assert any(sentence.startswith("Under this policy: This is mastered") for sentence in found[0]["why"])
    for person in (STRANGER, own[1]):
        assert (await mastery.get(f"/v1/what-ifs/{what_if}", person)).status_code == 404
        query = {"competency": READING}
        assert (await mastery.get(f"/v1/what-ifs/{what_if}/learners", person, **query)).status_code == 404
    assert (await mastery.send("DELETE", f"/v1/what-ifs/{what_if}", SCHOOL)).status_code == 404


async def test_why_is_told_as_it_was_known_then(pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery) -> None:
    [learner] = a_class(ledger, 1)
    applied = Applied(pool, ledger)
    await applied.more()
    await applied.refold()
    what_if = (await asked(mastery))["id"]
    await worked(pool)
    [before] = await learners(mastery, what_if, READING)
    ledger.now += 1
    ledger.attempt(learner, result(READING, "4"))
    adopt(ledger, "district", policy_document("ascertain.latest@1", cut="4"))
    await applied.more()
    await applied.refold()
    assert await learners(mastery, what_if, READING) == [before]


async def test_a_forgotten_learner_drops_out_of_what_is_kept_and_of_what_is_under_way(
    pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery
) -> None:
    gone, *others = a_class(ledger, 4)
    applied = Applied(pool, ledger)
    applied.projections.append(WhatIfForgetting())
    await applied.more()
    await applied.refold()
    kept = (await asked(mastery))["id"]
    await worked(pool)
    under_way = (await asked(mastery))["id"]
    forgotten: list[bool] = []

    async def between(shard: int) -> None:
        """She is forgotten after her part was read."""
        if shard == shard_of(TENANT, gone) and not forgotten:
            forgotten.append(True)
            ledger.forget(gone)
            await applied.more()

    await worked(pool, trier=lambda: Here(between), block=1)
    assert forgotten == [True]
    for what_if in (kept, under_way):
        document = await seen(mastery, what_if)
        assert document["result"]["changed"] == 3
        assert {each["learner"] for each in await learners(mastery, what_if, READING)} == set(others)
    rows = await pool.fetch("SELECT learners FROM what_if.changed")
    assert all(UUID(gone).bytes not in row["learners"] for row in rows)


async def test_results_are_kept_for_a_while_and_few_of_them(
    pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery
) -> None:
    ids = []
    for _ in range(KEPT_A_PERSON + 2):
        ids.append((await asked(mastery))["id"])
        await worked(pool)
    statuses = [(await mastery.get(f"/v1/what-ifs/{id_}", DISTRICT)).status_code for id_ in ids]
    assert statuses == [404] * 2 + [200] * KEPT_A_PERSON
    await pool.execute("UPDATE what_if.asked SET ended_ms = ended_ms - $1", KEPT_AGE + 1)
    await worked(pool)
    assert (await mastery.get(f"/v1/what-ifs/{ids[-1]}", DISTRICT)).status_code == 404
