"""The library of tasks and rubrics: versions, who names them, in whose words; and for whom it is."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.portfolio.domain.library import spoken, worded
from services.portfolio.http.frameworks import FrameworksDocument
from services.portfolio.http.library import ListsOfMovesDocument, RubricsDocument, TasksDocument
from shared.contracts.documents import document_digest
from tests.support.ledger_writer import framework_document, named, result
from tests.support.portfolio import Served, WorkWriter, serving_portfolio
from tests.support.servers import District

ANA, TEACHER, SCHOOL, TASK, RUBRIC, WORK, READING = (
    named(name) for name in ("ana", "teacher", "school", "task", "rubric", "work", "reading")
)


def rubric(title: str = "Posters") -> dict[str, Any]:
    levels = [{"earned": earned, "title": f"Level {earned}", "descriptor": "So."} for earned in ("1", "2")]
    line = {
        "code": "line",
        "title": "Line",
        "competencies": [READING],
        "possible": "2",
        "levels": levels,
        "step": "0.5",
    }
    words = {
        "title": "Carteles",
        "criteria": {"line": {"title": "Línea", "levels": {"2": {"title": "Dos", "descriptor": "Así."}}}},
    }
    return {
        "format": "ascertain.rubric@2", "id": RUBRIC, "title": title, "language": "en", "criteria": [line],
        "translations": {"es": words},
    }  # fmt: skip


def task(by: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "format": "ascertain.task@2", "id": TASK, "title": "A poster", "prompt": "Show it.", "kind": "project",
        "competencies": [READING], "courses": [], "purpose": "performance", "language": "en",
        "translations": {"es-MX": {"title": "Un cartel", "prompt": "Muéstralo."}},
        **({} if by is None else {"rubric": by}), **more,
    }  # fmt: skip


@pytest.fixture
def ledger() -> WorkWriter:
    writer = WorkWriter()
    writer.enrol(ANA, SCHOOL)
    writer.appoint(TEACHER, "auditor", f"school/{SCHOOL}")
    return writer


@pytest.fixture
async def served(district: District, ledger: WorkWriter, tmp_path: Path) -> AsyncIterator[Served]:
    async with serving_portfolio(district, ledger, tmp_path) as made:
        yield made


def published(ledger: WorkWriter, document: dict[str, Any]) -> str:
    """The digest of a document that is published with this."""
    ledger.publish(document)
    return document_digest(document)


async def asked(served: Served, path: str, accept: str = "", **query: str) -> dict[str, Any]:
    await served.applied.more()
    headers = {"Authorization": f"Bearer {served.people.mint(TEACHER)}", "Accept-Language": accept}
    answer = await served.client.get(path, params=query, headers=headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_versions_by_digest_and_what_names_them(served: Served, ledger: WorkWriter) -> None:
    first, second = published(ledger, rubric()), published(ledger, rubric("Posters, again"))
    ledger.publish({**rubric(), "id": named("another"), "title": "Essays"})
    old = published(ledger, task(first))
    new = published(ledger, task(first, title="A larger poster"))
    ledger.start(WORK, ANA, task=TASK)
    score = {
        "rubric": first,
        "task": TASK,
        "purpose": "performance",
        "results": [result(READING, "2", criterion="line")],
    }
    ledger.of_learner("RubricScored", ANA, score)
    listed = await asked(served, "/v1/rubrics")
    RubricsDocument.model_validate(listed)
    assert [one["title"] for one in listed["rubrics"]] == ["Essays", "Posters, again"]
    latest = listed["rubrics"][1]
    assert [version["digest"] for version in latest["versions"]] == [second, first]
    assert latest["used_by"] == {"pieces": 0, "tasks": []}, "what is judged by an older version stays with that one"
    every = (await asked(served, "/v1/rubrics", id=RUBRIC))["rubrics"]
    assert [one["digest"] for one in every] == [second, first]
    assert every[1]["used_by"] == {
        "pieces": 1, "tasks": [{"id": TASK, "digest": new}, {"id": TASK, "digest": old}]
    }  # fmt: skip
    tasks = await asked(served, "/v1/tasks")
    TasksDocument.model_validate(tasks)
    [shelved] = tasks["tasks"]
    assert (shelved["digest"], shelved["title"], shelved["rubric"]) == (new, "A larger poster", first)
    assert shelved["used_by"] == {"works": 1, "pieces": 1}


async def test_pages_end(served: Served, ledger: WorkWriter) -> None:
    digests = [published(ledger, {**task(), "id": named(f"task {n}")}) for n in range(3)]
    first = await asked(served, "/v1/tasks", limit="2")
    rest = await asked(served, "/v1/tasks", limit="2", after=str(first["next"]))
    assert [one["digest"] for one in first["tasks"] + rest["tasks"]] == list(reversed(digests))
    assert rest["next"] is None


async def test_it_is_told_in_the_readers_language(served: Served, ledger: WorkWriter) -> None:
    ledger.publish(rubric())
    ledger.publish(task())
    [spanish] = (await asked(served, "/v1/rubrics", "fr, es-AR;q=0.8, en;q=0.5"))["rubrics"]
    line = spanish["criteria"][0]
    assert (spanish["title"], line["title"], spanish["language"]) == ("Carteles", "Línea", "es")
    assert [level["title"] for level in line["levels"]] == ["Level 1", "Dos"], "what is not translated stays as it is"
    assert (spanish["languages"], "translations" in spanish) == (["en", "es"], False)
    [mexican] = (await asked(served, "/v1/tasks", "es"))["tasks"]
    assert (mexican["title"], mexican["prompt"]) == ("Un cartel", "Muéstralo.")
    [english] = (await asked(served, "/v1/tasks", "de"))["tasks"]
    assert (english["title"], english["language"]) == ("A poster", "en")


async def test_it_is_for_those_who_have_a_role(served: Served, ledger: WorkWriter) -> None:
    ledger.publish(task())
    await served.applied.more()
    for person in (ANA, named("stranger")):
        for path in ("/v1/tasks", "/v1/rubrics"):
            assert (await served.get(path, person)).status_code == 404


async def test_a_forgotten_learners_pieces_are_counted_no_more(served: Served, ledger: WorkWriter) -> None:
    first = published(ledger, rubric())
    score = {"rubric": first, "purpose": "performance", "results": [result(READING, "2", criterion="line")]}
    ledger.of_learner("RubricScored", ANA, score)
    assert (await asked(served, "/v1/rubrics"))["rubrics"][0]["used_by"]["pieces"] == 1
    ledger.of_learner("LearnerForgotten", ANA, {"request": named("request")}, stream=f"learner/{ANA}")
    assert (await asked(served, "/v1/rubrics"))["rubrics"][0]["used_by"]["pieces"] == 0


@given(st.text(max_size=60), st.lists(st.sampled_from(["es", "es-MX", "pt-BR", "zh-Hans"]), unique=True))
def test_whatever_is_accepted_a_language_that_is_there_is_spoken(accepted: str, others: list[str]) -> None:
    assert spoken(accepted, "en", others) in {"en", *others}
    assert spoken(None, "en", others) == "en"


@pytest.mark.parametrize(
    ("accepted", "found"),
    [
        ("es;q=0, en", "en"),
        ("es;q=x, en", "en"),
        ("*, es", "es"),
        ("ES-mx", "es"),
        ("en;q=0.1, es;q=0.9", "es"),
        ("", "en"),
    ],
)
def test_what_a_reader_would_rather_have(accepted: str, found: str) -> None:
    assert spoken(accepted, "en", ["es"]) == found


def test_a_document_without_languages_is_as_it_is() -> None:
    plain = {"format": "ascertain.task@1", "title": "So"}
    assert worded(plain, "es") == plain
    assert worded({**rubric(), "language": "en"}, "fr")["title"] == "Posters"


async def test_lists_of_moves_in_the_readers_words(served: Served, ledger: WorkWriter) -> None:
    moves = [{"code": "asks", "title": "Asks"}, {"code": "builds", "title": "Builds"}]
    document = {
        "format": "ascertain.moves@1", "id": TASK, "title": "Moves", "language": "en", "moves": moves,
        "translations": {"es": {"asks": "Pregunta"}},
    }  # fmt: skip
    older, digest = published(ledger, {**document, "title": "Before"}), published(ledger, document)
    published(ledger, task())
    answer = await asked(served, "/v1/moves", "es-MX")
    [shelved] = ListsOfMovesDocument.model_validate(answer).moves
    assert (shelved.digest, [version.digest for version in shelved.versions]) == (digest, [digest, older])
    assert (shelved.title, [move.title for move in shelved.moves]) == ("Moves", ["Pregunta", "Builds"])
    assert "used_by" not in answer["moves"][0]


async def test_whoever_writes_tasks_reads_the_frameworks_in_short(served: Served, ledger: WorkWriter) -> None:
    ledger.publish(framework_document(named("framework"), [READING]))
    await served.applied.more()
    told = await served.get("/v1/frameworks", TEACHER)
    assert told.status_code == 200, told.text
    FrameworksDocument.model_validate(told.json())
    listed = [one["competency"] for framework in told.json()["frameworks"] for one in framework["competencies"]]
    assert READING in listed
    assert (await served.get("/v1/frameworks", ANA)).status_code == 404
