"""Grades one by one: released only as the record says, amended and upheld in sight of it, and who may."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.evidence.conftest import People
from tests.support import grading
from tests.support.evidence import SYMBOLS, THEME, Running, rule_district
from tests.support.grading import Class, grade, piece, released, seen, states
from tests.support.periods import new_period


@pytest.fixture(scope="module", autouse=True)
async def ruled(evidence: Running) -> None:
    await rule_district(evidence)


@pytest.fixture
async def art(evidence: Running) -> Class:
    """A class of two learners with some evidence each."""
    made = Class(evidence, f"art-{uuid4().hex[:8]}", 2)
    await made.open()
    ada, ben = made.learners
    await made.record(piece(ada, THEME, "2"), piece(ada, THEME, "3"), piece(ada, SYMBOLS, "1"), piece(ben, THEME, "4"))
    return made


async def test_a_grade_is_what_the_record_says(evidence: Running, art: Class) -> None:
    ada = art.learners[0]
    request = await grade(evidence, art, ada, [THEME, SYMBOLS])
    document = await released(evidence, art.teacher, request)
    by_plain_fold = await states(evidence, ada)
    assert document["learner"] == ada
    assert (document["course"], document["period"]) == (art.course, grading.PERIOD)
    assert (document["id"], document["version"], document["state"]) == (request["id"], 1, "released")
    assert document["released"]["actor"] == art.teacher.id
    assert [level["competency"] for level in document["levels"]] == [THEME, SYMBOLS]
    for level in document["levels"]:
        expected = by_plain_fold[level["competency"]]
        assert (level["status"], level["level"], level["state"]) == (expected.status, expected.level, expected.digest)
        assert level["policy"] == expected.policy
    assert [level["at"] for level in document["levels"]] == ["3", "0"]


async def test_the_pins_give_the_same_states_for_ever(evidence: Running, art: Class) -> None:
    ada = art.learners[0]
    document = await released(evidence, art.teacher, await grade(evidence, art, ada, [THEME, SYMBOLS]))
    await art.record(piece(ada, THEME, "4"), piece(ada, SYMBOLS, "4"))
    pins = [(pin["ledger"], pin["shard"], pin["position"]) for pin in document["pins"]]
    as_of = await states(evidence, ada, pins)
    assert {level["competency"]: level["state"] for level in document["levels"]} == {
        competency: state.digest for competency, state in as_of.items()
    }
    now = await states(evidence, ada)
    assert now[THEME].digest != as_of[THEME].digest


async def test_another_state_than_was_seen_is_refused_and_named(evidence: Running, art: Class) -> None:
    ada = art.learners[0]
    request = await grade(evidence, art, ada, [THEME, SYMBOLS])
    await art.record(piece(ada, THEME, "4"))
    before = await evidence.count()
    answer = await art.teacher.post("/v1/releases", request)
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:ascertain:problem:stale-states"
    was = {state["competency"]: state["digest"] for state in request["states"]}
    now = (await states(evidence, ada))[THEME].digest
    assert answer.json()["states"] == [{"competency": THEME, "digest": now, "seen": was[THEME]}]
    assert await evidence.count() == before
    request["states"] = await seen(evidence, ada, [THEME, SYMBOLS])
    assert (await art.teacher.post("/v1/releases", request)).status_code == 201


async def test_nothing_is_no_evidence_and_may_be_released(evidence: Running, art: Class) -> None:
    ben = art.learners[1]
    wrong = "ab" * 32
    request = await grade(evidence, art, ben, [THEME])
    request["states"].append({"competency": SYMBOLS, "digest": wrong})
    answer = await art.teacher.post("/v1/releases", request)
    [stale] = answer.json()["states"]
    assert (answer.status_code, stale["competency"], stale["seen"]) == (409, SYMBOLS, wrong)
    request["states"][1]["digest"] = stale["digest"]
    document = await released(evidence, art.teacher, request)
    assert document["levels"][1]["status"] == "no_evidence"
    assert "at" not in document["levels"][1] or document["levels"][1]["at"] is None


async def test_a_retry_is_repeated_however_things_have_moved_on(evidence: Running, art: Class) -> None:
    ada = art.learners[0]
    request = await grade(evidence, art, ada, [THEME, SYMBOLS])
    first = await art.teacher.post("/v1/releases", request)
    await art.record(piece(ada, THEME, "4"))
    before = await evidence.count()
    again = await art.teacher.post("/v1/releases", request)
    assert (first.status_code, again.status_code) == (201, 200), again.text
    assert again.json() == {**first.json(), "status": 200, "outcome": "repeated"}
    turned = {**request, "states": request["states"][::-1]}
    assert (await art.teacher.post("/v1/releases", turned)).status_code == 200
    for other in (
        {"states": await seen(evidence, ada, [THEME, SYMBOLS])},
        {"states": request["states"][:1]},
        {"period": str(uuid4())},
    ):
        answer = await art.teacher.post("/v1/releases", {**request, **other})
        assert answer.status_code == 422, other
        assert answer.json()["type"] == "urn:ascertain:problem:mismatch"
    assert await evidence.count() == before


async def test_the_same_request_sent_many_times_at_once_is_one_grade(evidence: Running, art: Class) -> None:
    """Evidence arrives all the while, so that each of them may be folded at pins of its own."""
    ada = art.learners[0]
    request = await grade(evidence, art, ada, [SYMBOLS])
    posts: list[Any] = [art.teacher.post("/v1/releases", request) for _ in range(8)]
    posts[4:4] = [art.record(piece(ada, THEME, "1")) for _ in range(4)]
    answers = [answer for answer in await asyncio.gather(*posts) if answer is not None]
    assert sorted(answer.status_code for answer in answers) == [*([200] * 7), 201]
    assert len({answer.json()["position"]["position"] for answer in answers}) == 1


async def test_amending_sent_many_times_at_once_amends_once(evidence: Running, art: Class) -> None:
    ada = art.learners[0]
    first = await released(evidence, art.teacher, await grade(evidence, art, ada, [THEME]))
    amend = {
        "id": str(uuid4()),
        "states": await seen(evidence, ada, [THEME, SYMBOLS]),
        "expected_version": 1,
        "reason": "The symbols belong to it.",
    }
    posts = [art.teacher.post(f"/v1/releases/{first['id']}/amend", amend) for _ in range(8)]
    answers = await asyncio.gather(*posts)
    assert sorted(answer.status_code for answer in answers) == [*([200] * 7), 201]
    assert (await art.teacher.get(f"/v1/releases/{first['id']}")).json()["version"] == 2


async def test_there_is_one_grade_of_a_learner_course_and_period(evidence: Running, art: Class) -> None:
    ada = art.learners[0]
    requests = [await grade(evidence, art, ada, [THEME]) for _ in range(4)]
    answers = await asyncio.gather(*(art.teacher.post("/v1/releases", request) for request in requests))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    stale = await art.teacher.post("/v1/releases", await grade(evidence, art, ada, [THEME]))
    assert stale.json()["type"] == "urn:ascertain:problem:stale-version"
    assert stale.json()["version"] == 1
    twice = await art.teacher.post("/v1/releases", await grade(evidence, art, ada, [THEME], expected_version=1))
    assert twice.status_code == 409
    assert twice.json()["type"] == "urn:ascertain:problem:already-released"
    [first] = [answer.json()["id"] for answer in answers if answer.status_code == 201]
    assert twice.json()["grade"] == first


async def test_evidence_that_arrives_while_a_grade_is_released_lies_beyond_its_pins(
    evidence: Running, art: Class
) -> None:
    """The states that were seen are those at the pins, whichever of the two came first."""
    ada = art.learners[0]
    for number in range(6):
        request = await grade(evidence, art, ada, [THEME], period=await new_period(evidence.owner))
        late = piece(ada, THEME, "2", occurred_at=f"2026-09-1{number}T08:00:00.000Z")
        answer, _ = await asyncio.gather(art.teacher.post("/v1/releases", request), art.record(late))
        if answer.status_code == 409:
            assert answer.json()["type"] == "urn:ascertain:problem:stale-states"
            continue
        document = (await art.teacher.get(f"/v1/releases/{request['id']}")).json()
        pins = [(pin["ledger"], pin["shard"], pin["position"]) for pin in document["pins"]]
        assert (await states(evidence, ada, pins))[THEME].digest == request["states"][0]["digest"]


async def test_a_grade_is_amended_and_upheld_in_sight_of_what_changed(evidence: Running, art: Class) -> None:
    ada = art.learners[0]
    first = await released(evidence, art.teacher, await grade(evidence, art, ada, [THEME, SYMBOLS]))
    path = f"/v1/releases/{first['id']}"
    await art.record(piece(ada, SYMBOLS, "4"))
    amend = {
        "id": str(uuid4()),
        "states": await seen(evidence, ada, [SYMBOLS, THEME]),
        "expected_version": 1,
        "reason": "The poster came in late.",
    }
    receipt = await art.teacher.post(f"{path}/amend", amend)
    assert receipt.status_code == 201, receipt.text
    amended = (await art.teacher.get(path)).json()
    assert (amended["state"], amended["version"]) == ("amended", 2)
    assert [level["level"] for level in amended["levels"]] == ["Secure", "Secure"]
    assert [level["level"] for level in amended["history"][0]["levels"]] == ["Secure", "Beginning"]
    assert amended["pins"] == amended["history"][1]["pins"] != first["pins"]
    assert "poster" not in (await art.teacher.get(path)).text
    await art.record(piece(ada, SYMBOLS, "0"))
    uphold = {
        "id": str(uuid4()),
        "states": await seen(evidence, ada, [SYMBOLS]),
        "expected_version": 2,
        "reason": "A slip of the pen.",
    }
    assert (await art.teacher.post(f"{path}/uphold", uphold)).status_code == 201
    upheld = (await art.teacher.get(path)).json()
    assert (upheld["state"], upheld["version"], upheld["levels"]) == ("upheld", 3, amended["levels"])
    assert upheld["history"][2]["states"] == [
        {"competency": SYMBOLS, "state": uphold["states"][0]["digest"]}  # type: ignore[index]
    ]
    await art.record(piece(ada, THEME, "0"))
    for what, body in (("amend", amend), ("uphold", uphold)):
        again = await art.teacher.post(f"{path}/{what}", body)
        assert (again.status_code, again.json()["outcome"]) == (200, "repeated"), again.text
        other = await art.teacher.post(f"{path}/{what}", {**body, "reason": "Another one."})
        assert other.json()["type"] == "urn:ascertain:problem:mismatch", other.text
    crossed = await art.teacher.post(f"{path}/uphold", amend)
    assert crossed.json()["type"] == "urn:ascertain:problem:mismatch"


async def test_amending_and_upholding_refuse_what_releasing_refuses(evidence: Running, art: Class) -> None:
    ada = art.learners[0]
    first = await released(evidence, art.teacher, await grade(evidence, art, ada, [THEME]))
    path = f"/v1/releases/{first['id']}"
    whole: dict[str, Any] = {
        "states": await seen(evidence, ada, [THEME]),
        "expected_version": 1,
        "reason": "Looked at again.",
    }
    before = await evidence.count()
    for what in ("amend", "uphold"):
        stale = {**whole, "states": [{"competency": THEME, "digest": "cd" * 32}]}
        for body, status, code in (
            (stale, 409, "stale-states"),
            ({**whole, "expected_version": 7}, 409, "stale-version"),
            ({**whole, "reason": " "}, 422, "invalid"),
            ({**whole, "reason": "bell\u0007"}, 422, "invalid"),
            ({**whole, "states": [*whole["states"], *whole["states"]]}, 422, "invalid"),
            ({**whole, "states": []}, 422, "invalid"),
        ):
            answer = await art.teacher.post(f"{path}/{what}", {"id": str(uuid4()), **body})
            assert answer.status_code == status, (what, body, answer.text)
            assert answer.json()["type"] == f"urn:ascertain:problem:{code}"
        nowhere = await art.teacher.post(f"/v1/releases/{uuid4()}/{what}", {"id": str(uuid4()), **whole})
        assert nowhere.status_code == 404
    part = {"id": str(uuid4()), **whole, "states": await seen(evidence, ada, [SYMBOLS])}
    answer = await art.teacher.post(f"{path}/uphold", part)
    assert (answer.status_code, answer.json()["field"]) == (422, "/states/0/competency")
    assert await evidence.count() == before


async def test_grades_are_given_by_who_may_and_read_by_who_sees(evidence: Running, people: People, art: Class) -> None:
    ada, ben = art.learners
    request = await grade(evidence, art, ada, [THEME])
    refused = [people.other_teacher, people.teacher, people.stranger, evidence.person(ada)]
    for client in refused:
        answer = await client.post("/v1/releases", request)
        assert (answer.status_code, answer.json()["field"]) == (404, "/learner")
    other_course = await art.teacher.post("/v1/releases", {**request, "course": str(uuid4())})
    assert other_course.status_code == 404
    document = await released(evidence, art.teacher, request)
    path = f"/v1/releases/{document['id']}"
    body = {"id": str(uuid4()), "states": request["states"], "expected_version": 1, "reason": "Because."}
    for client in refused:
        for what in ("amend", "uphold"):
            assert (await client.post(f"{path}/{what}", body)).status_code == 404
    for client in (evidence.person(ada), people.administrator, art.teacher):
        assert (await client.get(path)).status_code == 200
    for client in (evidence.person(ben), people.stranger, people.other_teacher):
        assert (await client.get(path)).status_code == 404
    assert (await evidence.nobody().get(path)).status_code == 401


async def test_what_no_framework_holds_is_no_part_of_a_grade(evidence: Running, art: Class) -> None:
    request = await grade(evidence, art, art.learners[0], [THEME])
    request["states"].append({"competency": str(uuid4()), "digest": "ab" * 32})
    answer = await art.teacher.post("/v1/releases", request)
    assert (answer.status_code, answer.json()["field"]) == (422, "/states/1/competency")


async def test_a_level_that_a_teacher_set_is_graded_as_such(evidence: Running, art: Class) -> None:
    ada = art.learners[0]
    override = {
        "id": str(uuid4()),
        "learner": ada,
        "competency": SYMBOLS,
        "level": "Secure",
        "reason": "She said it all in the seminar.",
    }
    answer = await art.teacher.post("/v1/overrides", override)
    assert answer.status_code == 201, answer.text
    document = await released(evidence, art.teacher, await grade(evidence, art, ada, [SYMBOLS, THEME]))
    judged, by_evidence = sorted(document["levels"], key=lambda level: level["competency"] == THEME)
    assert (judged["status"], judged["level"], judged["override"]) == ("mastered", "Secure", override["id"])
    assert "override" not in by_evidence
    by_plain_fold = (await states(evidence, ada))[SYMBOLS]
    assert (by_plain_fold.digest, by_plain_fold.override) == (judged["state"], override["id"])


async def test_nothing_is_released_while_policies_or_frameworks_are_not_all_known(
    evidence: Running, art: Class
) -> None:
    """One of them waits in quarantine: what a fold comes to without it may be another state."""
    request = await grade(evidence, art, art.learners[0], [THEME])
    held = str(uuid4())
    for name, status in (("PolicyAdopted", 503), ("DocumentPublished", 503), ("RoleGranted", 201)):
        await evidence.owner.execute(
            "INSERT INTO projection.quarantine (ledger, shard, owner, position, type, reason)"
            " VALUES ('definitions', 0, $1, 1, $2, 'a test')",
            held,
            f"ascertain.{name}",
        )
        try:
            answer = await art.teacher.post("/v1/releases", request)
        finally:
            await evidence.owner.execute("DELETE FROM projection.quarantine WHERE owner = $1", held)
        assert answer.status_code == status, answer.text


async def test_what_no_roster_has_named_is_not_graded(evidence: Running, art: Class) -> None:
    """A grade in a period that was mistyped would be nobody's to find."""
    right = await grade(evidence, art, art.learners[0], [THEME])
    before = await evidence.count()
    answer = await art.teacher.post("/v1/releases", {**right, "period": str(uuid4())})
    assert (answer.status_code, answer.json()["field"]) == (422, "/period"), answer.text
    course = {**right, "course": str(uuid4())}
    answer = await evidence.administrator.post("/v1/releases", course)
    assert (answer.status_code, answer.json()["field"]) == (422, "/course"), answer.text
    batch = {"id": str(uuid4()), "section": art.section, "course": art.course, "competencies": [THEME]}
    answer = await art.teacher.post("/v1/release-batches", {**batch, "period": str(uuid4())})
    assert (answer.status_code, answer.json()["field"]) == (422, "/period"), answer.text
    assert await evidence.count() == before
