"""What mastery answers: to whom, as of when, why; and that the same pins give the same answer for ever."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from services.mastery.http.documents import (
    DoorStatesDocument,
    ExplanationDocument,
    HealthDocument,
    MasteryDocument,
)
from shared.ledger.identifiers import shard_of
from shared.ledger.instants import instant, instant_text
from tests.integration.mastery.test_states import ANA, BO, LETTERS, NORTH, READING, SECOND, WRITING, adopt, given
from tests.support.ledger_writer import TENANT, LedgerWriter, framework_document, named, policy_document, result
from tests.support.mastery import Applied, WrittenLedger, by_oracle
from tests.support.mastery_http import Mastery, serving

SHARD = shard_of(TENANT, ANA)


@pytest.fixture
def ledger() -> LedgerWriter:
    return given()


@pytest.fixture
async def mastery(pool: asyncpg.Pool, ledger: LedgerWriter, tmp_path: Path) -> AsyncIterator[Mastery]:
    async with serving(pool, WrittenLedger(ledger), tmp_path, lambda: ledger.now) as made:
        yield made


async def test_a_learner_sees_where_she_is_and_why(pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery) -> None:
    ledger.attempt(ANA, result(READING, "2"))
    second = ledger.attempt(ANA, result(READING, "4"))
    said = "ef" * 32
    practice = ledger.score(ANA, result(READING, "1", criterion="thesis"), purpose="practice", feedback_ref=said)
    await Applied(pool, ledger).more()
    answer = await mastery.learner(ANA)
    MasteryDocument.model_validate(answer)
    [state] = answer["states"]
    expected = by_oracle(ledger)[ANA, READING]
    assert (state["status"], state["value"], state["level"]) == ("mastered", "3.3", "Proficient")
    assert (state["digest"], state["code"]) == (expected["digest"], "c.0")
    assert (state["counted"], state["evidence"]) == (2, 3)
    moment = instant_text(ledger.now)
    on = {"pieces": 2, "kinds": {"attempt": 2}, "oldest": moment, "newest": moment}
    assert state["certainty"] == {"rests": "leaning", "rests_on": on}
    explained = await mastery.explanation(ANA, READING)
    ExplanationDocument.model_validate(explained)
    assert explained["counted"][1] | {"occurred_at": "", "recorded_at": ""} == {
        "event": second,
        "kind": "attempt",
        "purpose": "performance",
        "occurred_at": "",
        "recorded_at": "",
        "results": [{"earned": "4", "possible": "4"}],
        "value": "4",
        "weight": "0.65",
        "value_after": "3.3",
        "level_after": "Proficient",
    }
    assert explained["rule"].startswith("Newer evidence weighs more")
    aside = {"event": practice, "kind": "rubric_score", "purpose": "practice", "occurred_at": moment}
    assert explained["set_aside"] == [{**aside, "reason": "purpose", "feedback_ref": said}]
    assert explained["why"][0].startswith("This is mastered")
    assert explained["next"]
    certainty = explained["certainty"]
    assert certainty["rests_on"] == on
    assert certainty["left_out"] == [{"event": second, "status": "not_yet", "level": "Developing"}]
    assert [(more["worth"], more["status"], more["level"]) for more in certainty["one_more"]] == [
        ("Beginning", "slipped", "Beginning"),
        ("Developing", "slipped", "Developing"),
        ("Proficient", "mastered", "Proficient"),
    ]
    assert (certainty["moves"], certainty["can_lower"], certainty["missing"]) == ([], True, None)
    assert certainty["words"][0].startswith("This rests on 2 attempts, the newest of ")


async def test_a_method_that_has_no_value_yet_is_told_as_not_enough_with_what_is_missing(
    pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery
) -> None:
    adopt(ledger, "district", {**policy_document("ascertain.sustained@1"), "parameters": {"k": 2}})
    ledger.attempt(ANA, result(READING, "4"))
    ledger.attempt(ANA, result(READING, "3"))
    applied = Applied(pool, ledger)
    await applied.more()
    [state] = (await mastery.learner(ANA))["states"]
    assert (state["status"], state["value"], state["level"]) == ("not_enough", None, None)
    explained = await mastery.explanation(ANA, READING)
    ExplanationDocument.model_validate(explained)
    assert [(piece["weight"], piece["value_after"]) for piece in explained["counted"]] == [(None, None)] * 2
    assert explained["next"][0] == "1 more kind of evidence is needed for a level."
    assert (explained["certainty"]["rests"], explained["certainty"]["missing"]) == (
        None,
        {"pieces": 0, "kinds": 1, "days": 0},
    )
    ledger.observe(ANA, result(READING, "4"))
    await applied.more()
    [state] = (await mastery.learner(ANA))["states"]
    assert (state["status"], state["value"]) == ("mastered", "3")


async def test_the_same_pins_give_the_same_bytes_whatever_comes_later(
    pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery
) -> None:
    applied = Applied(pool, ledger)
    ledger.enrol(ANA, NORTH)
    first = ledger.attempt(ANA, result(READING, "4"), result(WRITING, "1"))
    ledger.attempt(ANA, result(READING, "3"))
    await applied.more()
    path = f"/v1/learners/{ANA}/mastery"
    now = await mastery.get(path, ANA)
    pins = now.headers["ascertain-position"]
    states = {state["competency"]: state for state in now.json()["states"]}
    why = await mastery.explanation(ANA, READING, as_of=pins)
    moment = instant_text(ledger.now)
    ledger.now += SECOND
    ledger.void(ANA, first)
    ledger.attempt(ANA, result(READING, "0"), occurred=ledger.now - 5 * SECOND)
    ledger.attempt(ANA, result(WRITING, "3"), redo_of=first)
    ledger.enrol(ANA, named("South"))
    adopt(ledger, "district", policy_document("ascertain.highest@1"))
    ledger.publish(framework_document(str(LETTERS["id"]), [WRITING, READING]))  # each has the other's code now
    await applied.more()
    await applied.refold()
    again = await mastery.get(path, ANA, as_of=pins)
    assert again.content == now.content
    assert again.headers["ascertain-position"] == pins
    assert await mastery.explanation(ANA, READING, as_of=pins) == why
    at_instant = await mastery.learner(ANA, as_of=moment)
    assert at_instant["states"] == now.json()["states"]
    assert at_instant["as_of"]["at"] == moment
    for competency, state in states.items():
        own = ",".join(f"{pin['ledger']}:{pin['shard']}:{pin['position']}" for pin in state["pins"])
        shown = (await mastery.explanation(ANA, competency, as_of=own))["digest"]
        assert shown == state["digest"]
    assert (await mastery.get(path, ANA)).content != now.content


async def test_now_is_never_older_than_the_definitions_it_names(
    pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery
) -> None:
    applied = Applied(pool, ledger)
    ledger.attempt(ANA, result(READING, "2"))
    await applied.more()
    assert [state["status"] for state in (await mastery.learner(ANA))["states"]] == ["not_yet"]
    adopt(ledger, "district", policy_document(cut="2"))
    await applied.more()  # and not yet refolded
    [state] = (await mastery.learner(ANA))["states"]
    assert (state["status"], state["digest"]) == ("mastered", by_oracle(ledger)[ANA, READING]["digest"])


async def test_no_evidence_is_explained_where_a_framework_has_the_competency(
    pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery
) -> None:
    ledger.enrol(ANA, NORTH)
    await Applied(pool, ledger).more()
    explained = await mastery.explanation(ANA, WRITING)
    ExplanationDocument.model_validate(explained)
    assert (explained["status"], explained["evidence"]) == ("no_evidence", 0)
    assert (await mastery.learner(ANA))["states"] == []
    unknown = f"/v1/learners/{ANA}/competencies/{named('flying')}/explanation"
    assert (await mastery.get(unknown, ANA)).status_code == 404


async def test_what_is_not_reached_is_told_and_nothing_else_shown_for_it(
    pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery
) -> None:
    ledger.attempt(ANA, result(READING, "2"))
    await Applied(pool, ledger).more()
    path = f"/v1/learners/{ANA}/mastery"
    ahead = await mastery.get(path, ANA, as_of=f"evidence:{SHARD}:2,definitions:0:3")
    assert (ahead.status_code, ahead.json()["type"]) == (503, "urn:ascertain:problem:not-reached")
    assert {"ledger": "evidence", "shard": SHARD, "position": 1} in ahead.json()["reached"]
    assert "retry-after" in ahead.headers
    later = await mastery.get(path, ANA, at_least=f"evidence:{SHARD}:2")
    assert later.status_code == 200
    assert f"evidence:{SHARD}:1" in later.headers["ascertain-position"]
    future = await mastery.get(path, ANA, as_of=instant_text(ledger.now + SECOND))
    assert (future.status_code, future.json()["field"]) == (422, "as_of")


async def test_an_instant_is_not_answered_while_something_recorded_by_then_may_be_missing(
    pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery
) -> None:
    applied = Applied(pool, ledger)
    ledger.attempt(ANA, result(READING, "2"))
    await applied.more()
    path, moment = f"/v1/learners/{ANA}/mastery", instant_text(ledger.now)
    assert (await mastery.get(path, ANA, as_of=moment)).status_code == 200, "the ledger has nothing more"
    ledger.attempt(ANA, result(READING, "4"))  # in the same millisecond, and not applied here yet
    ledger.now += 600
    behind = await mastery.get(path, ANA, as_of=moment)
    assert (behind.status_code, behind.json()["type"]) == (503, "urn:ascertain:problem:not-reached")
    assert {"ledger": "evidence", "shard": SHARD, "position": 1} in behind.json()["reached"]
    await applied.more()
    then = (await mastery.learner(ANA, as_of=moment))["states"]
    assert [state["status"] for state in then] == ["mastered"]
    adopt(ledger, "district", policy_document(cut="4"))
    assert (await mastery.get(path, ANA, as_of=instant_text(ledger.now))).status_code == 503
    await applied.more()
    assert (await mastery.learner(ANA, as_of=moment))["states"] == then


async def test_a_date_is_the_end_of_that_day_where_the_district_is(
    pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery
) -> None:
    """The test's district keeps UTC; what days are elsewhere, `tests/unit/runtime/test_as_of.py` tries."""
    applied = Applied(pool, ledger)
    day = instant_text(ledger.now)[:10]
    ledger.now = instant(f"{day}T23:59:59.999Z")
    ledger.attempt(ANA, result(READING, "4"))
    ledger.now += 1
    ledger.attempt(ANA, result(READING, "0"))
    ledger.now += 600
    await applied.more()
    answer = await mastery.learner(ANA, as_of=day)
    assert answer["as_of"]["at"] == f"{day}T23:59:59.999Z"
    assert [state["value"] for state in answer["states"]] == ["4"]
    explained = await mastery.explanation(ANA, READING, as_of=day)
    assert explained["value"] == "4"
    today = await mastery.learner(ANA, as_of=instant_text(ledger.now)[:10])
    assert today["as_of"]["at"] == instant_text(ledger.now)


async def test_a_level_that_a_teacher_set_is_told_with_what_the_evidence_alone_says(
    pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery
) -> None:
    policy = ledger.documents[ledger.entries[-1]["body"]["policy"]]
    ledger.attempt(ANA, result(READING, "1"))
    moment = instant_text(ledger.now)
    ledger.now += SECOND
    override = ledger.override(ANA, READING, policy, "3")
    ledger.override(ANA, WRITING, policy, "2")
    await Applied(pool, ledger).more()
    answer = await mastery.learner(ANA)
    MasteryDocument.model_validate(answer)
    reading, writing = answer["states"]
    assert (reading["status"], reading["level"], reading["value"]) == ("mastered", "Proficient", "1")
    assert reading["override"] == {
        "event": override,
        "level": "Proficient",
        "by": named("somebody"),
        "reason_ref": "cd" * 32,
        "recorded_at": instant_text(ledger.now),
    }
    assert reading["evidence_alone"] == {"status": "not_yet", "level": "Beginning", "value": "1"}
    assert (writing["evidence"], writing["evidence_alone"]["status"]) == (0, "no_evidence")
    explained = await mastery.explanation(ANA, READING)
    ExplanationDocument.model_validate(explained)
    assert "a teacher set the level to Proficient by professional judgement" in explained["why"][0]
    assert explained["evidence_alone"] == reading["evidence_alone"]
    [then] = (await mastery.learner(ANA, as_of=moment))["states"]
    assert (then["status"], then["override"], "evidence_alone" in then) == ("not_yet", None, False)


@pytest.mark.parametrize(
    ("parameter", "text"),
    [
        ("as_of", "yesterday"),
        ("as_of", "evidence:64:1"),
        ("as_of", "evidence:01:1"),
        ("as_of", "definitions:0"),
        ("as_of", "2026-02-30T00:00:00.000Z"),
        ("at_least", "evidence:1:-1"),
    ],
)
async def test_a_question_that_cannot_be_read_names_what_is_wrong(
    ledger: LedgerWriter, mastery: Mastery, parameter: str, text: str
) -> None:
    response = await mastery.get(f"/v1/learners/{ANA}/mastery", ANA, **{parameter: text})
    assert (response.status_code, response.json()["field"]) == (422, parameter)


async def test_who_may_not_see_a_learner_finds_nobody(
    pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery
) -> None:
    ledger.attempt(ANA, result(READING, "2"))
    await Applied(pool, ledger).more()
    await pool.execute(
        "INSERT INTO access.grants (person, role, scope, owner) VALUES ($1, 'auditor', 'district', $1)",
        named("auditor"),
    )
    for path in (f"/v1/learners/{ANA}/mastery", f"/v1/learners/{ANA}/competencies/{READING}/explanation"):
        assert (await mastery.get(path, ANA)).status_code == 200
        assert (await mastery.get(path, named("auditor"))).status_code == 200
        assert (await mastery.get(path, BO)).status_code == 404
        assert (await mastery.get(path.replace(ANA, BO), named("auditor"))).status_code == 404, (
            "nothing is recorded of BO"
        )
        assert (await mastery.client.get(path)).status_code == 401


async def test_a_learner_in_quarantine_is_under_review_and_what_was_known_stays_known(
    pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery
) -> None:
    applied = Applied(pool, ledger)
    ledger.attempt(ANA, result(READING, "4"))
    await applied.more()
    before = await mastery.get(f"/v1/learners/{ANA}/mastery", ANA)
    ledger.attempt(ANA, {"competency": READING, "earned": "five", "possible": "4"})
    await applied.more()
    held = await mastery.learner(ANA)
    assert {state["status"] for state in held["states"]} == {"under_review"}
    assert held["as_of"]["pins"] == before.json()["as_of"]["pins"]
    assert (await mastery.explanation(ANA, READING))["why"][0].startswith("Something recorded")
    assert {row["status"] for row in (await mastery.door("/mastery/states")).json()["states"]} == {"under_review"}
    again = await mastery.get(f"/v1/learners/{ANA}/mastery", ANA, as_of=before.headers["ascertain-position"])
    assert again.content == before.content
    beyond = await mastery.get(f"/v1/learners/{ANA}/mastery", ANA, as_of=f"evidence:{SHARD}:2")
    assert beyond.status_code == 503


async def test_the_doors_give_every_stored_state_page_by_page(
    pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery
) -> None:
    for learner in [ANA, BO, *[named(f"learner {n}") for n in range(5)]]:
        ledger.attempt(learner, result(READING, "3"), result(WRITING, "1"))
    await Applied(pool, ledger).more()
    pages: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        page = (await mastery.door("/mastery/states", limit=3, **after)).json()
        DoorStatesDocument.model_validate(page)
        pages += page["states"]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert {(s["learner"], s["competency"]): s["digest"] for s in pages} == {
        key: said["digest"] for key, said in by_oracle(ledger).items()
    }
    assert len(pages) == len(by_oracle(ledger))
    mine = (await mastery.door(f"/mastery/learners/{ANA}/states")).json()["states"]
    assert mine == [state for state in pages if state["learner"] == ANA]
    assert (await mastery.get("/mastery/states", ANA)).status_code == 401
    assert (await mastery.door("/mastery/states", after="x")).json()["field"] == "after"


async def test_health_shows_refolds_and_the_openapi_document_is_whole(
    pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery
) -> None:
    applied = Applied(pool, ledger)
    ledger.attempt(ANA, result(READING, "3"))
    await applied.more()
    await applied.refold()
    adopt(ledger, "district", policy_document())
    await applied.more()
    health = (await mastery.client.get("/health")).json()
    HealthDocument.model_validate(health)
    assert health["refolds"] == [{"scope": "district", "position": 5, "done": 0}]
    document = (await mastery.client.get("/openapi.json")).json()
    refused = document["paths"]["/v1/learners/{learner}/mastery"]["get"]["responses"]["404"]["content"]
    assert refused["application/problem+json"]["schema"]["$ref"].rsplit("/", 1)[1] in document["components"]["schemas"]
    assert document["components"]["schemas"]["MasteryDocument"]["examples"]
