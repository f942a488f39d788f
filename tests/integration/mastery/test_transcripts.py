"""A transcript says each level with its evidence and date, in the framework's order, and its code is confirmed."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from services.mastery.http.transcript_documents import StandingDocument, TranscriptDocument
from services.mastery.postgres.transcripts import PostgresTranscripts, TranscriptForgetting
from shared.runtime.connections import borrowed
from tests.integration.mastery.test_grades import HEAD, Graded
from tests.integration.mastery.test_states import ANA, BO, READING, WRITING
from tests.support.attempt_counts import counted
from tests.support.ledger_writer import named, result
from tests.support.mastery import WrittenLedger, entries_of
from tests.support.mastery_http import Mastery, serving
from tests.support.waiting import until

AREA, SPEAKING, LISTENING = named("area"), named("speaking"), named("listening")


def framework() -> dict[str, Any]:
    """In an order of its own: not by code, not by level."""
    competencies = [
        {"id": AREA, "code": "z", "statement": "Speaking and listening"},
        {"id": SPEAKING, "code": "z.2", "statement": "Speaks so that all hear.", "parent": AREA},
        {"id": WRITING, "code": "b", "statement": "Writes an argument."},
        {"id": LISTENING, "code": "z.1", "statement": "Builds on a peer.", "parent": AREA},
        {"id": READING, "code": "a", "statement": "Finds the theme."},
    ]
    return {
        "format": "ascertain.framework@1", "id": named("letters"), "title": "English",
        "competencies": competencies, "prerequisites": [],
    }  # fmt: skip


@pytest.fixture
async def graded(pool: asyncpg.Pool) -> Graded:
    made = Graded(pool)
    made.applied.projections = [*made.applied.projections, TranscriptForgetting()]
    made.story.publish(framework())
    made.story.attempt(ANA, result(SPEAKING, "1"))
    made.story.attempt(ANA, result(LISTENING, "4"))
    made.story.attempt(ANA, result(WRITING, "4"))
    await made.relate()
    await made.come()
    return made


@pytest.fixture
async def mastery(graded: Graded, tmp_path: Path) -> AsyncIterator[Mastery]:
    async with serving(graded.pool, WrittenLedger(graded.story), tmp_path, lambda: graded.story.now) as made:
        yield made


async def transcript(mastery: Mastery, person: str = ANA, **query: str) -> dict[str, Any]:
    answer = await mastery.get(f"/v1/learners/{ANA}/transcript", person, **query)
    assert answer.status_code == 200, answer.text
    TranscriptDocument.model_validate(answer.json())
    assert list(counted(answer.json())) == []
    return dict(answer.json())


async def standing(mastery: Mastery, code: str) -> str:
    answer = await mastery.client.get(f"/v1/transcripts/{code}")
    StandingDocument.model_validate(answer.json())
    assert answer.json().keys() == {"standing"}
    return str(answer.json()["standing"])


async def test_levels_stand_by_area_in_the_frameworks_order_never_by_level(mastery: Mastery, graded: Graded) -> None:
    told = await transcript(mastery)
    [english] = told["frameworks"]
    assert english["title"] == "English"
    assert [(area.get("title"), [line["code"] for line in area["competencies"]]) for area in english["areas"]] == [
        (None, ["b", "a"]),
        ("Speaking and listening", ["z.2", "z.1"]),
    ]
    line = english["areas"][0]["competencies"][1]
    assert (line["statement"], line["kinds"], line["judged"]) == ("Finds the theme.", ["attempt"], False)
    assert line["at"] == line["latest"]["occurred_at"]
    states = {state["competency"]: state for state in (await mastery.learner(ANA))["states"]}
    assert (line["level"], line["state"]) == (states[READING]["level"], states[READING]["digest"])


async def test_its_code_is_valid_until_the_record_moves_on_and_tells_nothing(mastery: Mastery, graded: Graded) -> None:
    told = await transcript(mastery)
    code = told["code"]
    assert await standing(mastery, code) == "valid"
    assert await standing(mastery, code.lower().replace("-", "")) == "valid"
    assert await standing(mastery, "A" + code[1:]) == ("valid" if code[0] == "A" else "unknown")
    assert (await transcript(mastery, HEAD))["code"] == code
    graded.story.attempt(BO, result(READING, "1"))
    await graded.come()
    assert await standing(mastery, code) == "valid"
    graded.story.attempt(ANA, result(READING, "1"))
    await graded.come()
    assert await standing(mastery, code) == "superseded"
    later = await transcript(mastery)
    assert await standing(mastery, later["code"]) == "valid"
    pins = ",".join(f"{pin['ledger']}:{pin['shard']}:{pin['position']}" for pin in told["as_of"]["pins"])
    assert await transcript(mastery, as_of=pins) == told


async def test_released_grades_stand_on_it_and_what_is_asked_about_says_so(mastery: Mastery, graded: Graded) -> None:
    without = (await transcript(mastery))["code"]
    grade = graded.released(ANA, READING)
    for n, about in enumerate(({"grade": grade}, {"competency": WRITING})):
        body = {"learner": ANA, **about, "reason_ref": "ab" * 32}
        graded.story.say("ReviewRequested", ANA, f"review/{named(f'review {n}')}", body)
    await graded.come()
    told = await transcript(mastery)
    [released] = told["grades"]
    assert (released["grade"], released["under_review"]) == (grade, True)
    assert [level["code"] for level in released["levels"]] == ["a"]
    lines = {line["code"]: line for area in told["frameworks"][0]["areas"] for line in area["competencies"]}
    assert {code for code, line in lines.items() if line["under_review"]} == {"b"}
    assert await standing(mastery, without) == "superseded"


async def test_it_is_for_whoever_may_see_her_and_gone_with_her(mastery: Mastery, graded: Graded) -> None:
    code = (await transcript(mastery))["code"]
    assert (await mastery.get(f"/v1/learners/{ANA}/transcript", BO)).status_code == 404
    graded.story.forget(ANA)
    await graded.come()
    assert await standing(mastery, code) == "unknown"
    assert (await mastery.get(f"/v1/learners/{ANA}/transcript", ANA)).status_code == 410
    assert await graded.pool.fetchval("SELECT count(*) FROM transcript.issued") == 0


async def test_a_code_given_out_while_she_is_being_forgotten_is_not_kept(graded: Graded) -> None:
    graded.story.forget(ANA)
    forgetting = [entries_of(graded.story)[-1]]
    async with borrowed(graded.pool) as connection, connection.transaction():
        for projection in graded.applied.projections:
            await projection.prepare(forgetting)
            await projection.apply(connection, forgetting)
        giving = asyncio.create_task(PostgresTranscripts(graded.pool).issue("A CODE", ANA))

        async def waits_or_is_done() -> bool:
            waits = (
                "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database ="
                " (SELECT oid FROM pg_database WHERE datname = current_database()))"
            )
            return giving.done() or await graded.pool.fetchval(waits)

        await until(waits_or_is_done, "the code is kept, or waits for the forgetting")
    await giving
    assert await graded.pool.fetchval("SELECT count(*) FROM transcript.issued") == 0
