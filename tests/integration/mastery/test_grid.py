"""A section's grid through mastery's HTTP: the same as everywhere else is told of its learners, in one answer."""

from typing import Any

import asyncpg

from services.mastery.http.grid_documents import GridDocument
from tests.integration.mastery.test_readiness import (
    CLEO,
    COURSE,
    LINES,
    MAY,
    RATIO,
    SECTION,
    SLOPE,
    TEACHER,
    applied,
    ledger,
    mastery,
)
from tests.integration.mastery.test_states import ANA, BO, adopt
from tests.support.graphs import framework
from tests.support.ledger_writer import LedgerWriter, named, policy_document, result
from tests.support.mastery import Applied
from tests.support.mastery_http import Mastery, disclosed_by

__all__ = ["applied", "ledger", "mastery"]  # fixtures

GRID = f"/v1/sections/{SECTION}/grid"


async def grid(mastery: Mastery, **query: Any) -> dict[str, Any]:
    response = await mastery.get(GRID, TEACHER, **query)
    assert response.status_code == 200, response.text
    GridDocument.model_validate(response.json())
    return dict(response.json())


def cells(answer: dict[str, Any], learner: str) -> dict[str, tuple[str, str | None, bool, bool]]:
    [row] = [row for row in answer["rows"] if row["learner"] == learner]
    told = zip(answer["columns"], row["cells"], strict=True)
    return {
        column["code"]: (cell["status"], cell["level"], cell["ready"], cell["needs_evidence"]) for column, cell in told
    }


async def test_each_cell_is_as_the_learners_own_page_and_readiness_have_it(
    ledger: LedgerWriter, mastery: Mastery, applied: Applied
) -> None:
    ledger.attempt(ANA, result(RATIO, "4"))
    ledger.attempt(ANA, result(LINES, "4"))
    ledger.attempt(ANA, result(RATIO, "1"))
    ledger.attest(BO, result(RATIO, "4"), purpose="diagnostic")
    await applied.more()
    answer = await grid(mastery, also=LINES)
    assert [row["learner"] for row in answer["rows"]] == sorted([ANA, BO, CLEO])
    assert [column["code"] for column in answer["columns"]] == ["7.rp.2", "8.ee.5"]
    for learner in (ANA, BO, CLEO):
        own = (
            {state["competency"]: state for state in (await mastery.learner(learner))["states"]}
            if learner != CLEO
            else {}
        )
        steps = (await mastery.get(f"/v1/learners/{learner}/next", TEACHER)).json()["next"]
        ready = {step["code"] for step in steps}
        for code, (status, level, is_ready, _) in cells(answer, learner).items():
            known = own.get(named(code))
            assert (status, level) == (("no_evidence", None) if known is None else (known["status"], known["level"]))
            assert is_ready == (code in ready), (learner, code)
    assert cells(answer, ANA)["7.rp.2"][0] == "slipped"
    assert cells(answer, BO)["8.ee.5"] == ("no_evidence", None, True, True), "attested prior mastery opens the way"
    assert cells(answer, CLEO)["8.ee.5"] == ("no_evidence", None, False, False)


async def test_columns_are_what_is_recorded_or_what_is_asked_for(
    ledger: LedgerWriter, mastery: Mastery, applied: Applied
) -> None:
    codes = ["7.rp.2", "8.ee.5", "8.ee.6", "8.ee.8"]
    assert [one["code"] for one in (await grid(mastery))["columns"]] == codes, "nothing is recorded: all but headings"
    ledger.attempt(ANA, result(SLOPE, "4"))
    await applied.more()
    assert [one["code"] for one in (await grid(mastery))["columns"]] == ["8.ee.6"]
    assert [one["code"] for one in (await grid(mastery, only=LINES))["columns"]] == ["8.ee.5"]
    place = named("grade-8")
    assert [one["code"] for one in (await grid(mastery, within=place))["columns"]] == codes[1:]
    first = await grid(mastery, within=place, limit="2")
    rest = await grid(mastery, within=place, limit="2", after=first["next"])
    assert ([one["code"] for one in rest["columns"]], rest["next"]) == (["8.ee.8"], None)
    assert (await mastery.get(GRID, TEACHER, within=named("nowhere"))).status_code == 404
    assert (await mastery.get(GRID, TEACHER, after="8")).status_code == 422


async def test_a_class_can_open_with_what_is_of_its_own_course(
    ledger: LedgerWriter, mastery: Mastery, applied: Applied
) -> None:
    ledger.publish(framework(["1.poem", "2.novel"], name="English"))
    poem, novel = named("1.poem"), named("2.novel")
    ledger.attempt(ANA, result(poem, "4"), course=named("english"))
    ledger.attempt(BO, result(SLOPE, "4"))
    await applied.more()

    async def shown(**query: str) -> tuple[list[str], str | None]:
        answer = await grid(mastery, **query)
        return [one["code"] for one in answer["columns"]], answer["course"]

    assert await shown(own="true") == (["1.poem", "8.ee.6"], None), "nothing is of its course: all that is recorded"
    ledger.attempt(CLEO, result(LINES, "4"), course=COURSE)
    await applied.more()
    assert await shown() == (["1.poem", "8.ee.5", "8.ee.6"], None)
    assert await shown(own="true") == (["8.ee.5", "8.ee.6"], COURSE), "by their framework"
    assert await shown(own="true", also=novel) == (["2.novel", "8.ee.5", "8.ee.6"], COURSE)


async def test_a_grid_is_unchanged_until_something_that_it_shows_is_not(
    ledger: LedgerWriter, mastery: Mastery, applied: Applied, pool: asyncpg.Pool
) -> None:
    async def asked(tag: str | None) -> Any:
        return await mastery.send("GET", GRID, TEACHER, **({} if tag is None else {"If-None-Match": tag}))

    ledger.attempt(ANA, result(RATIO, "4"))
    await applied.more()
    tag = (await asked(None)).headers["ETag"]
    again = await asked(tag)
    assert (again.status_code, again.content) == (304, b"")
    everyone = {(learner, "grid") for learner in (ANA, BO, CLEO)}
    assert disclosed_by(again) == everyone, "each showing is disclosed, also of what the reader has"
    ledger.enrol(named("Nobody here"), named("elsewhere"))
    await applied.more()
    assert (await asked(tag)).status_code == 304
    ledger.attempt(BO, result(RATIO, "1"))
    await applied.more()
    changed = await asked(tag)
    assert (changed.status_code, changed.headers["ETag"] != tag) == (200, True)
    assert cells(changed.json(), BO)["7.rp.2"][0] == "not_yet"
    tag = changed.headers["ETag"]
    await pool.execute("DELETE FROM access.enrolments WHERE learner = $1", CLEO)
    assert len((await asked(tag)).json()["rows"]) == 2
    adopt(ledger, "district", policy_document(minimum={"pieces": 5, "kinds": 1}))
    await applied.more()
    assert (await asked(tag)).status_code == 200


async def test_what_waits_for_the_teacher_is_with_its_cell(
    ledger: LedgerWriter, mastery: Mastery, applied: Applied
) -> None:
    piece = ledger.attempt(ANA, result(RATIO, "1"))
    about = {"learner": ANA, "competency": RATIO, "evidence": piece, "note_ref": "ab" * 32}
    redo = ledger.say("RedoRequested", ANA, f"redo/{ANA}/{RATIO}", about)
    asked = {"learner": BO, "competency": RATIO, "reason_ref": "ab" * 32}
    review = ledger.say("ReviewRequested", BO, f"review/{BO}", asked)
    await applied.more()
    answer = await grid(mastery)
    waiting = {row["learner"]: row["waiting"] for row in answer["rows"]}
    assert waiting == {
        ANA: [{"what": "opening", "id": redo, "competency": RATIO, "redo_of": None}],
        BO: [{"what": "review", "id": review, "competency": RATIO, "redo_of": None}],
        CLEO: [],
    }
    [row] = (await grid(mastery, learner=ANA))["rows"]
    assert (row["learner"], row["cells"][0]["waiting"]) == (ANA, ["opening"])
    assert (await mastery.get(GRID, TEACHER, learner=named("Stranger"))).status_code == 404


async def test_a_version_is_another_once_there_is_another_piece(
    ledger: LedgerWriter, mastery: Mastery, applied: Applied
) -> None:
    async def version() -> int:
        return int((await grid(mastery, learner=ANA, also=RATIO))["rows"][0]["cells"][0]["version"])

    assert await version() == 0
    seen = {0}
    for score in ("4", "1"):
        piece = ledger.attempt(ANA, result(RATIO, score))
        await applied.more()
        seen.add(await version())
    ledger.void(ANA, piece)
    await applied.more()
    seen.add(await version())
    assert len(seen) == 4


async def test_under_a_policy_that_rolls_up_the_parts_speak(
    ledger: LedgerWriter, mastery: Mastery, applied: Applied
) -> None:
    parts = (named("7.rp.1"), named("7.rp.2"))
    ledger.publish(
        framework(
            ["7.rp", "7.rp.1", "7.rp.2", "8.ee.5"], [("8.ee.5", "7.rp")], [("7.rp.1", "7.rp"), ("7.rp.2", "7.rp")]
        )
    )
    ledger.attempt(ANA, *[result(part, "4") for part in parts])
    adopt(ledger, "district", policy_document(roll_up={"method": "rollup.conjunctive@1", "parameters": {}}))
    await applied.more()
    assert cells(await grid(mastery, also=LINES), ANA)["8.ee.5"] == ("no_evidence", None, True, True)


async def test_of_a_learner_in_quarantine_nobody_says_where_she_is(
    ledger: LedgerWriter, mastery: Mastery, applied: Applied, pool: asyncpg.Pool
) -> None:
    ledger.attempt(ANA, result(RATIO, "4"))
    await applied.more()
    await pool.execute(
        "INSERT INTO projection.quarantine (ledger, shard, owner, position, type, reason)"
        " SELECT 'evidence', shard, learner, 9, 't', 'r' FROM mastery.learner WHERE learner = $1",
        ANA,
    )
    assert cells(await grid(mastery), ANA)["7.rp.2"] == ("under_review", None, False, False)


async def test_who_may_read_a_grid(mastery: Mastery) -> None:
    for name, (_, expected) in MAY.items():
        assert (await mastery.get(GRID, named(name))).status_code == expected, name
