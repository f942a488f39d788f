"""Entries become rows that say what a plain fold, written apart, says: whatever comes, in whatever order."""

import random
from typing import Any

import asyncpg
import pytest

from tests.support.ledger_writer import LedgerWriter, framework_document, named, policy_document, result
from tests.support.mastery import Applied, by_oracle, stored

ANA, BO = named("Ana"), named("Bo")
READING, WRITING, SPEAKING = named("reading"), named("writing"), named("speaking")
NORTH, SOUTH = named("North"), named("South")
LETTERS = framework_document(named("letters"), [READING, WRITING])
SECOND = 1000


def given() -> LedgerWriter:
    """A district with a framework and a policy for all."""
    ledger = LedgerWriter()
    ledger.publish(LETTERS)
    adopt(ledger, "district", policy_document("ascertain.decaying_average@1", weight="0.65"))
    return ledger


def adopt(ledger: LedgerWriter, scope: str, policy: dict[str, Any], mode: str = "recompute") -> None:
    if ledger.keep(policy) not in {raw["body"].get("digest") for raw in ledger.entries}:
        ledger.publish(policy)
    ledger.adopt(scope, policy, mode)


async def test_evidence_becomes_a_state_that_names_what_it_rests_on(pool: asyncpg.Pool) -> None:
    ledger = given()
    ledger.enrol(ANA, NORTH)
    ledger.attempt(ANA, result(READING, "2"), result(WRITING, "4"))
    ledger.score(ANA, result(READING, "4", criterion="clear"), result(READING, "4", criterion="deep"))
    await Applied(pool, ledger).more()
    rows = await stored(pool)
    assert rows == by_oracle(ledger)
    assert rows[ANA, READING]["counted"] == 2
    assert rows[ANA, READING]["status"] == "mastered"


async def test_late_evidence_takes_its_place_and_a_void_takes_one_away(pool: asyncpg.Pool) -> None:
    ledger = given()
    applied = Applied(pool, ledger)
    ledger.now += 60 * SECOND
    good = ledger.attempt(ANA, result(READING, "4"), result(WRITING, "4"))
    ledger.attempt(ANA, result(READING, "1"), occurred=ledger.now - 50 * SECOND)
    await applied.more()
    assert (await stored(pool))[ANA, READING]["status"] == "not_yet"  # 4 counts after 1: 1 × 0.35 + 4 × 0.65 = 2.95
    assert await stored(pool) == by_oracle(ledger)
    ledger.void(ANA, good)
    await applied.more()
    rows = await stored(pool)
    assert rows == by_oracle(ledger)
    assert rows[ANA, WRITING]["status"] == "no_evidence"


async def test_evidence_voided_in_its_own_batch_and_a_redo_of_another(pool: asyncpg.Pool) -> None:
    ledger = given()
    first = ledger.attempt(ANA, result(READING, "1"))
    ledger.attempt(ANA, result(READING, "3"), redo_of=first)
    ledger.void(ANA, ledger.attempt(ANA, result(READING, "0")))
    await Applied(pool, ledger).more()
    assert await stored(pool) == by_oracle(ledger)


async def test_another_school_brings_another_policy(pool: asyncpg.Pool) -> None:
    ledger = given()
    adopt(ledger, f"school/{SOUTH}", policy_document("ascertain.highest@1", cut="4"))
    applied = Applied(pool, ledger)
    ledger.enrol(ANA, NORTH)
    ledger.attempt(ANA, result(READING, "4"), result(WRITING, "3"))
    ledger.attempt(ANA, result(READING, "1"))
    ledger.attempt(BO, result(READING, "1"))
    await applied.more()
    before = await stored(pool)
    ledger.enrol(ANA, SOUTH)
    ledger.enrol(ANA, SOUTH)
    await applied.more()
    after = await stored(pool)
    assert after == by_oracle(ledger)
    assert {row["scope"] for key, row in after.items() if key[0] == ANA} == {f"school/{SOUTH}"}
    assert after[BO, READING] == before[BO, READING]


@pytest.mark.parametrize(
    "scope", ["district", f"school/{NORTH}", f"framework/{LETTERS['id']}", f"competency/{READING}", f"learner/{ANA}"]
)
async def test_an_adoption_refolds_whom_it_concerns_in_chunks(pool: asyncpg.Pool, scope: str) -> None:
    ledger = given()
    applied = Applied(pool, ledger)
    for learner in [ANA, BO, *[named(f"learner {n}") for n in range(6)]]:
        ledger.enrol(learner, NORTH if learner != BO else SOUTH)
        ledger.attempt(learner, result(READING, "3"), result(WRITING, "1"), result(SPEAKING, "2"))
    await applied.more()
    await applied.refold()
    adopt(ledger, scope, policy_document("ascertain.highest@1", cut="2"), "keep_attained")
    await applied.more()
    assert await stored(pool) != by_oracle(ledger)
    chunks = await applied.refold(chunk=2)
    assert await stored(pool) == by_oracle(ledger)
    concerned = sum(row["scope"] == scope for row in (await stored(pool)).values())
    assert concerned
    assert chunks >= concerned / 2


async def test_evidence_before_any_policy_waits_for_one(pool: asyncpg.Pool) -> None:
    ledger = LedgerWriter()
    applied = Applied(pool, ledger)
    ledger.attempt(ANA, result(READING, "4"))
    await applied.more()
    assert (await stored(pool))[ANA, READING]["status"] == "no_policy"
    ledger.publish(LETTERS)
    adopt(ledger, f"framework/{LETTERS['id']}", policy_document())
    await applied.more()
    await applied.refold()
    assert (await stored(pool))[ANA, READING]["status"] == "mastered"
    assert await stored(pool) == by_oracle(ledger)


async def test_a_framework_published_late_brings_its_own_policy(pool: asyncpg.Pool) -> None:
    ledger = LedgerWriter()
    applied = Applied(pool, ledger)
    adopt(ledger, "district", policy_document())
    adopt(ledger, f"framework/{LETTERS['id']}", policy_document(cut="2"))
    ledger.attempt(ANA, result(READING, "2"))
    await applied.more()
    await applied.refold()
    assert (await stored(pool))[ANA, READING]["status"] == "not_yet"
    ledger.publish(LETTERS)
    await applied.more()
    await applied.refold()
    assert (await stored(pool))[ANA, READING]["status"] == "mastered"
    assert await stored(pool) == by_oracle(ledger)


@pytest.mark.parametrize("seed", range(8))
async def test_whatever_happens_the_rows_say_what_a_plain_fold_says(pool: asyncpg.Pool, seed: int) -> None:
    chance = random.Random(seed)
    ledger = LedgerWriter()
    applied = Applied(pool, ledger)
    for _ in range(12):
        for _ in range(chance.randrange(1, 25)):
            _something(ledger, chance)
        await applied.more()
        if chance.random() < 0.3:
            await applied.refold(chunk=chance.randrange(1, 9))
    await applied.refold()
    assert await stored(pool) == by_oracle(ledger)


def _something(ledger: LedgerWriter, chance: random.Random) -> None:
    """One more entry of a random kind."""
    ledger.now += chance.choice([0, 1, SECOND])
    learner = chance.choice([ANA, BO, named("Cy"), named("Di")])
    mine = [raw for raw in ledger.entries if raw["envelope"]["owner"] == learner and "results" in raw["body"]]
    voided = {raw["body"]["evidence"] for raw in ledger.entries if "evidence" in raw["body"]}
    match chance.choice(["attempt"] * 8 + ["score"] * 3 + ["void"] * 2 + ["enrol", "adopt", "publish"]):
        case "attempt" | "score" as kind:
            results = [
                result(competency, str(chance.randrange(5)), criterion=None if kind == "attempt" else f"c{n}")
                for n in range(chance.randrange(1, 4))
                for competency in [chance.choice([READING, WRITING, SPEAKING])]
            ]
            more = {
                "purpose": chance.choice(["performance", "performance", "practice"]),
                "occurred": ledger.now - chance.randrange(5) * SECOND,
                "redo_of": chance.choice(mine)["envelope"]["id"] if mine and chance.random() < 0.3 else None,
            }
            (ledger.attempt if kind == "attempt" else ledger.score)(learner, *results, **more)
        case "void":
            left = [raw["envelope"]["id"] for raw in mine if raw["envelope"]["id"] not in voided]
            if left:
                ledger.void(learner, chance.choice(left))
        case "enrol":
            ledger.enrol(learner, chance.choice([NORTH, SOUTH]))
        case "adopt":
            scopes = ["district", f"school/{NORTH}", f"framework/{LETTERS['id']}", f"competency/{READING}"]
            method = chance.choice(["latest", "highest", "decaying_average"])
            policy = policy_document(
                f"ascertain.{method}@1",
                weight="0.5" if method == "decaying_average" else None,
                cut=chance.choice(["2", "3", "4"]),
                pieces=chance.choice([1, 2]),
                redo=chance.choice(["replaces", "adds"]),
            )
            adopt(
                ledger,
                chance.choice([*scopes, f"learner/{learner}"]),
                policy,
                chance.choice(["recompute", "keep_attained"]),
            )
        case _:
            if ledger.keep(LETTERS) not in {raw["body"].get("digest") for raw in ledger.entries}:
                ledger.publish(LETTERS)
