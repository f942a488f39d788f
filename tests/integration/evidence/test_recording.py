"""`POST /v1/evidence`: what is recorded, what is refused and why, and what is answered to whom."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.ledger.identifiers import shard_of
from tests.integration.evidence.conftest import People
from tests.support.evidence import SYMBOLS, TENANT, THEME, Running, attempt, scored
from tests.support.pauses import longest_pause

UNKNOWN = "00000000-0000-4000-8000-000000000000"


async def test_a_piece_is_recorded_once_and_receipted_ever_after(people: People) -> None:
    item = attempt(people.amara)
    first = await people.teacher.post("/v1/evidence", item)
    again = await people.teacher.post("/v1/evidence", item)
    assert (first.status_code, again.status_code) == (201, 200), first.text
    receipt = first.json()
    assert receipt["outcome"] == "appended"
    assert receipt["id"] == item["id"]
    assert receipt["type"] == "AttemptRecorded"
    assert receipt["stream"] == f"evidence/{item['id']}"
    assert receipt["version"] == 1
    assert receipt["position"]["ledger"] == "evidence"
    assert receipt["position"]["shard"] == shard_of(TENANT, people.amara)
    assert again.json() == {**receipt, "status": 200, "outcome": "repeated"}


async def test_a_batch_answers_item_by_item_in_order(evidence: Running, people: People) -> None:
    before = await evidence.count()
    good, bad, scoring = attempt(people.amara), attempt(people.amara, purpose="ranking"), scored(people.bao)
    answer = await people.teacher.post("/v1/evidence", [good, bad, scoring])
    assert answer.status_code == 207
    assert [result["status"] for result in answer.json()] == [201, 422, 201]
    assert answer.json()[1]["field"] == "/body/purpose"
    assert answer.json()[1]["id"] == bad["id"]
    assert await evidence.count() == before + 2
    assert (await people.teacher.post("/v1/evidence", [good, scoring])).status_code == 200
    assert (await people.teacher.post("/v1/evidence", [good, attempt(people.bao)])).status_code == 207
    assert (await people.teacher.post("/v1/evidence", [attempt(people.bao), attempt(people.amara)])).status_code == 201


async def test_an_idempotency_key_gives_ids_that_a_retry_gets_again(people: People) -> None:
    items = [attempt(people.amara), attempt(people.bao)]
    for item in items:
        del item["id"]
    key = {"Idempotency-Key": f"quiz {uuid4()}"}
    first = await people.teacher.post("/v1/evidence", items, headers=key)
    again = await people.teacher.post("/v1/evidence", items, headers=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert [one["id"] for one in first.json()] == [one["id"] for one in again.json()]
    other = await people.teacher.post("/v1/evidence", items[::-1], headers=key)
    assert [one["type"] for one in other.json()] == ["urn:ascertain:problem:mismatch"] * 2


@pytest.mark.parametrize("key", ["", "x" * 201, "tab\there", "ü"])
async def test_a_key_of_no_fit_form_is_refused(people: People, key: str) -> None:
    answer = await people.teacher.post(
        "/v1/evidence", attempt(people.amara), headers={"Idempotency-Key": key.encode("latin-1")}
    )
    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.json()["detail"]
    assert answer.json()["field"] == "/header/Idempotency-Key"


async def test_without_id_and_key_the_id_is_asked_for(people: People) -> None:
    item = attempt(people.amara)
    del item["id"]
    answer = await people.teacher.post("/v1/evidence", item)
    assert (answer.status_code, answer.json()["field"]) == (422, "/id")


async def test_an_id_stands_for_one_request_in_the_whole_district(evidence: Running, people: People) -> None:
    item = attempt(people.amara)
    assert (await people.teacher.post("/v1/evidence", item)).status_code == 201
    before = await evidence.count()
    for other in (
        attempt(people.bao, id=item["id"]),
        attempt(people.amara, id=item["id"], purpose="practice"),
        attempt(people.amara, id=item["id"], occurred_at="2026-09-14T10:30:00.001Z"),
    ):
        answer = await people.teacher.post("/v1/evidence", other)
        assert answer.status_code == 422
        assert answer.json()["type"] == "urn:ascertain:problem:mismatch"
        assert answer.json()["field"] == "/id"
    assert await evidence.count() == before


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("unknown competency", {"results": [{"competency": UNKNOWN, "earned": "1", "possible": "4"}]},
     "/body/results/0/competency"),
    ("above possible", {"results": [{"competency": THEME, "earned": "5", "possible": "4"}]},
     "/body/results/0/earned"),
    ("nothing possible", {"results": [{"competency": THEME, "earned": "0", "possible": "0"}]},
     "/body/results/0/possible"),
    ("below zero", {"results": [{"competency": THEME, "earned": "-1", "possible": "4"}]}, "/body/results/0/earned"),
    ("negative zero", {"results": [{"competency": THEME, "earned": "-0", "possible": "4"}]},
     "/body/results/0/earned"),
    ("a float", {"results": [{"competency": THEME, "earned": 3.5, "possible": "4"}]}, "/body/results/0/earned"),
    ("an integer", {"results": [{"competency": THEME, "earned": 3, "possible": "4"}]}, "/body/results/0/earned"),
    ("400 digits", {"results": [{"competency": THEME, "earned": "9" * 400, "possible": "4"}]},
     "/body/results/0/earned"),
    ("an exponent", {"results": [{"competency": THEME, "earned": "1e0", "possible": "4"}]},
     "/body/results/0/earned"),
    ("no results", {"results": []}, "/body/results"),
    ("a redo of nothing", {"redo_of": UNKNOWN}, "/body/redo_of"),
    ("an unknown field", {"name": "Amara"}, "/body/name"),
    ("the future", {"occurred_at": (datetime.now(UTC) + timedelta(days=1)).isoformat(timespec="seconds")},
     "/occurred_at"),
    ("no instant", {"occurred_at": "yesterday"}, "/occurred_at"),
    ("no uuid", {"id": "1"}, "/id"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "more", "field"), REFUSED, ids=[what for what, _, _ in REFUSED])
async def test_a_refusal_names_the_field(
    evidence: Running, people: People, what: str, more: dict[str, Any], field: str
) -> None:
    before = await evidence.count()
    answer = await people.teacher.post("/v1/evidence", attempt(people.amara, **more))
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["field"] == field, answer.json()
    assert await evidence.count() == before


UNSCORABLE = [
    ({"rubric": "0" * 64}, "/body/rubric"),
    ({"results": [{"competency": THEME, "criterion": "style", "earned": "3", "possible": "4"}]}, "criterion"),
    ({"results": [{"competency": SYMBOLS, "criterion": "thesis", "earned": "3", "possible": "4"}]}, "competency"),
    ({"results": [{"competency": THEME, "criterion": "thesis", "earned": "3.5", "possible": "4"}]}, "earned"),
    ({"results": [{"competency": THEME, "criterion": "thesis", "earned": "3", "possible": "5"}]}, "possible"),
    ({"results": [{"competency": THEME, "criterion": "thesis", "earned": "3", "possible": "4"}] * 2}, "criterion"),
]


@pytest.mark.parametrize(("more", "field"), UNSCORABLE)
async def test_a_scoring_must_fit_its_rubric(people: People, more: dict[str, Any], field: str) -> None:
    answer = await people.teacher.post("/v1/evidence", scored(people.amara, **more))
    assert answer.status_code == 422, answer.text
    assert answer.json()["field"].endswith(field), answer.json()


async def test_whoever_may_not_record_learns_nothing(evidence: Running, people: People) -> None:
    before = await evidence.count()
    known = [
        await client.post("/v1/evidence", attempt(people.amara)) for client in (people.other_teacher, people.stranger)
    ]
    unknown = await people.teacher.post("/v1/evidence", attempt(UNKNOWN))
    nowhere = await people.administrator.post("/v1/evidence", attempt(UNKNOWN))
    own = await evidence.person(people.amara).post("/v1/evidence", attempt(people.amara))
    for answer in [*known, unknown, nowhere, own]:
        assert answer.status_code == 404
        assert answer.json()["field"] == "/body/learner"
        assert {**answer.json(), "id": ""} == {**unknown.json(), "id": ""}
    assert await evidence.count() == before


async def test_an_administrator_records_for_any_learner(people: People) -> None:
    assert (await people.administrator.post("/v1/evidence", attempt(people.bao))).status_code == 201


async def test_a_redo_names_a_piece_of_the_same_learner(people: People) -> None:
    first = attempt(people.amara)
    redo = attempt(people.amara, redo_of=first["id"])
    foreign = attempt(people.bao, redo_of=first["id"])
    itself = str(uuid4())
    answer = await people.teacher.post(
        "/v1/evidence",
        [
            attempt(people.amara, redo_of=redo["id"]),
            first,
            redo,
            foreign,
            attempt(people.bao, id=itself, redo_of=itself),
        ],
    )
    assert [result["status"] for result in answer.json()] == [422, 201, 201, 422, 422]
    later = await people.teacher.post("/v1/evidence", attempt(people.amara, redo_of=redo["id"]))
    assert later.status_code == 201
    assert (await people.teacher.post("/v1/evidence", redo)).status_code == 200


async def test_a_redo_of_a_piece_refused_in_the_same_request_is_refused(people: People) -> None:
    taken = attempt(people.bao)
    assert (await people.teacher.post("/v1/evidence", taken)).status_code == 201
    first = attempt(people.amara, id=taken["id"])
    answer = await people.teacher.post("/v1/evidence", [first, attempt(people.amara, redo_of=first["id"])])
    assert [result["status"] for result in answer.json()] == [422, 422]
    assert answer.json()[1]["field"] == "/body/redo_of"


BODIES: list[tuple[bytes, int, str | None]] = [
    (b"", 422, ""),
    (b"{", 422, ""),
    (b"\xff", 422, ""),
    (b"[]", 422, ""),
    (b"null", 422, ""),
    (b"[" * 100_000, 422, ""),
    (b'{"type":"AttemptRecorded","type":"AttemptRecorded"}', 422, ""),
    (b'{"type":"Graded"}', 422, "/type"),
    (b'{"occurred_at":NaN}', 422, "/occurred_at"),
    (b'{"occurred_at":1e999}', 422, "/occurred_at"),
    (b'{"occurred_at":' + b"9" * 400 + b"}", 422, "/occurred_at"),
    (b'{"type":"AttemptRecorded","\\ud800":1}', 422, None),
    (b'{"id":"\\ud800"}', 422, "/id"),
    (b"[" + b",".join([b"{}"] * 1001) + b"]", 422, ""),
    (b" " * (4 * 1024 * 1024 + 1), 413, None),
]


@pytest.mark.parametrize(("body", "status", "field"), BODIES)
async def test_what_is_no_item_is_refused(
    evidence: Running, people: People, body: bytes, status: int, field: str | None
) -> None:
    before = await evidence.count()
    answer = await people.teacher.post("/v1/evidence", body)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json().get("field") == field or field is None
    assert await evidence.count() == before


async def test_one_malformed_item_fails_no_other(people: People) -> None:
    good = attempt(people.amara)
    float_ = attempt(people.amara, results=[{"competency": THEME, "earned": 0.5, "possible": "4"}])
    answer = await people.teacher.post("/v1/evidence", [float_, good, 7])
    assert [result["status"] for result in answer.json()] == [422, 201, 422]
    assert answer.json()[0]["field"] == "/body/results/0/earned"


async def test_nobody_records_without_a_token(evidence: Running, people: People) -> None:
    answer = await evidence.nobody().post("/v1/evidence", attempt(people.amara))
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert (await evidence.service().post("/v1/evidence", attempt(people.amara))).status_code == 401


async def test_a_piece_sent_many_times_at_once_is_recorded_once(evidence: Running, people: People) -> None:
    before = await evidence.count()
    item = attempt(people.amara)
    answers = await asyncio.gather(*(people.teacher.post("/v1/evidence", item) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({answer.json()["position"]["position"] for answer in answers}) == 1
    assert await evidence.count() == before + 1


async def test_decimals_and_instants_are_stored_canonically(people: People) -> None:
    item = attempt(people.amara, results=[{"competency": THEME, "earned": "3.50", "possible": "4.0"}])
    item["occurred_at"] = "2026-09-14T12:30:00+02:00"
    assert (await people.teacher.post("/v1/evidence", item)).status_code == 201
    stored = (await people.teacher.get(f"/v1/evidence/{item['id']}")).json()
    assert stored["body"]["results"] == [{"competency": THEME, "earned": "3.5", "possible": "4"}]
    assert stored["occurred_at"] == "2026-09-14T10:30:00.000Z"
    again = {**item, "occurred_at": "2026-09-14T10:30:00Z"}
    assert (await people.teacher.post("/v1/evidence", again)).status_code == 200


async def test_others_are_served_while_a_large_request_is_read(people: People) -> None:
    many = attempt(people.amara)
    many["body"]["results"] *= 40
    items = [{**many, "id": "no id"}] * 1_000
    async with longest_pause() as pause:
        answer = await people.teacher.post("/v1/evidence", items)
    assert answer.status_code == 207
    assert pause() < 0.25, "read on the event loop it is nearly all"
