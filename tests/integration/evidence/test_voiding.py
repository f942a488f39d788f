"""Voiding a piece of evidence and reading it: versions, guards, and who may."""

import asyncio
import json
from uuid import uuid4

from tests.integration.evidence.conftest import People
from tests.support.evidence import Running, attempt


async def recorded(people: People) -> str:
    item = attempt(people.amara)
    assert (await people.teacher.post("/v1/evidence", item)).status_code == 201
    return str(item["id"])


async def test_a_voided_piece_stays_in_the_record(people: People) -> None:
    piece = await recorded(people)
    void = {"id": str(uuid4()), "expected_version": 1}
    first = await people.teacher.post(f"/v1/evidence/{piece}/void", void)
    again = await people.teacher.post(f"/v1/evidence/{piece}/void", void)
    assert (first.status_code, again.status_code) == (201, 200), first.text
    assert first.json()["version"] == 2
    assert again.json() == {**first.json(), "status": 200, "outcome": "repeated"}
    read = await people.teacher.get(f"/v1/evidence/{piece}")
    assert read.json()["state"] == "closed"
    assert read.json()["version"] == 2
    assert read.json()["voided"]["id"] == void["id"]
    assert read.json()["voided"]["actor"] == people.teacher.id
    place = read.json()["voided"]["position"]
    assert read.headers["ascertain-position"] == f"evidence:{place['shard']}:{place['position']}"


async def test_a_decision_on_an_older_version_is_stale(evidence: Running, people: People) -> None:
    piece = await recorded(people)
    before = await evidence.count()
    answer = await people.teacher.post(f"/v1/evidence/{piece}/void", {"id": str(uuid4()), "expected_version": 2})
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:ascertain:problem:stale-version"
    assert answer.json()["version"] == 1
    assert answer.json()["stream"] == f"evidence/{piece}"
    assert answer.json()["field"] == "/expected_version"
    assert await evidence.count() == before


async def test_a_piece_is_voided_once(evidence: Running, people: People) -> None:
    piece = await recorded(people)
    before = await evidence.count()
    answers = await asyncio.gather(
        *(
            people.teacher.post(f"/v1/evidence/{piece}/void", {"id": str(uuid4()), "expected_version": 1})
            for _ in range(8)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201, *([409] * 7)]
    assert await evidence.count() == before + 1
    late = await people.teacher.post(f"/v1/evidence/{piece}/void", {"id": str(uuid4()), "expected_version": 2})
    assert late.status_code == 409
    assert late.json()["type"] == "urn:ascertain:problem:already-voided"


async def test_a_key_of_another_voiding_is_a_mismatch(people: People) -> None:
    one, other = await recorded(people), await recorded(people)
    key = {"Idempotency-Key": str(uuid4())}
    first = await people.teacher.post(f"/v1/evidence/{one}/void", {"expected_version": 1}, headers=key)
    again = await people.teacher.post(f"/v1/evidence/{one}/void", {"expected_version": 1}, headers=key)
    wrong = await people.teacher.post(f"/v1/evidence/{other}/void", {"expected_version": 1}, headers=key)
    assert [first.status_code, again.status_code, wrong.status_code] == [201, 200, 422]
    assert wrong.json()["type"] == "urn:ascertain:problem:mismatch"


async def test_voids_are_checked_as_strictly_as_evidence(people: People) -> None:
    piece = await recorded(people)
    path = f"/v1/evidence/{piece}/void"
    for body, field in (
        ({"expected_version": 1}, "/id"),
        ({"id": str(uuid4())}, "/expected_version"),
        ({"id": str(uuid4()), "expected_version": "1"}, "/expected_version"),
        ({"id": str(uuid4()), "expected_version": 1, "occurred_at": "2999-01-01T00:00:00Z"}, "/occurred_at"),
        ({"id": str(uuid4()), "expected_version": 1, "reason": " "}, "/reason"),
        ({"id": str(uuid4()), "expected_version": 1, "reason_ref": "a" * 64}, "/reason_ref"),
    ):
        answer = await people.teacher.post(path, body)
        assert (answer.status_code, answer.json().get("field")) == (422, field), answer.text
    for raw in (b'{"expected_version":1,"expected_version":1}', b'{"expected_version":NaN}', b"{", b"\xff"):
        assert (await people.teacher.post(path, raw)).status_code == 422


async def test_whoever_may_not_is_told_that_there_is_no_such_piece(evidence: Running, people: People) -> None:
    piece = await recorded(people)
    void = {"id": str(uuid4()), "expected_version": 1}
    nowhere = await people.teacher.post(f"/v1/evidence/{uuid4()}/void", void)
    learner = evidence.person(people.amara)
    for client in (people.other_teacher, people.stranger, learner):
        answer = await client.post(f"/v1/evidence/{piece}/void", void)
        assert (answer.status_code, answer.json()) == (404, nowhere.json())
    unread = await people.teacher.get(f"/v1/evidence/{uuid4()}")
    for client in (people.other_teacher, people.stranger):
        answer = await client.get(f"/v1/evidence/{piece}")
        assert (answer.status_code, answer.json()) == (404, unread.json())
    assert (await learner.get(f"/v1/evidence/{piece}")).status_code == 200
    assert (await people.administrator.get(f"/v1/evidence/{piece}")).status_code == 200
    assert (await evidence.nobody().get(f"/v1/evidence/{piece}")).status_code == 401


async def test_what_is_no_piece_of_evidence_is_not_read_as_one(people: People) -> None:
    piece = await recorded(people)
    void = {"id": str(uuid4()), "expected_version": 1}
    assert (await people.teacher.post(f"/v1/evidence/{piece}/void", void)).status_code == 201
    assert (await people.teacher.get(f"/v1/evidence/{void['id']}")).status_code == 404
    assert (await people.teacher.post(f"/v1/evidence/{void['id']}/void", void)).status_code == 404
    assert (await people.teacher.get("/v1/evidence/1")).status_code == 422


async def test_a_body_that_is_said_to_be_no_json_is_refused_for_that(people: People) -> None:
    piece = await recorded(people)
    body = json.dumps({"id": str(uuid4()), "expected_version": 1}).encode()
    answer = await people.teacher.send(
        "POST", f"/v1/evidence/{piece}/void", body, headers={"Content-Type": "text/plain"}
    )
    assert (answer.status_code, answer.json()["field"]) == (422, "/header/Content-Type")
