"""The works of a section, for whoever scores them: what came last stands first, and what was scored since is seen."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.portfolio.http.work_list import ListedWorksDocument
from shared.runtime.disclosing import HEADER, disclosed
from tests.support.exhibited import ExhibitionWriter
from tests.support.ledger_writer import named
from tests.support.portfolio import REF, Served, serving_portfolio
from tests.support.servers import District

ANA, BO, CLEO, TEACHER, COLLEAGUE = (named(name) for name in ("ana", "bo", "cleo", "teacher", "colleague"))
SCHOOL, SECTION, OTHER = named("school"), named("section"), named("other section")
POSTER, ESSAY, LETTER = named("poster"), named("essay"), named("letter")


@pytest.fixture
def ledger() -> ExhibitionWriter:
    writer = ExhibitionWriter()
    writer.teach(SECTION, SCHOOL, TEACHER, ANA, BO)
    writer.teach(OTHER, SCHOOL, COLLEAGUE, CLEO)
    writer.start(POSTER, ANA, CLEO, title_ref=REF)
    writer.now += 1000
    writer.start(ESSAY, BO)
    writer.start(LETTER, CLEO)
    return writer


@pytest.fixture
async def served(district: District, ledger: ExhibitionWriter, tmp_path: Path) -> AsyncIterator[Served]:
    async with serving_portfolio(district, ledger, tmp_path) as made:
        yield made


async def listed(served: Served, person: str, **query: str) -> dict[str, Any]:
    await served.applied.more()
    answer = await served.get("/v1/works", person, section=SECTION, **query)
    assert answer.status_code == 200, answer.text
    ListedWorksDocument.model_validate(answer.json())
    told = disclosed(value.encode() for name, value in answer.headers.multi_items() if name == HEADER.lower())
    everybody = {member for item in answer.json()["items"] for member in item["members"]}
    assert set(told) == {(learner, "works") for learner in everybody}
    return dict(answer.json())


async def test_a_teacher_sees_her_classs_works_and_of_groups_only_whom_she_may_see(
    served: Served, ledger: ExhibitionWriter
) -> None:
    told = await listed(served, TEACHER)
    assert [(item["work"], item["members"], item["others"]) for item in told["items"]] == [
        (ESSAY, [BO], 0), (POSTER, [ANA], 1)
    ]  # fmt: skip
    assert (told["items"][1]["title_ref"], told["items"][1]["versions"], told["next"]) == (REF, 0, None)
    ledger.now += 1000
    ledger.version(POSTER)
    told = await listed(served, TEACHER)
    assert [(item["work"], item["versions"], "scored_at" in item) for item in told["items"]] == [
        (POSTER, 1, False), (ESSAY, 0, False)
    ]  # fmt: skip
    assert CLEO not in str(told)


async def test_pages_go_on_where_the_one_before_ended(served: Served) -> None:
    first = await listed(served, TEACHER, limit="1")
    second = await listed(served, TEACHER, limit="1", after=first["next"])
    assert [item["work"] for item in (*first["items"], *second["items"])] == [ESSAY, POSTER]
    assert second["next"] is None
    assert (await served.get("/v1/works", TEACHER, section=SECTION, after="x")).status_code == 422


async def test_works_of_several_sections_are_one_list(served: Served) -> None:
    alone = await listed(served, TEACHER)
    together = await served.get("/v1/works", TEACHER, section=[SECTION, OTHER, named("nowhere")])
    assert together.json()["items"] == alone["items"]
    wrong = await served.get("/v1/works", TEACHER, section=[SECTION, "x"])
    assert (wrong.status_code, wrong.json()["detail"].split(":")[0]) == (422, "section")


async def test_a_forgotten_learners_works_are_gone(served: Served, ledger: ExhibitionWriter) -> None:
    ledger.forget(BO)
    assert [item["work"] for item in (await listed(served, TEACHER))["items"]] == [POSTER]


async def test_others_are_told_that_there_is_no_such_section(served: Served) -> None:
    await served.applied.more()
    for person in (COLLEAGUE, ANA, named("stranger")):
        assert (await served.get("/v1/works", person, section=SECTION)).status_code == 404
