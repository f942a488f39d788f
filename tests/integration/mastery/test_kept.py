"""The door to what is kept beside states: every row of it, page by page, also what no projection wrote."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from services.mastery.http.kept_documents import KeptDocument, KeptPageDocument
from shared.ledger.identifiers import shard_of
from shared.runtime.ledger_table import LedgerTable
from tests.integration.mastery.test_grades import COURSE, PERIOD, Graded
from tests.integration.mastery.test_states import ANA, BO, NORTH, READING
from tests.support.ledger_writer import TENANT, named, result
from tests.support.mastery_http import Mastery, serving

CY = named("Cy")
COLUMNS = {
    "learner": {"shard", "learner", "school", "schools"},
    "forgotten": {"shard", "learner", "position"},
    "grade": {"shard", "learner", "grade", "course", "period", "decisions"},
    "graded": {"shard", "learner", "grade", "competency", "digest"},
    "review": {"shard", "learner", "review", "about", "about_id", "requested_ms", "asked_by", "reason_ref"}
    | {"answer", "answered_by", "answered_ms", "outcome", "change", "answer_ref"},
    "redo": {"shard", "learner", "redo", "competency", "began", "opened", "work", "cycle"},
    "feedback": {"shard", "learner", "piece", "ref"},
}
"""Every column that the door tells; whoever adds one must tell it too, or nothing verifies it."""


@pytest.fixture
def graded(pool: asyncpg.Pool) -> Graded:
    return Graded(pool)


@pytest.fixture
async def mastery(pool: asyncpg.Pool, graded: Graded, tmp_path: Path) -> AsyncIterator[Mastery]:
    async with serving(pool, LedgerTable(pool), tmp_path, lambda: graded.story.now) as made:
        yield made


async def pages(mastery: Mastery, limit: int = 2) -> dict[tuple[int, str], dict[str, Any]]:
    told: dict[tuple[int, str], dict[str, Any]] = {}
    after: dict[str, str] = {}
    while True:
        page = (await mastery.door("/mastery/kept", limit=limit, **after)).json()
        KeptPageDocument.model_validate(page)
        told |= {(one["shard"], one["learner"]): one for one in page["learners"]}
        if page["next"] is None:
            return told
        after = {"after": page["next"]}


async def test_the_door_tells_every_column_of_every_row(graded: Graded, mastery: Mastery) -> None:
    story = graded.story
    grade = graded.released(ANA, READING)
    upholding = graded.upheld(ANA, grade, READING)
    review = story.say("ReviewRequested", ANA, "review/1", {"reason_ref": "ab" * 32, "grade": grade})
    answer = {"review": review, "outcome": "changed", "change": grade, "answer_ref": "cd" * 32}
    answering = story.say("ReviewAnswered", ANA, "review/1", answer)
    redo = story.say("RedoOffered", ANA, f"redo/{ANA}/{READING}", {"competency": READING})
    going_on = {"competency": READING, "cycle": redo}
    relearned = story.say("RelearnLogged", ANA, f"redo/{ANA}/{READING}", {**going_on, "kind": "conference"})
    opening = story.say(
        "RedoOpened", ANA, f"redo/{ANA}/{READING}", {**going_on, "task": named("task"), "work": named("work")}
    )
    scored = story.score(ANA, result(READING, "3", criterion="thesis"), feedback_ref="ef" * 32)
    story.forget(BO)
    await graded.come()
    told = await pages(mastery, limit=1)
    assert [key[0] for key in told] == sorted(key[0] for key in told)
    assert {learner for _, learner in told} == {ANA, BO, CY}
    ana = told[shard_of(TENANT, ANA), ANA]
    assert ana == KeptDocument.model_validate(ana).model_dump()
    assert ana == (await mastery.door(f"/mastery/learners/{ANA}/kept")).json()
    assert (ana["enrolled"]["school"], ana["forgotten"], ana["under_review"]) == (NORTH, None, False)
    [school] = ana["enrolled"]["schools"]
    assert school["school"] == NORTH
    [told_grade] = ana["grades"]
    assert (told_grade["grade"], told_grade["course"], told_grade["period"]) == (grade, COURSE, PERIOD)
    first, second = told_grade["decisions"]
    assert (first["event"], first["state"], second["event"], second["state"]) == (
        grade,
        "released",
        upholding,
        "upheld",
    )
    assert ana["graded"] == [{"grade": grade, "competency": READING, "digest": second["seen"][READING]}]
    assert first["levels"][0]["state"] == second["seen"][READING]
    [told_review] = ana["reviews"]
    assert (told_review["review"], told_review["answer"], told_review["change"]) == (review, answering, grade)
    [told_redo] = ana["redos"]
    assert (told_redo["redo"], told_redo["competency"], told_redo["opened"]) == (redo, READING, True)
    assert told_redo["began"] == told_redo["cycle"]["position"]
    assert told_redo["work"] == told_redo["cycle"]["opened"]["work"] == named("work")
    assert [step["event"] for step in told_redo["cycle"]["relearned"]] == [relearned]
    assert (told_redo["cycle"]["opened"]["event"], told_redo["cycle"]["opened"]["version"]) == (opening, 3)
    assert ana["feedback"] == [{"piece": scored, "ref": "ef" * 32}]
    applied = await graded.pool.fetchval("SELECT position FROM projection.watermark WHERE shard = $1", ana["shard"])
    assert ana["applied"] == applied
    bo = told[shard_of(TENANT, BO), BO]
    assert (bo["enrolled"], bo["grades"], bo["graded"], bo["reviews"]) == (None, [], [], [])
    assert (bo["redos"], bo["feedback"]) == ([], [])
    assert bo["forgotten"] is not None


@pytest.mark.parametrize("table", COLUMNS)
async def test_no_column_is_left_out(pool: asyncpg.Pool, table: str) -> None:
    rows = await pool.fetch(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'mastery' AND table_name = $1", table
    )
    assert {row["column_name"] for row in rows} == COLUMNS[table]


async def test_rows_that_no_projection_wrote_are_told_too(graded: Graded, mastery: Mastery) -> None:
    await graded.come()
    await graded.pool.execute("UPDATE mastery.learner SET shard = -7 WHERE learner = $1", ANA)
    await graded.pool.execute("UPDATE mastery.learner SET shard = 2147483647 WHERE learner = $1", BO)
    await graded.pool.execute("UPDATE mastery.learner SET schools = '\\xff' WHERE learner = $1", CY)
    told = await pages(mastery, limit=1)
    assert set(told) == {(-7, ANA), (2147483647, BO), (shard_of(TENANT, CY), CY)}
    assert told[shard_of(TENANT, CY), CY]["enrolled"]["schools"] is None
    assert (await mastery.door(f"/mastery/learners/{ANA}/kept")).json()["enrolled"] is None


async def test_what_is_written_otherwise_than_this_service_writes_it_is_not_taken_for_read(
    graded: Graded, mastery: Mastery
) -> None:
    grade = graded.released(ANA, READING)
    await graded.come()
    for change in ("decisions || '\\x00'", "'\\xff'", "'\\x90' || substr(decisions, 2)"):
        before = await graded.pool.fetchval("SELECT decisions FROM mastery.grade WHERE grade = $1", grade)
        await graded.pool.execute(f"UPDATE mastery.grade SET decisions = {change}")
        [told] = (await mastery.door(f"/mastery/learners/{ANA}/kept")).json()["grades"]
        assert (told["grade"], told["decisions"]) == (grade, None)
        await graded.pool.execute("UPDATE mastery.grade SET decisions = $1", before)


async def test_a_learner_in_quarantine_is_said_to_be(graded: Graded, mastery: Mastery) -> None:
    graded.amended(ANA, named("no grade"), READING)
    await graded.come()
    told = await pages(mastery)
    assert {learner for (_, learner), one in told.items() if one["under_review"]} == {ANA}


async def test_only_services_of_the_district_come_in(mastery: Mastery) -> None:
    for path in ("/mastery/kept", f"/mastery/learners/{ANA}/kept"):
        assert (await mastery.get(path, ANA)).status_code == 401
    assert (await mastery.door("/mastery/kept", after="x")).json()["field"] == "after"
    assert (await mastery.door("/mastery/kept", limit=501)).status_code == 422
