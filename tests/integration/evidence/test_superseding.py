"""A piece in the place of another: versions, races, and what is to be read of both."""

import asyncio
from typing import Any
from uuid import uuid4

from shared.ledger.identifiers import further_event_id
from tests.integration.evidence.conftest import People
from tests.support.evidence import SYMBOLS, Running, attempt
from tests.support.pieces import RESULT, in_place, observed, scored

UNKNOWN = "00000000-0000-4000-8000-000000000000"


async def recorded(people: People, **more: Any) -> str:
    item = attempt(people.amara, **more)
    assert (await people.teacher.post("/v1/evidence", item)).status_code == 201
    return str(item["id"])


async def test_both_pieces_stay_in_the_record_and_the_new_one_stands(people: People) -> None:
    old = await recorded(people, occurred_at="2026-09-01T08:00:00.000Z")
    wish = in_place(attempt(people.amara, purpose="practice"), reason="Mistyped.")
    first = await people.teacher.post(f"/v1/evidence/{old}/supersede", wish)
    again = await people.teacher.post(f"/v1/evidence/{old}/supersede", wish)
    assert (first.status_code, again.status_code) == (201, 200), first.text
    receipt = first.json()
    assert again.json() == {**receipt, "status": 200, "outcome": "repeated"}
    assert (receipt["id"], receipt["type"], receipt["version"]) == (wish["id"], "AttemptRecorded", 1)
    withdrawal = receipt["superseded"]
    assert (withdrawal["id"], withdrawal["stream"], withdrawal["version"]) == (
        further_event_id(wish["id"], 1), f"evidence/{old}", 2
    )  # fmt: skip
    place = receipt["position"]
    assert withdrawal["position"] == {**place, "position": place["position"] + 1}

    before = (await people.teacher.get(f"/v1/evidence/{old}")).json()
    now = (await people.teacher.get(f"/v1/evidence/{wish['id']}")).json()
    assert (before["state"], before["version"]) == ("closed", 2)
    assert before["superseded"] == {
        "id": withdrawal["id"],
        "by": wish["id"],
        "recorded_at": receipt["recorded_at"],
        "position": withdrawal["position"],
        "actor": people.teacher.id,
        "reason_ref": before["superseded"]["reason_ref"],
    }
    assert "voided" not in before
    assert (now["state"], now["body"]["purpose"]) == ("open", "practice")
    assert now["occurred_at"] == before["occurred_at"] == "2026-09-01T08:00:00.000Z"


async def test_another_instant_may_be_given_and_another_kind(people: People) -> None:
    old = await recorded(people)
    item = {**observed(people.amara, texts={"note": "It was seen."}), "occurred_at": "2026-09-15T08:00:00.000Z"}
    wish = {"id": str(uuid4()), "expected_version": 1, "item": {key: item[key] for key in item if key != "id"}}
    assert (await people.teacher.post(f"/v1/evidence/{old}/supersede", wish)).status_code == 201
    now = (await people.teacher.get(f"/v1/evidence/{wish['id']}")).json()
    assert (now["type"], now["occurred_at"]) == ("ObservationRecorded", "2026-09-15T08:00:00.000Z")
    assert len(now["body"]["note_ref"]) == 64


async def test_of_two_at_once_one_wins(evidence: Running, people: People) -> None:
    old = await recorded(people)
    before = await evidence.count()
    wishes = [in_place(attempt(people.amara)) for _ in range(6)]
    voids = [{"id": str(uuid4()), "expected_version": 1} for _ in range(2)]
    answers = await asyncio.gather(
        *(people.teacher.post(f"/v1/evidence/{old}/supersede", wish) for wish in wishes),
        *(people.teacher.post(f"/v1/evidence/{old}/void", void) for void in voids),
    )
    assert sorted(answer.status_code for answer in answers) == [201, *([409] * 7)]
    won = next(answer for answer in answers if answer.status_code == 201)
    assert await evidence.count() == before + (2 if "superseded" in won.json() else 1)
    lost = next(answer for answer in answers if answer.status_code == 409).json()
    assert (lost["type"], lost["version"]) == ("urn:ascertain:problem:stale-version", 2)


async def test_what_was_withdrawn_is_not_withdrawn_again(evidence: Running, people: People) -> None:
    old = await recorded(people)
    assert (await people.teacher.post(f"/v1/evidence/{old}/supersede", in_place(attempt(people.amara)))).is_success
    before = await evidence.count()
    late = await people.teacher.post(
        f"/v1/evidence/{old}/supersede", in_place(attempt(people.amara), expected_version=2)
    )
    void = await people.teacher.post(f"/v1/evidence/{old}/void", {"id": str(uuid4()), "expected_version": 2})
    for answer in (late, void):
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:ascertain:problem:already-voided")
    assert await evidence.count() == before


async def test_a_chain_of_corrections_and_a_redo_of_any_link(people: People) -> None:
    first = await recorded(people)
    second, third = in_place(attempt(people.amara)), in_place(attempt(people.amara))
    assert (await people.teacher.post(f"/v1/evidence/{first}/supersede", second)).status_code == 201
    assert (await people.teacher.post(f"/v1/evidence/{second['id']}/supersede", third)).status_code == 201
    for of in (first, second["id"], third["id"]):
        assert (await people.teacher.post("/v1/evidence", attempt(people.amara, redo_of=of))).status_code == 201
    redo = await recorded(people, redo_of=first)
    for named in (third["id"], second["id"], first, redo):
        wish = in_place(attempt(people.amara, redo_of=named))
        answer = await people.teacher.post(f"/v1/evidence/{third['id']}/supersede", wish)
        assert (answer.status_code, answer.json()["field"]) == (422, "/item/body/redo_of"), named


async def test_two_that_would_do_each_other_over_are_not_both_recorded(people: People) -> None:
    for _ in range(5):
        one, other = await recorded(people), await recorded(people)
        answers = await asyncio.gather(
            people.teacher.post(f"/v1/evidence/{one}/supersede", in_place(attempt(people.amara, redo_of=other))),
            people.teacher.post(f"/v1/evidence/{other}/supersede", in_place(attempt(people.amara, redo_of=one))),
        )
        assert min(answer.status_code for answer in answers) == 201
        refused = max(answers, key=lambda answer: answer.status_code)
        assert refused.status_code in {409, 422}
        assert refused.json()["field"] == "/item/body/redo_of"


async def test_a_retry_with_another_text_is_a_mismatch(people: People) -> None:
    old = await recorded(people)
    wish = in_place(scored(people.amara, texts={"feedback": "So."}), reason="Mistyped.")
    path = f"/v1/evidence/{old}/supersede"
    assert (await people.teacher.post(path, wish)).status_code == 201
    assert (await people.teacher.post(path, wish)).status_code == 200
    for other in (
        {**wish, "reason": "Other reason."},
        {**wish, "reason": None},
        {**wish, "item": {**wish["item"], "texts": {"feedback": "Other."}}},
    ):
        answer = await people.teacher.post(path, other)
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:ascertain:problem:mismatch")


async def test_a_wish_is_checked_as_strictly_as_evidence(evidence: Running, people: People) -> None:
    old = await recorded(people)
    before = await evidence.count()
    path = f"/v1/evidence/{old}/supersede"
    sound = in_place(attempt(people.amara))
    unknown = [{**RESULT, "competency": UNKNOWN}]
    for wish, field in (
        ({key: sound[key] for key in sound if key != "id"}, "/id"),
        ({key: sound[key] for key in sound if key != "item"}, "/item"),
        ({**sound, "expected_version": "1"}, "/expected_version"),
        ({**sound, "reason": " "}, "/reason"),
        ({**sound, "item": {**sound["item"], "type": "Graded"}}, "/item/type"),
        ({**sound, "item": {**sound["item"], "id": str(uuid4())}}, "/item/id"),
        ({**sound, "item": {**sound["item"], "occurred_at": "2999-01-01T00:00:00Z"}}, "/item/occurred_at"),
        (in_place(attempt(people.amara, results=unknown)), "/item/body/results/0/competency"),
        (in_place(attempt(people.amara, results=[{**RESULT, "competency": SYMBOLS, "earned": "9"}])),
         "/item/body/results/0/earned"),
        (in_place(observed(people.amara, note_ref="a" * 64)), "/item/body/note_ref"),
        (in_place(observed(people.amara, texts={"note": ""})), "/item/texts/note"),
        (in_place(attempt(people.bao)), "/item/body/learner"),
    ):  # fmt: skip
        answer = await people.teacher.post(path, wish)
        assert (answer.status_code, answer.json().get("field")) == (422, field), answer.text
    assert await evidence.count() == before


async def test_whoever_may_not_is_told_that_there_is_no_such_piece(evidence: Running, people: People) -> None:
    old = await recorded(people)
    wish = in_place(attempt(people.amara))
    nowhere = await people.teacher.post(f"/v1/evidence/{uuid4()}/supersede", wish)
    for client in (people.other_teacher, people.stranger, evidence.person(people.amara)):
        answer = await client.post(f"/v1/evidence/{old}/supersede", wish)
        assert (answer.status_code, answer.json()) == (404, nowhere.json())


async def test_a_void_has_a_reason_that_is_kept_apart(evidence: Running, people: People) -> None:
    old = await recorded(people)
    void = {"id": str(uuid4()), "expected_version": 1, "reason": "Scored for another learner."}
    assert (await people.teacher.post(f"/v1/evidence/{old}/void", void)).status_code == 201
    assert (await people.teacher.post(f"/v1/evidence/{old}/void", void)).status_code == 200
    other = await people.teacher.post(f"/v1/evidence/{old}/void", {**void, "reason": "Another."})
    assert (other.status_code, other.json()["type"]) == (422, "urn:ascertain:problem:mismatch")
    read = (await people.teacher.get(f"/v1/evidence/{old}")).json()
    assert len(read["voided"]["reason_ref"]) == 64
    assert await evidence.owner.fetchval(
        "SELECT owner::text FROM vault.text WHERE ref = decode($1, 'hex')", read["voided"]["reason_ref"]
    ) == people.amara  # fmt: skip
