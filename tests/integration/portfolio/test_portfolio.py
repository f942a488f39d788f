"""What a portfolio tells: works, versions, evidence and its skills; to whom, as of when, and after forgetting."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.portfolio.http.documents import HealthDocument, OneWorkDocument, PortfolioDocument
from services.portfolio.postgres.projection import PortfolioProjection
from shared.ledger.canonical import canonical
from shared.ledger.identifiers import digest, shard_of
from shared.ledger.instants import instant_text
from shared.runtime.connections import borrowed
from tests.support.ledger_writer import TENANT, framework_document, named, result
from tests.support.mastery import entries_of
from tests.support.portfolio import REF, Served, WorkWriter, serving_portfolio
from tests.support.servers import District

ANA, BO, CLEO, TEACHER = (named(name) for name in ("ana", "bo", "cleo", "teacher"))
POSTER, ESSAY = named("poster"), named("essay")
READING, DRAWING = named("reading"), named("drawing")
SCHOOL = named("school")


@pytest.fixture
def ledger() -> WorkWriter:
    writer = WorkWriter()
    writer.publish(framework_document(named("framework"), [READING, DRAWING]))
    for learner in (ANA, BO, CLEO):
        writer.enrol(learner, SCHOOL)
    writer.start(POSTER, BO, ANA, courses=[named("art")], title_ref=REF)
    return writer


@pytest.fixture
async def served(district: District, ledger: WorkWriter, tmp_path: Path) -> AsyncIterator[Served]:
    async with serving_portfolio(district, ledger, tmp_path) as made:
        yield made


async def test_works_with_versions_and_the_skills_that_evidence_shows(served: Served, ledger: WorkWriter) -> None:
    ledger.version(POSTER)
    second = ledger.version(POSTER, "ab" * 32)
    scores = (result(DRAWING, "3", criterion="line"), result(READING, "2", criterion="symbols"))
    scored = ledger.of_learner(
        "RubricScored",
        ANA,
        {
            "rubric": REF,
            "work": POSTER,
            "course": named("art"),
            "purpose": "performance",
            "feedback_ref": REF,
            "results": list(scores),
        },
    )
    reflected = ledger.of_learner("ReflectionRecorded", ANA, {"work": POSTER, "text_ref": REF, "ratings": []})
    ledger.attempt(BO, result(READING, "1"))
    portfolio = await served.portfolio(ANA)
    PortfolioDocument.model_validate(portfolio)
    [work] = portfolio["works"]
    assert (work["work"], work["version"], work["title_ref"], work["courses"]) == (POSTER, 3, REF, [named("art")])
    assert (work["members"], work["others"]) == ([ANA], 1)
    assert [(v["number"], v["artefacts"][0]["content_ref"]) for v in work["versions"]] == [(1, REF), (2, "ab" * 32)]
    assert work["versions"][1]["event"] == second
    assert work["evidence"] == [scored, reflected]
    assert [piece["event"] for piece in portfolio["evidence"]] == [scored, reflected]
    assert [skill["code"] for skill in portfolio["evidence"][0]["shows"]] == ["c.1", "c.0"]
    assert portfolio["evidence"][0]["feedback_ref"] == REF
    assert portfolio["evidence"][1]["text_ref"] == REF


async def test_feedback_stands_by_its_version_with_who_has_read_it(served: Served, ledger: WorkWriter) -> None:
    first, second = ledger.version(POSTER), ledger.version(POSTER)
    whole = ledger.feedback(POSTER, first)
    thesis = ledger.feedback(POSTER, second, rubric=REF, criterion="thesis")
    ledger.read(POSTER, thesis, BO)
    await served.applied.more()
    before = await served.get(f"/v1/works/{POSTER}", ANA)
    pins = before.headers["ascertain-position"]
    ledger.read(POSTER, thesis, ANA)
    await served.applied.more()
    seen = (await served.get(f"/v1/works/{POSTER}", ANA)).json()
    OneWorkDocument.model_validate(seen)
    assert [[given["event"] for given in one["feedback"]] for one in seen["versions"]] == [[whole], [thesis]]
    [given] = seen["versions"][1]["feedback"]
    assert (given["rubric"], given["criterion"], given["text_ref"]) == (REF, "thesis", REF)
    assert [one["learner"] for one in given["read"]] == [ANA], "of a member whom she may not see nothing is told"
    assert seen["version"] == 3, "feedback makes no further version stale"
    assert (await served.get(f"/v1/works/{POSTER}", ANA, as_of=pins)).json() == before.json()
    assert before.json()["versions"][1]["feedback"][0]["read"] == []


async def test_what_is_withdrawn_is_told_as_such(served: Served, ledger: WorkWriter) -> None:
    old = ledger.attempt(ANA, result(READING, "1"))
    new = ledger.attempt(ANA, result(READING, "2"))
    superseding = ledger.of_learner(
        "EvidenceSuperseded", ANA, {"evidence": old, "by": new}, stream=f"evidence/{old}", event=named("superseding")
    )
    ledger.void(ANA, new)
    first, second = (await served.portfolio(ANA))["evidence"]
    assert (first["withdrawn"]["event"], first["withdrawn"]["by"]) == (superseding, new)
    assert "by" not in second["withdrawn"]


async def test_who_may_see_a_member_sees_the_work_and_no_other_member(served: Served, ledger: WorkWriter) -> None:
    ledger.attempt(BO, result(READING, "1"))
    ledger.of_learner("AttemptRecorded", BO, _piece(POSTER))
    mine = ledger.of_learner("AttemptRecorded", ANA, _piece(POSTER))
    await served.applied.more()
    seen = (await served.get(f"/v1/works/{POSTER}", ANA)).json()
    OneWorkDocument.model_validate(seen)
    assert (seen["members"], seen["others"], seen["evidence"]) == ([ANA], 1, [mine])
    assert [piece["learner"] for piece in seen["pieces"]] == [ANA]
    absent = await served.get(f"/v1/works/{named('no work')}", CLEO)
    hidden = await served.get(f"/v1/works/{POSTER}", CLEO)
    assert (hidden.status_code, hidden.json()) == (404, absent.json())
    assert (await served.get(f"/v1/learners/{ANA}/portfolio", CLEO)).status_code == 404
    ledger.of_learner("GuardianLinked", ANA, {"guardian": TEACHER}, stream=f"learner/{ANA}")
    await served.applied.more()
    assert (await served.get(f"/v1/learners/{ANA}/portfolio", TEACHER)).status_code == 200
    assert (await served.get(f"/v1/works/{POSTER}", TEACHER)).json()["members"] == [ANA]


async def test_the_same_pins_give_the_same_answer_whatever_comes_later(served: Served, ledger: WorkWriter) -> None:
    ledger.version(POSTER)
    piece = ledger.of_learner("AttemptRecorded", ANA, _piece(POSTER))
    await served.applied.more()
    path = f"/v1/learners/{ANA}/portfolio"
    before = await served.get(path, ANA)
    pins, at = before.headers["ascertain-position"], instant_text(ledger.now)
    ledger.now += 60_000
    ledger.version(POSTER)
    ledger.void(ANA, piece)
    ledger.start(ESSAY, ANA)
    await served.applied.more()
    now = await served.portfolio(ANA)
    assert len(now["works"]) == 2
    assert len(now["works"][0]["versions"]) == 2
    assert "withdrawn" in now["evidence"][0]
    again = (await served.get(path, ANA, as_of=pins)).json()
    assert again == before.json()
    then = (await served.get(path, ANA, as_of=at)).json()
    assert (then["works"], then["evidence"]) == (again["works"], again["evidence"])
    by_pins = await served.get(path, ANA, as_of=(await served.get(path, ANA, as_of=at)).headers["ascertain-position"])
    assert by_pins.json()["works"] == then["works"]


async def test_pins_beyond_what_is_applied_are_not_answered(served: Served, ledger: WorkWriter) -> None:
    await served.applied.more()
    shard = shard_of(TENANT, ANA)
    answer = await served.get(f"/v1/learners/{ANA}/portfolio", ANA, as_of=f"evidence:{shard}:999")
    assert (answer.status_code, answer.json()["field"]) == (503, "as_of")
    assert (await served.get(f"/v1/learners/{ANA}/portfolio", ANA, as_of="tomorrow")).status_code == 422


async def test_a_forgotten_learner_is_gone_and_the_others_keep_their_work(served: Served, ledger: WorkWriter) -> None:
    ledger.start(ESSAY, ANA)
    ledger.of_learner("AttemptRecorded", ANA, _piece(POSTER))
    mine = ledger.of_learner("AttemptRecorded", BO, _piece(POSTER))
    await served.applied.more()
    ledger.of_learner("LearnerForgotten", ANA, {"request": named("request")}, stream=f"learner/{ANA}")
    seen = await served.portfolio(BO)
    assert [(work["work"], work["members"], work["others"]) for work in seen["works"]] == [(POSTER, [BO], 0)]
    assert [piece["event"] for piece in seen["evidence"]] == [mine]
    assert (await served.get(f"/v1/learners/{ANA}/portfolio", ANA)).status_code == 410
    assert (await served.get(f"/v1/works/{ESSAY}", ANA)).status_code == 404


@pytest.mark.parametrize("first", ["the work", "her forgetting"])
async def test_of_a_work_whose_every_member_is_forgotten_no_row_stays(
    served: Served, ledger: WorkWriter, first: str
) -> None:
    """Whichever the shards bring first, as in a rebuild."""
    [projection] = [one for one in served.applied.projections if isinstance(one, PortfolioProjection)]
    ledger.start(ESSAY, ANA, CLEO)
    ledger.version(ESSAY)
    for learner in (ANA, CLEO):
        ledger.of_learner("LearnerForgotten", learner, {"request": named("request")}, stream=f"learner/{learner}")
    entries = [entry for entry in entries_of(ledger) if entry.owner in {ESSAY, ANA, CLEO, POSTER}]
    entries.sort(key=lambda entry: (entry.event == "LearnerForgotten") == (first == "the work"))
    async with borrowed(served.pool) as connection:
        for entry in entries:
            async with connection.transaction():
                await projection.apply(connection, [entry])
    for table in ("member", "work_entry"):
        rows = await served.pool.fetch(f"SELECT DISTINCT work::text FROM portfolio.{table}")
        assert [row["work"] for row in rows] == [POSTER], "Bo's and hers stays, for Bo"


async def test_health_tells_how_each_shard_stands(served: Served) -> None:
    await served.applied.more()
    HealthDocument.model_validate((await served.client.get("/health")).json())


def _piece(work: str) -> dict[str, Any]:
    return {"work": work, "purpose": "performance", "results": [result(DRAWING, "2")]}


async def test_an_instant_that_may_not_all_be_known_is_not_answered(served: Served, ledger: WorkWriter) -> None:
    ledger.of_learner("AttemptRecorded", ANA, _piece(POSTER))
    await served.applied.more()
    ledger.version(POSTER)  # recorded, and not applied
    ledger.now += 60_000
    asked = instant_text(ledger.now - 30_000)
    answer = await served.get(f"/v1/learners/{ANA}/portfolio", ANA, as_of=asked)
    assert (answer.status_code, answer.json()["field"]) == (503, "as_of")
    await served.applied.more()
    answer = await served.get(f"/v1/learners/{ANA}/portfolio", ANA, as_of=asked)
    assert len(answer.json()["works"][0]["versions"]) == 1


async def test_what_waits_in_quarantine_is_under_review_and_lies_beyond_the_pins(
    served: Served, ledger: WorkWriter
) -> None:
    seen = ledger.of_learner("AttemptRecorded", ANA, _piece(POSTER))
    await served.applied.more()
    path = f"/v1/learners/{ANA}/portfolio"
    ledger.of_learner("AttemptRecorded", ANA, {**_piece(POSTER), "purpose": "none that there is"})
    broken = ledger.entries[-1]
    ledger.of_learner("AttemptRecorded", ANA, _piece(POSTER))
    beside = next(
        name for name in map(named, map(str, range(10_000))) if shard_of(TENANT, name) == shard_of(TENANT, ANA)
    )
    ledger.start(beside, ANA)  # not held, and yet beyond the pin of the shard in which both lie
    await served.applied.more()
    held = await served.get(path, ANA)
    PortfolioDocument.model_validate(held.json())
    assert [piece["event"] for piece in held.json()["evidence"]] == [seen]
    assert [work["work"] for work in held.json()["works"]] == [POSTER]
    assert held.json()["under_review"] is True
    assert (await served.get(f"/v1/works/{POSTER}", ANA)).json()["under_review"] is True
    assert "under_review" not in (await served.get(path, BO)).json()
    pins = held.headers["ascertain-position"]
    then = await served.get(path, ANA, as_of=pins)
    assert then.status_code == 200
    assert "under_review" not in then.json()

    broken["body"] |= _piece(POSTER)
    broken["envelope"]["body_digest"] = digest(canonical(broken["body"]))
    await served.release(ANA, ledger)
    now = (await served.get(path, ANA)).json()
    assert (len(now["evidence"]), len(now["works"])) == (3, 2)
    assert "under_review" not in now
    assert (await served.get(path, ANA, as_of=pins)).content == then.content


@pytest.fixture
async def patient(district: District, ledger: WorkWriter, tmp_path: Path) -> AsyncIterator[Served]:
    """Which waits as long as what is to come may take, on however busy a machine."""
    async with serving_portfolio(district, ledger, tmp_path, patience=30) as made:
        yield made


async def test_what_comes_while_an_instant_is_waited_for_is_in_the_answer(patient: Served, ledger: WorkWriter) -> None:
    await patient.applied.more()
    ledger.version(POSTER)
    ledger.start(ESSAY, ANA)
    ledger.now += 60_000

    async def come() -> None:
        await asyncio.sleep(0.1)
        await patient.applied.more()

    asked = instant_text(ledger.now - 30_000)
    answer, _ = await asyncio.gather(patient.get(f"/v1/learners/{ANA}/portfolio", ANA, as_of=asked), come())
    assert answer.status_code == 200
    works = {work["work"]: len(work["versions"]) for work in answer.json()["works"]}
    assert works == {POSTER: 1, ESSAY: 0}
    answer = await patient.get(f"/v1/works/{POSTER}", ANA, as_of=asked)
    assert len(answer.json()["versions"]) == 1
