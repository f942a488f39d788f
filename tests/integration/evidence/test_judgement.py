"""Levels set by judgement and cleared, reviews asked and answered: versions, who may, and what is said to be wrong."""

from typing import Any
from uuid import uuid4

import pytest

from tests.integration.evidence.conftest import People
from tests.support.evidence import THEME, Running, address, applied, attempt, policy

REASON = "She explained it to the class without her notes."


@pytest.fixture(autouse=True)
async def adopted(people: People) -> None:
    """The small district's policy is in force for the competency."""
    wish = {"id": str(uuid4()), "scope": f"competency/{THEME}", "policy": _digest(policy()), "mode": "recompute"}
    answer = await people.administrator.post("/v1/adoptions", wish)
    assert answer.status_code in {200, 201}, answer.text


def judgement(learner: str, **more: Any) -> dict[str, Any]:
    level = {"learner": learner, "competency": THEME, "level": "Secure", "reason": REASON}
    return {"id": str(uuid4()), **level, **more}


async def version(evidence: Running, stream: str) -> int:
    found: int | None = await evidence.owner.fetchval("SELECT version FROM ledger.stream WHERE stream = $1", stream)
    return found or 0


async def body_of(evidence: Running, event: str) -> bytes:
    body: bytes = await evidence.owner.fetchval("SELECT body FROM ledger.stored_entry WHERE id = $1", event)
    return body


async def test_a_level_is_set_under_the_policy_in_force_and_its_reason_kept_apart(
    evidence: Running, people: People
) -> None:
    wish = judgement(people.amara)
    first = await people.teacher.post("/v1/overrides", wish)
    again = await people.teacher.post("/v1/overrides", wish)
    assert (first.status_code, again.status_code) == (201, 200), first.text
    assert first.json()["stream"] == f"override/{people.amara}/{THEME}"
    body = await body_of(evidence, wish["id"])
    assert f'"at":"3","competency":"{THEME}"'.encode() in body
    assert f'"policy":"{_digest(policy())}"'.encode() in body
    assert b"notes" not in body


async def test_a_repeated_judgement_stays_the_same_request_under_a_later_policy(
    evidence: Running, people: People, newcomer: str
) -> None:
    wish = judgement(newcomer)
    assert (await people.teacher.post("/v1/overrides", wish)).status_code == 201
    later = policy(title="Stricter", scale={"top": "4", "cut": "2", "levels": [{"at": "2", "name": "Secure"}]})
    assert (await people.administrator.put(address(later), later)).status_code in {200, 201}
    adoption = {"id": str(uuid4()), "scope": f"learner/{newcomer}", "policy": _digest(later), "mode": "recompute"}
    assert (await people.administrator.post("/v1/adoptions", adoption)).status_code == 201
    assert (await people.teacher.post("/v1/overrides", wish)).status_code == 200
    other = judgement(newcomer)
    assert (await people.teacher.post("/v1/overrides", other)).status_code == 201
    assert b'"at":"2"' in await body_of(evidence, other["id"])


async def test_what_is_wrong_with_a_judgement_is_told_by_its_field(evidence: Running, people: People) -> None:
    before = await evidence.count()
    for more, field, words in (
        ({"level": "Splendid"}, "/level", "Beginning, Secure"),
        ({"competency": str(uuid4())}, "/competency", "No published framework"),
        ({"reason": "  "}, "/reason", ""),
        ({"reason": "a\x07b"}, "/reason", ""),
        ({"reason": "a" * 20_001}, "/reason", ""),
        ({"occurred_at": "2999-01-01T00:00:00Z"}, "/occurred_at", ""),
        ({"reason_ref": "0" * 64}, "/reason_ref", ""),
    ):
        answer = await people.teacher.post("/v1/overrides", judgement(people.amara, **more))
        assert (answer.status_code, answer.json().get("field")) == (422, field), answer.text
        assert words in answer.json()["detail"]
    another = {**judgement(people.amara), "id": None}
    assert (await people.teacher.post("/v1/overrides", another)).status_code == 422
    assert await evidence.count() == before


async def test_another_reason_under_the_same_id_is_another_request(people: People) -> None:
    wish = judgement(people.amara)
    assert (await people.teacher.post("/v1/overrides", wish)).status_code == 201
    answer = await people.teacher.post("/v1/overrides", {**wish, "reason": "Another one."})
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:ascertain:problem:mismatch")


async def test_a_judgement_on_an_older_version_is_stale(evidence: Running, people: People) -> None:
    now = await version(evidence, f"override/{people.amara}/{THEME}")
    stale = await people.teacher.post("/v1/overrides", judgement(people.amara, expected_version=now + 1))
    assert (stale.status_code, stale.json()["version"]) == (409, now)
    fresh = await people.teacher.post("/v1/overrides", judgement(people.amara, expected_version=now))
    assert (fresh.status_code, fresh.json()["version"]) == (201, now + 1)


async def test_a_judgement_is_cleared_once(evidence: Running, people: People) -> None:
    made = (await people.teacher.post("/v1/overrides", judgement(people.amara))).json()
    path, wish = f"/v1/overrides/{made['id']}/clear", {"id": str(uuid4()), "expected_version": made["version"]}
    early = await people.teacher.post(path, {**wish, "expected_version": made["version"] - 1, "id": str(uuid4())})
    assert early.status_code == 409
    first, again = [await people.teacher.post(path, {**wish, "reason": "Mistyped."}) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200), first.text
    assert first.json()["version"] == made["version"] + 1
    late = await people.teacher.post(path, {"id": str(uuid4()), "expected_version": made["version"] + 1})
    assert (late.status_code, late.json()["type"]) == (409, "urn:ascertain:problem:conflict"), late.text
    assert "cleared" in late.json()["detail"]
    stale = await people.teacher.post(path, {"id": str(uuid4()), "expected_version": made["version"]})
    assert (stale.status_code, stale.json()["type"]) == (409, "urn:ascertain:problem:stale-version")


async def test_a_judgement_that_was_replaced_cannot_be_cleared(people: People) -> None:
    first = (await people.teacher.post("/v1/overrides", judgement(people.amara))).json()
    second = (await people.teacher.post("/v1/overrides", judgement(people.amara, level="Beginning"))).json()
    wish = {"id": str(uuid4()), "expected_version": second["version"]}
    answer = await people.teacher.post(f"/v1/overrides/{first['id']}/clear", wish)
    assert (answer.status_code, "replaced" in answer.json()["detail"]) == (409, True)
    assert (await people.teacher.post(f"/v1/overrides/{second['id']}/clear", wish)).status_code == 201


async def test_whoever_may_not_judge_finds_nothing(evidence: Running, people: People) -> None:
    made = (await people.teacher.post("/v1/overrides", judgement(people.amara))).json()
    before = await evidence.count()
    for client in (people.other_teacher, people.stranger, evidence.person(people.amara)):
        answer = await client.post("/v1/overrides", judgement(people.amara))
        assert (answer.status_code, answer.json().get("field")) == (404, "/learner")
        wish = {"id": str(uuid4()), "expected_version": made["version"]}
        assert (await client.post(f"/v1/overrides/{made['id']}/clear", wish)).status_code == 404
    wish = {"id": str(uuid4()), "expected_version": 1}
    assert (await people.teacher.post(f"/v1/overrides/{uuid4()}/clear", wish)).status_code == 404
    assert (await evidence.nobody().post("/v1/overrides", judgement(people.amara))).status_code == 401
    assert await evidence.count() == before


def question(learner: str, **about: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "learner": learner, "reason": "I did hand it in.", **(about or {"competency": THEME})}


def reply(**more: Any) -> dict[str, Any]:
    words = {"expected_version": 1, "outcome": "unchanged", "answer": "It was handed in late, and counts."}
    return {"id": str(uuid4()), **words, **more}


async def test_the_learner_asks_and_a_teacher_answers(evidence: Running, people: People) -> None:
    piece = await recorded(people)
    learner, wish = evidence.person(people.amara), question(people.amara, evidence=piece)
    first, again = [await learner.post("/v1/reviews", wish) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200), first.text
    assert first.json()["stream"] == f"review/{wish['id']}"
    void = {"id": str(uuid4()), "expected_version": 1}
    assert (await people.teacher.post(f"/v1/evidence/{piece}/void", void)).status_code == 201
    path, words = f"/v1/reviews/{wish['id']}/answer", reply(outcome="changed", change=void["id"])
    done, repeated = [await people.teacher.post(path, words) for _ in range(2)]
    assert (done.status_code, repeated.status_code) == (201, 200), done.text
    assert done.json()["version"] == 2
    for expected, kind in ((1, "stale-version"), (2, "conflict")):
        late = await people.teacher.post(path, reply(expected_version=expected))
        assert (late.status_code, late.json()["type"]) == (409, f"urn:ascertain:problem:{kind}"), late.text
    for event in (wish["id"], words["id"]):
        assert b"hand" not in await body_of(evidence, event)


async def test_what_a_change_must_be(evidence: Running, people: People) -> None:
    wish = question(people.amara)
    assert (await evidence.person(people.amara).post("/v1/reviews", wish)).status_code == 201
    path, of_another = f"/v1/reviews/{wish['id']}/answer", attempt(people.bao)
    assert (await people.teacher.post("/v1/evidence", of_another)).status_code == 201
    for more in (
        {"outcome": "changed"},
        {"outcome": "unchanged", "change": str(uuid4())},
        {"outcome": "changed", "change": str(uuid4())},
        {"outcome": "changed", "change": of_another["id"]},
        {"outcome": "changed", "change": wish["id"]},
    ):
        answer = await people.teacher.post(path, reply(**more))
        assert (answer.status_code, answer.json()["field"]) == (422, "/change"), answer.text
    assert (await people.teacher.post(path, reply(answer=" "))).json()["field"] == "/answer"
    assert (await people.teacher.post(path, reply())).status_code == 201


async def test_who_asks_does_not_answer(people: People) -> None:
    wish = question(people.amara)
    assert (await people.teacher.post("/v1/reviews", wish)).status_code == 201
    own = await people.teacher.post(f"/v1/reviews/{wish['id']}/answer", reply())
    assert (own.status_code, "somebody else" in own.json()["detail"]) == (409, True)
    assert (await people.administrator.post(f"/v1/reviews/{wish['id']}/answer", reply())).status_code == 201


async def test_who_may_ask_and_who_may_answer(evidence: Running, people: People) -> None:
    guardian = evidence.person()
    link = {"id": str(uuid4()), "learner": people.amara, "guardian": guardian.id}
    made = await people.administrator.post("/v1/guardians", link)
    assert made.status_code == 201, made.text
    await applied(evidence)
    asked = await guardian.post("/v1/reviews", question(people.amara))
    assert asked.status_code == 201, asked.text
    assert (await guardian.post(f"/v1/reviews/{asked.json()['id']}/answer", reply())).status_code == 409
    wish = question(people.amara)
    assert (await evidence.person(people.amara).post("/v1/reviews", wish)).status_code == 201
    for client in (people.other_teacher, people.stranger, evidence.person(people.bao)):
        assert (await client.post("/v1/reviews", question(people.amara))).status_code == 404
        assert (await client.post(f"/v1/reviews/{wish['id']}/answer", reply())).status_code == 404
    assert (await people.teacher.post(f"/v1/reviews/{uuid4()}/answer", reply())).status_code == 404


async def test_what_a_review_is_about_must_be_the_learners(evidence: Running, people: People) -> None:
    piece = await recorded(people)
    learner = evidence.person(people.bao)
    for about, field in (
        ({"competency": str(uuid4())}, "/competency"),
        ({"evidence": str(uuid4())}, "/evidence"),
        ({"evidence": piece}, "/evidence"),
        ({"grade": str(uuid4())}, "/grade"),
        ({"grade": piece}, "/grade"),
        ({"evidence": piece, "competency": THEME}, ""),
    ):
        answer = await learner.post("/v1/reviews", question(people.bao, **about))
        assert (answer.status_code, answer.json().get("field")) == (422, field), answer.text


async def recorded(people: People) -> str:
    item = attempt(people.amara)
    assert (await people.teacher.post("/v1/evidence", item)).status_code == 201
    return str(item["id"])


def _digest(document: dict[str, Any]) -> str:
    return address(document).rsplit("/", 1)[1]
