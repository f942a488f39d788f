"""A learner looks at her work herself before she is shown its result; and what a work connects."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.portfolio.domain.record import Piece, Said, Work
from services.portfolio.domain.reflecting import WITHHELD, TaskVersion, awaited
from services.portfolio.http.documents import OneWorkDocument, PortfolioDocument
from tests.support.ledger_writer import framework_document, named, result
from tests.support.portfolio import REF, Served, WorkWriter, serving_portfolio
from tests.support.servers import District

ANA, BO, GUARDIAN = (named(name) for name in ("ana", "bo", "guardian"))
POSTER, TASK, ENGLISH, ART = (named(name) for name in ("poster", "task", "english", "art"))
READING, DRAWING, SCHOOL = named("reading"), named("drawing"), named("school")


def task(*, first: bool = True, **more: Any) -> dict[str, Any]:
    return {
        "format": "ascertain.task@2", "id": TASK, "title": "A poster", "prompt": "Show it.", "kind": "project",
        "competencies": [READING], "courses": [], "purpose": "performance", "language": "en", "reflect_first": first,
        **more,
    }  # fmt: skip


@pytest.fixture
def ledger() -> WorkWriter:
    writer = WorkWriter()
    writer.publish(framework_document(named("framework"), [READING]))
    writer.publish(framework_document(named("art framework"), [DRAWING]))
    writer.publish(task())
    for learner in (ANA, BO):
        writer.enrol(learner, SCHOOL)
    writer.of_learner("GuardianLinked", ANA, {"guardian": GUARDIAN}, stream=f"learner/{ANA}")
    writer.now += 1_000
    writer.start(POSTER, ANA, BO, task=TASK)
    return writer


@pytest.fixture
async def served(district: District, ledger: WorkWriter, tmp_path: Path) -> AsyncIterator[Served]:
    async with serving_portfolio(district, ledger, tmp_path) as made:
        yield made


def score(ledger: WorkWriter, competency: str, earned: str, course: str) -> str:
    body = {"rubric": REF, "work": POSTER, "course": course, "purpose": "performance"}
    scored = {**body, "results": [result(competency, earned, criterion="line")]}
    return ledger.of_learner("RubricScored", ANA, scored)


def reflect(ledger: WorkWriter, learner: str, *ratings: dict[str, str], work: str = POSTER) -> str:
    return ledger.of_learner("ReflectionRecorded", learner, {"work": work, "text_ref": REF, "ratings": list(ratings)})


async def seen(served: Served, reader: str, **query: str) -> dict[str, Any]:
    await served.applied.more()
    answer = (await served.get(f"/v1/works/{POSTER}", reader, **query)).json()
    OneWorkDocument.model_validate(answer)
    return dict(answer)


async def test_her_result_waits_for_her_own_reading_of_it(served: Served, ledger: WorkWriter) -> None:
    ledger.version(POSTER)
    scored = score(ledger, READING, "2", ENGLISH)
    apart = ledger.attempt(ANA, result(READING, "1"))
    before = await seen(served, ANA)
    assert (before["withheld"], before["evidence"], before["pieces"], before["beside"]) == (WITHHELD, [], [], [])
    assert before["connections"] == []
    assert [piece["event"] for piece in (await served.portfolio(ANA))["evidence"]] == [apart]
    reflect(ledger, BO, result(READING, "4"))
    assert (await seen(served, ANA))["withheld"] == WITHHELD, "another member's reflection is not hers"
    pins = (await served.get(f"/v1/works/{POSTER}", ANA)).headers["ascertain-position"]
    for_guardian = await seen(served, GUARDIAN)
    assert ("withheld" in for_guardian, for_guardian["evidence"]) == (False, [scored])
    own = reflect(ledger, ANA, result(READING, "3", criterion="line"))
    after = await seen(served, ANA)
    assert ("withheld" in after, after["evidence"]) == (False, [scored, own])
    assert after["beside"] == [{
        "learner": ANA, "competency": READING, "criterion": "line", "evidence": scored, "earned": "2", "possible": "4",
        "reflection": own, "own_earned": "3", "own_possible": "4",
    }]  # fmt: skip
    PortfolioDocument.model_validate(await served.portfolio(ANA))
    assert (await seen(served, ANA, as_of=pins))["withheld"] == WITHHELD, "as it was then"


async def test_what_the_task_said_when_the_work_began_holds(served: Served, ledger: WorkWriter) -> None:
    scored = score(ledger, READING, "2", ENGLISH)
    ledger.now += 1_000
    ledger.publish(task(first=False))
    assert (await seen(served, ANA))["withheld"] == WITHHELD
    later = named("later")
    ledger.now += 1_000
    ledger.start(later, ANA, task=TASK)
    works = {work["work"]: "withheld" in work for work in (await served.portfolio(ANA))["works"]}
    assert works == {POSTER: True, later: False}
    reflect(ledger, ANA, work=later)
    assert scored not in (await seen(served, ANA))["evidence"], "it was another work that she looked at"


async def test_a_work_shows_what_it_connects_by_version(served: Served, ledger: WorkWriter) -> None:
    reflect(ledger, ANA)
    ledger.version(POSTER)
    ledger.now += 1_000
    score(ledger, READING, "2", ENGLISH)
    ledger.now += 1_000
    ledger.version(POSTER)
    ledger.now += 1_000
    score(ledger, DRAWING, "3", ART)
    voided = score(ledger, READING, "4", ART)
    ledger.void(ANA, voided)
    assert (await seen(served, ANA))["connections"] == [
        {"version": 1, "course": ENGLISH, "framework": named("framework"), "competencies": [READING]},
        {"version": 2, "course": ART, "framework": named("art framework"), "competencies": [DRAWING]},
    ]


def test_nobody_elses_reflection_opens_her_results() -> None:
    """Also not of one whom she may see, as a guardian sees a child with whom she made something."""

    def said(type_: str, **body: Any) -> Said:
        return Said(named(type_), type_, ANA, 1, 1, 1, body)

    work = Work(POSTER, 0, said("WorkStarted", task=TASK), (ANA, BO), ())
    tasks = {TASK: [TaskVersion(1, 1, reflect_first=True)]}

    def reflected(learner: str, on: str) -> Piece:
        return Piece(learner, said("ReflectionRecorded", work=on), None)

    assert awaited(ANA, [work], [reflected(BO, POSTER), reflected(ANA, named("other"))], tasks) == {POSTER}
    assert awaited(ANA, [work], [reflected(ANA, POSTER)], tasks) == set()
    assert awaited(GUARDIAN, [work], [], tasks) == set()
