"""Importing rosters: only differences are recorded, and a bad row fails no other. For names see test_reveal."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.evidence.conftest import People
from tests.support.evidence import Running, attempt, enrolment, roster
from tests.support.pauses import longest_pause


async def imported(people: People, rows: dict[str, Any]) -> dict[str, Any]:
    answer = await people.administrator.post("/v1/rosters", rows)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def learners(count: int = 3) -> list[str]:
    return [f"learner-{uuid4()}" for _ in range(count)]


async def test_the_same_roster_again_adds_nothing(evidence: Running, people: People) -> None:
    rows = roster(learners())
    first = await imported(people, rows)
    assert (first["appended"], first["refused"]) == (3, [])
    before = await evidence.count()
    again = await imported(people, rows)
    assert (again["appended"], again["refused"], again["positions"]) == (0, [], [])
    assert again["unchanged"] == sum(len(file) for file in rows.values())
    assert await evidence.count() == before


async def test_the_next_request_sees_whom_a_roster_enrols(evidence: Running, people: People) -> None:
    [name] = learners(1)
    learner = evidence.id("user", name)
    assert (await people.teacher.post("/v1/evidence", attempt(learner))).status_code == 404
    await imported(people, roster([name]))
    assert (await people.teacher.post("/v1/evidence", attempt(learner))).status_code == 201
    assert (await people.other_teacher.post("/v1/evidence", attempt(learner))).status_code == 404


async def test_a_changed_roster_adds_only_what_differs(evidence: Running, people: People) -> None:
    stays, leaves, moves = learners(3)
    await imported(people, roster([stays, leaves, moves]))
    changed = roster(
        [stays],
        enrollments=[
            enrolment(stays),
            enrolment(leaves, status="tobedeleted"),
            enrolment(moves, endDate="2026-09-01"),
            enrolment(moves, "history"),
        ],
    )
    answer = await imported(people, changed)
    assert answer["appended"] == 3
    assert (await people.teacher.post("/v1/evidence", attempt(evidence.id("user", stays)))).status_code == 201
    assert (await people.teacher.post("/v1/evidence", attempt(evidence.id("user", leaves)))).status_code == 404
    assert (await people.teacher.post("/v1/evidence", attempt(evidence.id("user", moves)))).status_code == 404
    assert (await people.other_teacher.post("/v1/evidence", attempt(evidence.id("user", moves)))).status_code == 201
    assert (await imported(people, changed))["appended"] == 0


async def test_a_deleted_user_leaves_everything(evidence: Running, people: People) -> None:
    [name], teacher = learners(1), f"teacher-{uuid4()}"
    rows = [enrolment(name), enrolment(name, "history"), enrolment(teacher, role="teacher")]
    await imported(people, roster([name], enrollments=rows))
    client = evidence.person(evidence.id("user", teacher))
    assert (await client.post("/v1/evidence", attempt(evidence.id("user", name)))).status_code == 201
    gone = {"users": [{"sourcedId": one, "status": "tobedeleted"} for one in (name, teacher)]}
    assert (await imported(people, gone))["appended"] == 2
    assert (await client.post("/v1/evidence", attempt(evidence.id("user", name)))).status_code == 404
    assert (await imported(people, gone))["appended"] == 0


async def test_bad_rows_fail_no_good_ones(people: People) -> None:
    [name] = learners(1)
    rows = roster(
        [name],
        classes=[
            *roster()["classes"],
            {"sourcedId": "art", "courseSourcedId": "art-10", "schoolSourcedId": "nowhere"},
            {"sourcedId": "music", "courseSourcedId": "m", "schoolSourcedId": "school", "termSourcedIds": "never"},
        ],
        users=[{"sourcedId": name, "email": "a@b.c"}, {"sourcedId": "x", "role": "administrator",
                                                            "orgSourcedIds": "district"}, 7],
        enrollments=[
            enrolment(name),
            enrolment(name, "chemistry"),
            {**enrolment(name, "history"), "schoolSourcedId": "elsewhere"},
            enrolment("somebody", beginDate="tomorrow"),
            enrolment("anybody", role="principal"),
            enrolment(name),
        ],
    )  # fmt: skip
    answer = await imported(people, rows)
    assert answer["appended"] == 1
    assert {(row["file"], row["index"], row.get("sourcedId"), row["field"]) for row in answer["refused"]} == {
        ("classes", 2, "art", "/schoolSourcedId"),
        ("classes", 3, "music", "/termSourcedIds"),
        ("users", 0, name, "/email"),
        ("users", 1, "x", "/orgSourcedIds"),
        ("users", 2, None, ""),
        ("enrollments", 1, f"e-chemistry-{name}", "/classSourcedId"),
        ("enrollments", 2, f"e-history-{name}", "/schoolSourcedId"),
        ("enrollments", 3, "e-english-somebody", "/beginDate"),
        ("enrollments", 4, "e-english-anybody", "/role"),
        ("enrollments", 5, f"e-english-{name}", "/sourcedId"),
    }


async def test_a_class_that_changes_its_term_is_opened_anew(evidence: Running, people: People) -> None:
    section, [name], teacher = f"class-{uuid4()}", learners(1), f"teacher-{uuid4()}"
    rows: dict[str, Any] = {
        "academicSessions": [{"sourcedId": section, "startDate": "2020-01-01", "endDate": "2099-01-01"}],
        "classes": [
            {
                "sourcedId": section,
                "courseSourcedId": "english-10",
                "schoolSourcedId": "school",
                "termSourcedIds": section,
            }
        ],
        "enrollments": [enrolment(name, section), enrolment(teacher, section, role="teacher")],
    }
    assert (await imported(people, rows))["appended"] == 3
    client, learner = evidence.person(evidence.id("user", teacher)), evidence.id("user", name)
    assert (await client.post("/v1/evidence", attempt(learner))).status_code == 201
    rows["academicSessions"][0]["endDate"] = "2021-01-01"
    assert (await imported(people, rows))["appended"] == 1
    assert (await client.post("/v1/evidence", attempt(learner))).status_code == 404
    assert (await imported(people, rows))["appended"] == 0
    ends_ms = await evidence.owner.fetchval(
        "SELECT ends_ms FROM access.sections WHERE section = $1::text::uuid", evidence.id("class", section)
    )
    assert ends_ms == 1609477200000  # midnight of New York, 05:00 UTC


async def test_school_administrators_come_with_a_roster(evidence: Running, people: People) -> None:
    principal = f"principal-{uuid4()}"
    await imported(people, {"users": [{"sourcedId": principal, "role": "administrator", "orgSourcedIds": "school"}]})
    client = evidence.person(evidence.id("user", principal))
    assert (await client.post("/v1/evidence", attempt(people.amara))).status_code == 201


async def test_two_imports_at_once_record_everything_once(evidence: Running, people: People) -> None:
    rows = roster(learners(30))
    before = await evidence.count()
    answers = await asyncio.gather(*(imported(people, rows) for _ in range(4)))
    assert sum(answer["appended"] for answer in answers) == 30
    assert await evidence.count() == before + 30
    assert (await imported(people, rows))["appended"] == 0


async def test_different_imports_at_once_record_what_they_share_once(evidence: Running, people: People) -> None:
    names = learners(20)
    poor = roster(names)
    rich = {**poor, "enrollments": [*poor["enrollments"], *(enrolment(name, "history") for name in names)]}
    answers = await asyncio.gather(*(imported(people, rows) for rows in (poor, rich, poor, rich)))
    assert sum(answer["appended"] for answer in answers) == 40
    assert (await imported(people, rich))["appended"] == 0


async def test_ids_are_given_to_administrators(evidence: Running, people: People) -> None:
    answer = await people.administrator.post("/v1/rosters/ids", {"kind": "user", "sourced_ids": ["amara", "bao"]})
    assert answer.json() == {"ids": {"amara": people.amara, "bao": people.bao}}


async def test_what_is_no_roster_is_refused(people: People) -> None:
    bodies: list[Any] = [[], {"people": []}, {"users": {}}, 7]
    for body in bodies:
        assert (await people.administrator.post("/v1/rosters", body)).status_code == 422
    for raw in (b"{", b'{"users":[1.5]}', b'{"users":[],"users":[]}', b'{"users":[{"sourcedId":"\\ud800"}]}'):
        assert (await people.administrator.post("/v1/rosters", raw)).status_code == 422


@pytest.mark.long
async def test_others_are_served_while_many_rows_are_worked_out(people: People) -> None:
    # in a school of their own: whoever grades the whole of the other one has few to grade
    crowd = {
        "sourcedId": "crowd",
        "courseSourcedId": "english-10",
        "schoolSourcedId": "crowd",
        "termSourcedIds": "year",
    }
    school = {"sourcedId": "crowd", "type": "school", "parentSourcedId": "district"}
    await imported(people, roster((), orgs=[school], classes=[crowd], enrollments=[]))
    rows = {"enrollments": [enrolment(name, "crowd", schoolSourcedId="crowd") for name in learners(20_000)]}
    async with longest_pause() as pause:
        answer = await imported(people, rows)
    assert answer["appended"] == 20_000
    assert pause() < 0.25, "worked out on the event loop, a step of it is more than a third of all"
