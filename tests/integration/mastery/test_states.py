"""Entries become rows that say what a plain fold, written apart, says: whatever comes, in whatever order."""

import random
from typing import Any

import asyncpg
import pytest

from tests.support.ledger_writer import LedgerWriter, framework_document, named, policy_document, result
from tests.support.mastery import Applied, by_oracle, entries_of, stored

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


async def test_a_level_that_a_teacher_set_stands_beside_the_evidence_also_where_there_is_none(
    pool: asyncpg.Pool,
) -> None:
    ledger = given()
    policy = ledger.documents[ledger.entries[-1]["body"]["policy"]]
    applied = Applied(pool, ledger)
    ledger.attempt(ANA, result(READING, "1"))
    ledger.override(ANA, READING, policy, "3")
    alone = ledger.override(ANA, SPEAKING, policy, "2")
    await applied.more()
    rows = await stored(pool)
    assert rows == by_oracle(ledger)
    assert (rows[ANA, READING]["status"], rows[ANA, READING]["level"]) == ("mastered", "Proficient")
    assert (rows[ANA, SPEAKING]["status"], rows[ANA, SPEAKING]["level"]) == ("not_yet", "Developing")
    ledger.clear(ANA, SPEAKING, alone)
    ledger.clear(ANA, WRITING, alone)  # it clears nothing there, and makes no state
    await applied.more()
    rows = await stored(pool)
    assert rows == by_oracle(ledger)
    assert rows[ANA, SPEAKING]["status"] == "no_evidence"
    assert (ANA, WRITING) not in rows


async def test_a_correction_stands_in_the_place_of_what_it_corrects_in_whatever_batch(pool: asyncpg.Pool) -> None:
    ledger = given()
    applied = Applied(pool, ledger)
    wrong = ledger.attempt(ANA, result(READING, "4"), result(WRITING, "4"))
    redo = ledger.attempt(ANA, result(WRITING, "3"), redo_of=wrong)
    await applied.more()
    ledger.supersede(ANA, wrong, ledger.attempt(ANA, result(READING, "1"), result(WRITING, "1")))
    ledger.reflect(ANA, result(READING, "4"))
    ledger.observe(ANA, result(SPEAKING, "3"))
    await applied.more()
    rows = await stored(pool)
    assert rows == by_oracle(ledger)
    assert (rows[ANA, READING]["status"], rows[ANA, SPEAKING]["status"]) == ("not_yet", "mastered")
    assert rows[ANA, WRITING]["value"] == 3_000_000, f"{redo} does over what stands in the place of {wrong}"


async def test_a_level_set_under_a_policy_that_comes_here_later_is_folded_once_it_has(pool: asyncpg.Pool) -> None:
    """Evidence may be ahead of the definitions, and the learner may have left the school whose policy it was."""
    ledger, late = given(), policy_document("ascertain.highest@1", levels=[("1", "Seed"), ("3", "Proficient")])
    ledger.enrol(ANA, NORTH)
    applied = Applied(pool, ledger)
    await applied.more()
    await applied.refold()
    seen = len(ledger.entries)
    adopt(ledger, f"school/{NORTH}", late)
    ledger.attempt(ANA, result(READING, "1"))
    ledger.override(ANA, READING, late, "3")
    ledger.enrol(ANA, SOUTH)
    entries = entries_of(ledger)[seen:]
    await applied.apply([entry for entry in entries if entry.ledger == "evidence"])
    assert (await stored(pool))[ANA, READING]["status"] == "not_yet"
    await applied.apply([entry for entry in entries if entry.ledger == "definitions"])
    await applied.refold()
    rows = await stored(pool)
    assert rows == by_oracle(ledger)
    assert rows[ANA, READING]["status"] == "mastered"


@pytest.mark.parametrize("seed", [0, 1, 2, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(3, 8))])
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
    happenings = ["attempt"] * 8 + ["score"] * 3 + ["void"] * 2 + ["enrol", "adopt", "publish"]
    match chance.choice([*happenings, "observe", "reflect", "supersede", "override", "override", "clear"]):
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
        case "void" | "supersede" as kind:
            left = [raw["envelope"]["id"] for raw in mine if raw["envelope"]["id"] not in voided]
            if left and kind == "void":
                ledger.void(learner, chance.choice(left))
            elif left:
                right = ledger.attempt(learner, result(READING, str(chance.randrange(5))))
                ledger.supersede(learner, chance.choice(left), right)
        case "observe" | "reflect" | "override" | "clear" as kind:
            _judge(ledger, chance, learner, kind)
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
                override=chance.choice([None, "stands", "until_evidence"]),
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


def _judge(ledger: LedgerWriter, chance: random.Random, learner: str, kind: str) -> None:
    """What people see and judge."""
    competency = chance.choice([READING, SPEAKING])
    match kind:
        case "override":
            adopted = [raw["body"]["policy"] for raw in ledger.entries if "mode" in raw["body"]]
            policy = ledger.documents[chance.choice(adopted)] if adopted else policy_document()
            ledger.override(learner, competency, policy, chance.choice(["0", "2", "3"]))
        case "clear":
            name = "ascertain.LevelOverridden"
            set_by = [raw for raw in ledger.entries if raw["envelope"]["type"] == name]
            mine = [raw for raw in set_by if raw["envelope"]["owner"] == learner]
            if mine:
                last = chance.choice(mine[-2:])
                ledger.clear(learner, last["body"]["competency"], last["envelope"]["id"])
        case _:
            getattr(ledger, kind)(learner, result(competency, str(chance.randrange(5))))
