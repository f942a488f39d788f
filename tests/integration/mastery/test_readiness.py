"""What comes next for a learner, and who of a section is ready for what, through mastery's HTTP."""

from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from services.mastery.http.documents import ExplanationDocument
from services.mastery.http.map_documents import MapDocument
from services.mastery.http.readiness_documents import NextDocument, SectionReadinessDocument
from shared.ledger.instants import instant_text
from tests.integration.mastery.test_states import ANA, BO, NORTH, SECOND, adopt
from tests.support.graphs import framework
from tests.support.ledger_writer import LedgerWriter, named, policy_document, result
from tests.support.mastery import Applied, WrittenLedger
from tests.support.mastery_http import Mastery, disclosed_by, serving

CLEO, TEACHER, OTHER, PRINCIPAL, GUARDIAN = (named(name) for name in ("Cleo", "Teacher", "Other", "Principal", "Mum"))
SECTION, COURSE = named("8A"), named("mathematics")
RATIO, LINES, SLOPE, SYSTEMS = (named(code) for code in ("7.rp.2", "8.ee.5", "8.ee.6", "8.ee.8"))
STANDARDS = framework(
    ["grade-8", "7.rp.2", "8.ee.5", "8.ee.6", "8.ee.8"],
    [("8.ee.5", "7.rp.2"), ("8.ee.6", "8.ee.5"), ("8.ee.8", "8.ee.6")],
    [("8.ee.5", "grade-8"), ("8.ee.6", "grade-8"), ("8.ee.8", "grade-8")],
)


@pytest.fixture
def ledger() -> LedgerWriter:
    ledger = LedgerWriter()
    ledger.publish(STANDARDS)
    adopt(ledger, "district", policy_document())
    for learner in (ANA, BO, CLEO):
        ledger.enrol(learner, NORTH)
    return ledger


@pytest.fixture
async def applied(pool: asyncpg.Pool, ledger: LedgerWriter) -> Applied:
    made = Applied(pool, ledger)
    await made.more()
    return made


@pytest.fixture
async def mastery(pool: asyncpg.Pool, ledger: LedgerWriter, applied: Applied, tmp_path: Path) -> AsyncIterator[Mastery]:
    async with serving(pool, WrittenLedger(ledger), tmp_path, lambda: ledger.now) as made:
        await pool.execute("DELETE FROM access.enrolments")
        await pool.execute(
            "INSERT INTO access.sections (section, course, school, owner) VALUES ($1, $2, $3, $1)",
            *(SECTION, COURSE, NORTH),
        )
        await pool.executemany(
            "INSERT INTO access.enrolments (learner, school, section) VALUES ($1, $2, $3)",
            [(learner, NORTH, SECTION) for learner in (ANA, BO, CLEO)],
        )
        await pool.executemany(
            "INSERT INTO access.grants (person, role, scope, owner) VALUES ($1, $2, $3, $1)",
            [
                (TEACHER, "teacher", f"section/{SECTION}"),
                (OTHER, "teacher", f"section/{named('8B')}"),
                (PRINCIPAL, "administrator", f"school/{NORTH}"),
                (named("Auditor"), "auditor", "district"),
            ],
        )
        await pool.execute("INSERT INTO access.guardians (learner, guardian) VALUES ($1, $2)", ANA, GUARDIAN)
        yield made


async def following(mastery: Mastery, learner: str, **query: str) -> dict[str, Any]:
    response = await mastery.get(f"/v1/learners/{learner}/next", learner, **query)
    assert response.status_code == 200, response.text
    NextDocument.model_validate(response.json())
    assert response.headers["Cache-Control"] == "private, no-store"
    return dict(response.json())


async def section(mastery: Mastery, person: str = TEACHER, **query: str) -> dict[str, Any]:
    response = await mastery.get(f"/v1/sections/{SECTION}/readiness", person, **query)
    assert response.status_code == 200, response.text
    answer = dict(response.json())
    SectionReadinessDocument.model_validate(answer)
    labels = ("ready", "not_ready", "unknown")
    told = {one["learner"] for item in answer["items"] for label in labels for one in item[label]}
    assert disclosed_by(response) == {(learner, "readiness") for learner in told}
    return answer


def steps(answer: dict[str, Any]) -> list[tuple[str, str, int]]:
    return [(step["code"], step["status"], step["opens"]) for step in answer["next"]]


async def test_what_comes_next_moves_on_with_what_is_mastered(
    ledger: LedgerWriter, mastery: Mastery, applied: Applied
) -> None:
    assert steps(await following(mastery, ANA)) == [("7.rp.2", "no_evidence", 3)]
    ledger.attempt(ANA, result(RATIO, "4"))
    ledger.attempt(ANA, result(LINES, "2"))
    await applied.more()
    answer = await following(mastery, ANA)
    assert steps(answer) == [("8.ee.5", "not_yet", 2)]
    assert (answer["ready"], answer["flagged"]) == (1, [])
    assert steps(await following(mastery, ANA, within=named("grade-8"))) == [("8.ee.5", "not_yet", 2)]
    elsewhere = await mastery.get(f"/v1/learners/{ANA}/next", ANA, within=named("nowhere"))
    assert elsewhere.status_code == 404


async def test_a_lapse_flags_what_rests_on_it_and_lowers_nothing(
    ledger: LedgerWriter, mastery: Mastery, applied: Applied
) -> None:
    for competency in (RATIO, LINES, SLOPE):
        ledger.attempt(ANA, result(competency, "4"))
    await applied.more()
    before = {state["competency"]: state for state in (await mastery.learner(ANA))["states"]}
    ledger.attempt(ANA, result(RATIO, "1"))
    await applied.more()
    answer = await following(mastery, ANA)
    lapse = [{"competency": RATIO, "code": "7.rp.2", "statement": "Can do 7.rp.2."}]
    assert [(one["code"], one["status"], one["flagged_by"]) for one in answer["flagged"]] == [
        ("8.ee.5", "mastered", lapse),
        ("8.ee.6", "mastered", lapse),
    ]
    assert steps(answer) == [("7.rp.2", "slipped", 1), ("8.ee.8", "no_evidence", 0)]
    assert answer["next"][1]["flagged_by"] == lapse
    explained = await mastery.explanation(ANA, SLOPE)
    ExplanationDocument.model_validate(explained)
    ahead = explained["readiness"]
    assert (ahead["readiness"], ahead["flagged_by"], explained["status"]) == ("ready", lapse, "mastered")
    [words] = ahead["words"]
    assert words == "7.rp.2, on which this rests, has slipped since: look at it again. The level here stands."
    after = {state["competency"]: state for state in (await mastery.learner(ANA))["states"]}
    assert [after[id_]["digest"] for id_ in (LINES, SLOPE)] == [before[id_]["digest"] for id_ in (LINES, SLOPE)]


async def test_attested_prior_mastery_opens_the_way_with_its_source_and_raises_no_level(
    ledger: LedgerWriter, mastery: Mastery, applied: Applied
) -> None:
    piece = ledger.attest(ANA, result(RATIO, "4"), purpose="diagnostic")
    await applied.more()
    answer = await following(mastery, ANA)
    assert steps(answer) == [("7.rp.2", "no_evidence", 3), ("8.ee.5", "no_evidence", 2)]
    source = answer["next"][0]["source"]
    assert answer["next"][1]["by"] == [
        {"competency": RATIO, "code": "7.rp.2", "status": "no_evidence", "source": source}
    ]
    assert (source["event"], source["kind"], source["reaches"]) == (piece, "attested", True)
    [state] = (await mastery.learner(ANA))["states"]
    assert (state["status"], state["level"]) == ("no_evidence", None)


async def test_what_has_parts_stands_where_they_put_it_under_a_policy_that_rolls_up(
    ledger: LedgerWriter, mastery: Mastery, applied: Applied
) -> None:
    whole, parts = named("7.rp"), (named("7.rp.1"), named("7.rp.2"))
    ledger.publish(
        framework(
            ["7.rp", "7.rp.1", "7.rp.2", "8.ee.5"], [("8.ee.5", "7.rp")], [("7.rp.1", "7.rp"), ("7.rp.2", "7.rp")]
        )
    )
    ledger.attempt(ANA, *[result(part, "4") for part in parts])
    ledger.attempt(BO, result(parts[0], "4"), result(parts[1], "1"))
    await applied.more()
    unrolled = (await mastery.explanation(ANA, LINES))["readiness"]
    assert (unrolled["readiness"], unrolled["find_out"][0]["code"]) == ("unknown", "7.rp")
    adopt(ledger, "district", policy_document(roll_up={"method": "rollup.conjunctive@1", "parameters": {}}))
    await applied.more()
    assert (await mastery.explanation(ANA, LINES))["readiness"]["readiness"] == "ready"
    [ground] = (await mastery.explanation(BO, LINES))["readiness"]["rests_on"]
    assert ground == {"competency": whole, "code": "7.rp", "status": "not_yet", "statement": "Can do 7.rp."}
    assert steps(await following(mastery, ANA)) == [("8.ee.5", "no_evidence", 0)]


async def test_as_of_earlier_the_framework_of_then_counts(
    ledger: LedgerWriter, mastery: Mastery, applied: Applied
) -> None:
    ledger.now += 60 * SECOND
    before = instant_text(ledger.now - SECOND)
    pins = ",".join(
        "{ledger}:{shard}:{position}".format(**pin) for pin in (await following(mastery, ANA))["as_of"]["pins"]
    )
    ledger.publish(framework(["7.rp.2", "8.ee.5"], [("7.rp.2", "8.ee.5")]))
    ledger.attempt(ANA, result(RATIO, "4"))
    await applied.more()
    assert steps(await following(mastery, ANA)) == [("8.ee.5", "no_evidence", 0)]
    for as_of in (pins, before):
        assert steps(await following(mastery, ANA, as_of=as_of)) == [("7.rp.2", "no_evidence", 3)]


async def test_who_is_ready_for_what(ledger: LedgerWriter, mastery: Mastery, applied: Applied) -> None:
    ledger.attempt(ANA, result(RATIO, "4"))
    ledger.attempt(BO, result(RATIO, "1"))
    await applied.more()
    answer = await section(mastery)
    assert [item["code"] for item in answer["items"]] == ["7.rp.2", "8.ee.5"]
    first, second = answer["items"]
    assert [(one["learner"], one["status"]) for one in first["ready"]] == sorted(
        [(BO, "not_yet"), (CLEO, "no_evidence")]
    )
    assert [one["learner"] for one in second["ready"]] == [ANA]
    ground = {"competency": RATIO, "code": "7.rp.2"}
    assert second["not_ready"] == [
        {"learner": BO, "because": [{**ground, "status": "not_yet"}], "first": [ground], "find_out": []}
    ]
    assert second["unknown"] == [
        {"learner": CLEO, "because": [{**ground, "status": "no_evidence"}], "first": [], "find_out": [ground]}
    ]
    page = await section(mastery, limit="1")
    rest = await section(mastery, limit="1", after=page["next"])
    assert (page["items"] + rest["items"], rest["next"]) == (answer["items"], None)
    assert (await mastery.get(f"/v1/sections/{SECTION}/readiness", TEACHER, after="8")).status_code == 422


MAY: dict[str, tuple[int, int]] = {
    "Ana": (200, 404),
    "Mum": (200, 404),
    "Teacher": (200, 200),
    "Principal": (200, 200),
    "Auditor": (200, 404),
    "Bo": (404, 404),
    "Other": (404, 404),
    "Stranger": (404, 404),
}


async def test_who_may_read_it(mastery: Mastery) -> None:
    for name, expected in MAY.items():
        paths = (f"/v1/learners/{ANA}/next", f"/v1/sections/{SECTION}/readiness")
        assert tuple([(await mastery.get(path, named(name))).status_code for path in paths]) == expected, name


async def test_the_map_has_what_rests_on_what_and_where_she_is(
    ledger: LedgerWriter, mastery: Mastery, applied: Applied
) -> None:
    ledger.attempt(ANA, result(RATIO, "4"))
    ledger.attempt(ANA, result(LINES, "2"))
    await applied.more()
    answer = await mastery.get(f"/v1/learners/{ANA}/map", ANA)
    assert answer.status_code == 200, answer.text
    MapDocument.model_validate(answer.json())
    [whole] = answer.json()["frameworks"]
    told = [(one["code"], one["status"], one["readiness"], one["rests_on"]) for one in whole["competencies"]]
    assert (told, whole["left_out"]) == (
        [
            ("7.rp.2", "mastered", "ready", []),
            ("8.ee.5", "not_yet", "ready", [RATIO]),
            ("8.ee.6", "no_evidence", "not_ready", [LINES]),
            ("8.ee.8", "no_evidence", "unknown", [SLOPE]),
        ],
        0,
    )
    assert (await mastery.get(f"/v1/learners/{ANA}/map", ANA, within=named("nowhere"))).status_code == 404
    assert (await mastery.get(f"/v1/learners/{ANA}/map", OTHER)).status_code == 404


async def test_of_a_large_framework_the_map_has_what_is_near(
    ledger: LedgerWriter, mastery: Mastery, applied: Applied
) -> None:
    codes = [f"far.{number:03}" for number in range(80)]
    links = [(after, before) for before, after in pairwise(codes)]
    ledger.publish({**framework(codes, links, []), "id": named("large")})
    ledger.attempt(ANA, result(named("far.040"), "2"))
    await applied.more()
    answer = await mastery.get(f"/v1/learners/{ANA}/map", ANA, within=named("large"))
    [large] = answer.json()["frameworks"]
    told = [one["code"] for one in large["competencies"]]
    assert (told, large["left_out"]) == (["far.000", "far.039", "far.040", "far.041"], 76)
