"""A competency with parts: where these put the learner, as of any moment, beside what was shown of itself."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from services.mastery.http.documents import ExplanationDocument, MasteryDocument
from tests.integration.mastery.test_states import ANA, READING, SECOND, WRITING, adopt
from tests.support.ledger_writer import LedgerWriter, framework_document, named, policy_document, result
from tests.support.mastery import Applied, WrittenLedger
from tests.support.mastery_http import Mastery, serving

LETTERS = named("letters")
LOWEST = {"method": "rollup.conjunctive@1", "parameters": {}}


@pytest.fixture
def ledger() -> LedgerWriter:
    """Reading and writing are the parts of letters, which is as strong as the weaker of them."""
    writer = LedgerWriter()
    document = framework_document(named("a framework with parts"), [LETTERS, READING, WRITING])
    for row in document["competencies"][1:]:
        row["parent"] = LETTERS
    writer.publish(document)
    adopt(writer, "district", policy_document(roll_up=LOWEST))
    return writer


@pytest.fixture
async def mastery(pool: asyncpg.Pool, ledger: LedgerWriter, tmp_path: Path) -> AsyncIterator[Mastery]:
    async with serving(pool, WrittenLedger(ledger), tmp_path, lambda: ledger.now) as made:
        yield made


def said(answer: dict[str, Any]) -> tuple[str, str | None, list[str | None]]:
    return answer["status"], answer["level"], [part["brings"] for part in answer["parts"]]


async def test_a_parent_is_derived_at_each_read_and_at_its_pins_for_ever(
    pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery
) -> None:
    ledger.attempt(ANA, result(READING, "4"))
    applied = Applied(pool, ledger)
    await applied.more()
    answer = await mastery.learner(ANA)
    MasteryDocument.model_validate(answer)
    assert [state["competency"] for state in answer["states"]] == [READING]
    [first] = answer["by_parts"]
    assert (first["competency"], first["code"], said(first)) == (LETTERS, "c.0", ("not_enough", None, ["4", None]))
    ledger.now += SECOND
    ledger.attempt(ANA, result(WRITING, "2"))
    await applied.more()
    explained = await mastery.explanation(ANA, LETTERS)
    ExplanationDocument.model_validate(explained)
    assert explained["status"] == "no_evidence"
    assert said(explained["by_parts"]) == ("not_yet", "Developing", ["4", "2"])
    assert explained["why"][1:] == [
        "By its parts, this is not mastered yet: the level is Developing, the value 2 of 4; mastery begins at 3.",
        "The lowest child sets the value.",
        "c.1: mastered, Proficient. It brings 4 of 4.",
        "c.2: not mastered yet, Developing. It brings 2 of 4.",
    ]
    own = ",".join(f"{pin['ledger']}:{pin['shard']}:{pin['position']}" for pin in first["pins"])
    assert (await mastery.learner(ANA, as_of=own))["by_parts"] == [first]


async def test_what_was_shown_of_the_parent_itself_stands_and_the_parts_are_told_beside_it(
    pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery
) -> None:
    ledger.attempt(ANA, result(READING, "4"), result(WRITING, "3"), result(LETTERS, "2"))
    await Applied(pool, ledger).more()
    explained = await mastery.explanation(ANA, LETTERS)
    assert (explained["status"], explained["level"]) == ("not_yet", "Developing")
    assert said(explained["by_parts"]) == ("mastered", "Proficient", ["4", "3"])


async def test_without_a_roll_up_there_is_nothing_derived(
    pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery
) -> None:
    adopt(ledger, f"competency/{LETTERS}", policy_document())
    ledger.attempt(ANA, result(READING, "4"))
    await Applied(pool, ledger).more()
    assert (await mastery.learner(ANA))["by_parts"] == []
    assert "by_parts" not in await mastery.explanation(ANA, LETTERS)
