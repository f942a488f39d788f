"""What whoever teaches may publish for the others, and that a score stays by the rubric that it was given by."""

from copy import deepcopy
from typing import Any
from uuid import uuid4

from shared.contracts.documents import document_digest
from tests.integration.evidence.conftest import People
from tests.support.evidence import THEME, Running, address, framework, policy, rubric
from tests.support.pieces import scores, started
from tests.support.waiting import until


def task(**more: Any) -> dict[str, Any]:
    return {
        "format": "ascertain.task@2", "id": str(uuid4()), "title": "A poster", "prompt": "Show who rules the farm.",
        "kind": "project", "competencies": [THEME], "courses": [], "purpose": "performance", "language": "en",
        "relearning": [{"kind": "conference", "title": "Talk it over"}], "reflect_first": True,
        "translations": {"es": {"title": "Un cartel", "prompt": "Muestra quién manda."}}, **more,
    }  # fmt: skip


def stepped(**more: Any) -> dict[str, Any]:
    document = deepcopy(rubric())
    document |= {"format": "ascertain.rubric@2", "id": str(uuid4()), "language": "en", **more}
    for criterion in document["criteria"]:
        criterion["step"] = "0.5"
    return document


async def test_teachers_publish_tasks_and_rubrics_and_no_policies(evidence: Running, people: People) -> None:
    questions = {
        "format": "ascertain.questions@1", "id": str(uuid4()), "title": "Best", "language": "en",
        "questions": [{"kind": "choice", "code": "best", "title": "Who?",
                       "options": [{"code": name, "title": name} for name in ("boxer", "clover")]}],
    }  # fmt: skip
    for document in (task(), stepped(), questions):
        answer = await people.teacher.put(address(document), document)
        assert answer.status_code == 201, answer.text
        again = await people.administrator.put(address(document), document)
        assert (again.status_code, again.json()["position"]) == (200, answer.json()["position"])
        for nobody in (people.stranger, evidence.person(people.amara)):
            assert (await nobody.put(address(document), document)).status_code == 404
    for document in ({**framework(), "title": "Mine"}, {**policy(), "title": "Mine"}):
        assert (await people.teacher.put(address(document), document)).status_code == 404


async def test_a_score_stays_by_the_rubric_that_it_was_given_by(people: People) -> None:
    first = stepped()
    later = {**first, "title": "Stricter", "criteria": deepcopy(first["criteria"])}
    for criterion in later["criteria"]:
        criterion["step"] = None
        del criterion["step"]
    for document in (first, later):
        assert (await people.teacher.put(address(document), document)).status_code == 201
    work = await started(people.teacher, people.amara)
    half = {"competency": THEME, "criterion": "thesis", "earned": "2.5", "possible": "4"}
    wish = scores(rubric=document_digest(first), results=[half])

    async def scored() -> bool:
        return bool((await people.teacher.post(f"/v1/works/{work}/scores", wish)).status_code in {200, 201})

    await until(scored, "the rubric is known")
    strict = scores(rubric=document_digest(later), results=[half])

    async def known() -> bool:
        answer = await people.teacher.post(f"/v1/works/{work}/scores", strict)
        return bool(answer.json().get("field") == "/results/0/earned")

    await until(known, "the later rubric, which takes no halves, is known")
    piece = (await people.teacher.get(f"/v1/evidence/{wish['id']}")).json()
    assert (piece["body"]["rubric"], piece["body"]["results"][0]["earned"]) == (document_digest(first), "2.5")
