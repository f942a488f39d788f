"""A seminar that was counted offline and is sent late, twice and in parts is recorded once, when it was."""

from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.documents import document_digest
from tests.integration.evidence.conftest import People
from tests.support.evidence import THEME, Running, address, moves, rubric

LONG_AGO = "2026-09-14T10:30:00.000Z"
LEVEL = {"competency": THEME, "criterion": "thesis", "earned": "3", "possible": "4"}


@pytest.fixture(scope="module")
async def _listed(evidence: Running) -> None:
    answer = await evidence.administrator.put(address(moves()), moves())
    assert answer.status_code in {200, 201}, answer.text


def observation(learner: str, **more: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "learner": learner, "moves": [{"move": "asks", "count": 2}], **more}


def seminar(*observations: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "seminar": str(uuid4()), "moves_by": document_digest(moves()), "purpose": "performance",
        "occurred_at": LONG_AGO, "observations": observations, **more,
    }  # fmt: skip


@pytest.mark.usefixtures("_listed")
async def test_sent_twice_late_and_in_parts_it_is_recorded_once(evidence: Running, people: People) -> None:
    request = seminar(observation(people.amara, results=[LEVEL], note="Led us back."), observation(people.bao))
    before = await evidence.count()
    part = {**request, "observations": request["observations"][1:]}
    answers = [await people.teacher.post("/v1/seminars", body) for body in (part, request, request, part)]
    assert [answer.status_code for answer in answers] == [201, 201, 200, 200], [answer.text for answer in answers]
    outcomes = [[one["outcome"] for one in answer.json()["receipts"]] for answer in answers]
    assert outcomes == [["appended"], ["appended", "repeated"], ["repeated", "repeated"], ["repeated"]]
    assert await evidence.count() == before + 2
    places = [answer.json()["receipts"][-1]["position"] for answer in answers]
    assert all(place == places[0] for place in places)
    first = request["observations"][0]
    read = (await people.teacher.get(f"/v1/evidence/{first['id']}")).json()
    assert (read["type"], read["occurred_at"]) == ("ObservationRecorded", LONG_AGO)
    assert read["body"]["moves"] == first["moves"]
    assert read["body"]["rubric"] == document_digest(rubric())
    assert "Led" not in str(read)


@pytest.mark.usefixtures("_listed")
async def test_nobody_is_recorded_where_one_is_not_the_observers(evidence: Running, people: People) -> None:
    stranger = str(uuid4())
    before = await evidence.count()
    answer = await people.teacher.post("/v1/seminars", seminar(observation(people.amara), observation(stranger)))
    assert (answer.status_code, answer.json()["field"]) == (404, "/observations/1/learner")
    for nobody in (people.other_teacher, people.stranger, evidence.person(people.amara)):
        assert (await nobody.post("/v1/seminars", seminar(observation(people.amara)))).status_code == 404
    assert await evidence.count() == before


@pytest.mark.usefixtures("_listed")
async def test_an_observation_is_superseded_and_voided_as_any_piece(people: People) -> None:
    request = seminar(observation(people.amara))
    assert (await people.teacher.post("/v1/seminars", request)).status_code == 201
    old, new = request["observations"][0]["id"], str(uuid4())
    said = (await people.teacher.get(f"/v1/evidence/{old}")).json()["body"]
    item = {"type": "ObservationRecorded", "body": {**said, "moves": [{"move": "builds", "count": 1}]}}
    placed = await people.teacher.post(
        f"/v1/evidence/{old}/supersede", {"id": new, "expected_version": 1, "item": item}
    )
    assert placed.status_code == 201, placed.text
    wrong = {**item, "body": {**said, "moves": [{"move": "sings", "count": 1}]}}
    refused = await people.teacher.post(
        f"/v1/evidence/{new}/supersede", {"id": str(uuid4()), "expected_version": 1, "item": wrong}
    )
    assert (refused.status_code, refused.json()["field"]) == (422, "/item/body/moves/0/move")
    gone = await people.teacher.post(f"/v1/evidence/{new}/void", {"id": str(uuid4()), "expected_version": 1})
    assert gone.status_code == 201


@pytest.mark.usefixtures("_listed")
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"moves_by": "0" * 64}, "/moves_by"),
        ({"observations": []}, "/observations"),
        ({"occurred_at": "2999-01-01T00:00:00.000Z"}, "/occurred_at"),
    ],
)
async def test_what_fits_nothing_is_refused(people: People, wrong: dict[str, Any], field: str) -> None:
    answer = await people.teacher.post("/v1/seminars", {**seminar(observation(people.amara)), **wrong})
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    twice = [{"move": "asks", "count": 1}, {"move": "asks", "count": 1}]
    answer = await people.teacher.post("/v1/seminars", seminar(observation(people.amara, moves=twice)))
    assert answer.status_code == 422
