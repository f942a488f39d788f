"""Grades of a whole section or school: previewed, held, released, each learner for itself."""

import asyncio
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest

from services.evidence.domain.commands import Appended, Command
from services.evidence.domain.facts import new_event
from services.evidence.postgres.ledger import PostgresLedger
from shared.contracts.learners import LearnerForgotten
from shared.runtime.database import connect
from tests.integration.evidence.conftest import People
from tests.support.evidence import SYMBOLS, TENANT, THEME, Client, Running, applied, enrolment, roster, rule_district
from tests.support.grading import PERIOD, Class, grade, piece, released, states
from tests.support.waiting import until

SKILLS = [SYMBOLS, THEME]


@pytest.fixture(scope="module", autouse=True)
async def ruled(evidence: Running) -> None:
    await rule_district(evidence)


@pytest.fixture
async def music(evidence: Running) -> Class:
    """A class of five learners; the first four have evidence."""
    made = Class(evidence, f"music-{uuid4().hex[:8]}", 5)
    await made.open()
    await made.record(*(piece(learner, THEME, str(n)) for n, learner in enumerate(made.learners[:4])))
    return made


def wish(of: Class, **more: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "section": of.section,
        "course": of.course,
        "period": PERIOD,
        "competencies": SKILLS,
        **more,
    }


async def batch(client: Client, id_: str, **query: Any) -> dict[str, Any]:
    answer = await client.get(f"/v1/release-batches/{id_}", params=query)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def come_to(client: Client, id_: str, state: str) -> dict[str, Any]:
    """The batch, once it has come to this state."""

    async def come() -> dict[str, Any] | None:
        document = await batch(client, id_)
        return document if document["state"] == state else None

    found: dict[str, Any] = await until(come, f"the batch is {state}")
    return found


async def held(of: Class, **more: Any) -> dict[str, Any]:
    request = wish(of, **more)
    answer = await of.teacher.post("/v1/release-batches", request)
    assert (answer.status_code, answer.json()["state"]) == (201, "previewing"), answer.text
    return await come_to(of.teacher, request["id"], "held")


def lines(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {line["learner"]: line for line in document["learners"]}


async def test_a_section_is_previewed_held_and_released(evidence: Running, music: Class) -> None:
    before = await evidence.count()
    preview = await held(music)
    assert await evidence.count() == before
    assert (preview["total"], preview["done"], preview["scope"]) == (5, 5, f"section/{music.section}")
    assert [line["learner"] for line in preview["learners"]] == music.learners
    assert {line["state"] for line in preview["learners"]} == {"ready"}
    for learner in music.learners[:4]:
        theme = (await states(evidence, learner))[THEME]
        levels = {level["competency"]: level for level in lines(preview)[learner]["levels"]}
        assert (levels[THEME]["state"], levels[THEME]["level"]) == (theme.digest, theme.level)
        assert levels[SYMBOLS]["status"] == "no_evidence"
    left_out = music.learners[2]
    path = f"/v1/release-batches/{preview['id']}/release"
    answer = await music.teacher.post(path, {"leave_out": [left_out]})
    assert answer.status_code == 202
    assert answer.json()["state"] in {"releasing", "released"}
    done = await come_to(music.teacher, preview["id"], "released")
    assert await evidence.count() == before + 4
    for learner, line in lines(done).items():
        if learner == left_out:
            assert (line["state"], "receipt" in line) == ("left_out", False)
            continue
        assert line["state"] == "released"
        assert line["receipt"]["id"] == str(uuid5(UUID(preview["id"]), learner))
        read = (await music.teacher.get(f"/v1/releases/{line['receipt']['id']}")).json()
        assert (read["learner"], read["period"], read["levels"]) == (learner, PERIOD, line["levels"])
        assert read["released"]["position"] == line["receipt"]["position"]
        assert read["released"]["actor"] == music.teacher.id
    again = await music.teacher.post(path, {"leave_out": [left_out]})
    assert (again.status_code, again.json()["state"]) == (202, "released")
    assert (await music.teacher.post(path, {})).status_code == 409
    assert await evidence.count() == before + 4


async def test_whose_record_changed_since_the_preview_is_refused_and_the_others_go_on(
    evidence: Running, music: Class
) -> None:
    preview = await held(music)
    changed = music.learners[1]
    await music.record(piece(changed, THEME, "4"))
    await music.teacher.post(f"/v1/release-batches/{preview['id']}/release", {})
    done = await come_to(music.teacher, preview["id"], "released")
    line = lines(done)[changed]
    now = (await states(evidence, changed))[THEME].digest
    seen = next(level["state"] for level in lines(preview)[changed]["levels"] if level["competency"] == THEME)
    assert line["state"] == "refused"
    assert line["problem"]["type"] == "urn:ascertain:problem:stale-states"
    assert line["problem"]["states"] == [{"competency": THEME, "digest": now, "seen": seen}]
    assert {lines(done)[other]["state"] for other in music.learners if other != changed} == {"released"}
    second = await held(music)
    assert {line["state"] for line in second["learners"] if line["learner"] != changed} == {"released_before"}
    assert lines(second)[changed]["state"] == "ready"
    await music.teacher.post(f"/v1/release-batches/{second['id']}/release", {})
    last = await come_to(music.teacher, second["id"], "released")
    assert lines(last)[changed]["state"] == "released"


async def test_who_leaves_the_section_after_the_preview_is_no_longer_its_teachers_to_release(
    evidence: Running, music: Class
) -> None:
    preview = await held(music)
    name = f"{music.name}-learner-0"
    left = evidence.id("user", name)
    rows = roster((), enrollments=[enrolment(name, music.name, status="tobedeleted")])
    answer = await evidence.administrator.post("/v1/rosters", rows)
    assert (answer.status_code, answer.json()["refused"]) == (200, []), answer.text
    await applied(evidence)
    await music.teacher.post(f"/v1/release-batches/{preview['id']}/release", {})
    done = await come_to(music.teacher, preview["id"], "released")
    assert set(lines(done)) == set(music.learners) - {left}
    assert {line["state"] for line in done["learners"]} == {"released"}
    line = lines(await batch(evidence.administrator, preview["id"]))[left]
    assert (line["state"], line["problem"]["type"]) == ("refused", "urn:ascertain:problem:not-found")


async def test_a_grade_released_after_the_preview_is_left_as_it_is(evidence: Running, music: Class) -> None:
    preview = await held(music)
    ada = music.learners[0]
    document = await released(evidence, music.teacher, await grade(evidence, music, ada, [THEME]))
    await music.teacher.post(f"/v1/release-batches/{preview['id']}/release", {})
    done = await come_to(music.teacher, preview["id"], "released")
    assert lines(done)[ada]["problem"]["type"] == "urn:ascertain:problem:stale-version"
    assert (await music.teacher.get(f"/v1/releases/{document['id']}")).json() == document


async def test_asked_twice_it_is_one_batch(music: Class) -> None:
    request = wish(music)
    answers = await asyncio.gather(*(music.teacher.post("/v1/release-batches", request) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    await come_to(music.teacher, request["id"], "held")
    other = await music.teacher.post("/v1/release-batches", {**request, "period": str(uuid4())})
    assert (other.status_code, other.json()["type"]) == (422, "urn:ascertain:problem:mismatch")
    key = {"Idempotency-Key": str(uuid4())}
    unnamed = {name: value for name, value in wish(music).items() if name != "id"}
    first = await music.teacher.post("/v1/release-batches", unnamed, headers=key)
    again = await music.teacher.post("/v1/release-batches", unnamed, headers=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]


async def test_batches_are_of_who_may_grade_everyone_in_them(evidence: Running, people: People, music: Class) -> None:
    for client in (people.other_teacher, people.stranger, evidence.person(music.learners[0])):
        answer = await client.post("/v1/release-batches", wish(music))
        assert (answer.status_code, answer.json()["field"]) == (404, "/section")
    school = {**wish(music), "school": evidence.id("org", "school")}
    del school["section"]
    assert (await music.teacher.post("/v1/release-batches", school)).status_code == 404
    answer = await people.administrator.post("/v1/release-batches", school)
    assert answer.status_code == 201, answer.text
    whole = await come_to(people.administrator, school["id"], "held")
    assert set(music.learners) <= {line["learner"] for line in await all_lines(people.administrator, school["id"])}
    mine = await all_lines(music.teacher, whole["id"])
    assert [line["learner"] for line in mine] == music.learners  # of the school's, who are hers
    for client in (people.stranger, evidence.person(music.learners[0])):
        assert (await client.get(f"/v1/release-batches/{whole['id']}")).status_code == 404
        assert (await client.post(f"/v1/release-batches/{whole['id']}/release", {})).status_code == 404
    assert (
        await people.administrator.post("/v1/release-batches", wish(music, section=str(uuid4())))
    ).status_code == 404


async def all_lines(client: Client, id_: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": 3}
    while True:
        page = await batch(client, id_, **query)
        found += page["learners"]
        if page["next"] is None:
            return found
        query["after"] = page["next"]


async def test_what_is_asked_wrongly_is_told(music: Class) -> None:
    for more, field in (
        ({"school": str(uuid4())}, "/section"),
        ({"section": None}, "/section"),
        ({"competencies": []}, "/competencies"),
        ({"competencies": [THEME, THEME]}, "/competencies/1"),
        ({"competencies": [THEME, str(uuid4())]}, "/competencies/1"),
        ({"id": "x"}, "/id"),
    ):
        answer = await music.teacher.post("/v1/release-batches", wish(music, **more))
        assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text
    preview = await held(music)
    path = f"/v1/release-batches/{preview['id']}/release"
    answer = await music.teacher.post(path, {"leave_out": [music.learners[0], str(uuid4())]})
    assert (answer.status_code, answer.json()["field"]) == (422, "/leave_out/1")
    assert (await batch(music.teacher, preview["id"]))["state"] == "held"


async def test_a_forgotten_learner_is_refused_and_nothing_of_her_is_kept(
    evidence: Running, people: People, music: Class
) -> None:
    preview = await held(music)
    ada = music.learners[0]
    await forget(evidence, ada)
    stored = await evidence.owner.fetchrow(
        "SELECT state, levels FROM release.learner WHERE batch = $1 AND learner = $2", preview["id"], ada
    )
    assert stored is not None
    assert dict(stored) == {"state": "refused", "levels": None}
    await people.administrator.post(f"/v1/release-batches/{preview['id']}/release", {})
    done = await come_to(people.administrator, preview["id"], "released")
    assert lines(done)[ada]["problem"]["type"] == "urn:ascertain:problem:gone"
    assert sum(line["state"] == "released" for line in done["learners"]) == 4
    single = {
        "id": str(uuid4()),
        "learner": ada,
        "course": music.course,
        "period": PERIOD,
        "states": [{"competency": THEME, "digest": "ab" * 32}],
        "expected_version": 0,
    }
    assert (await people.administrator.post("/v1/releases", single)).status_code == 410


async def forget(evidence: Running, learner: str) -> None:
    """As the ledger has it once two have agreed."""
    actor = evidence.administrator.id
    event = new_event(TENANT, str(uuid4()), LearnerForgotten(learner=learner, request=str(uuid4())))
    async with await connect(evidence.settings.database, size=1, name="forgetting test") as pool:
        ledger = PostgresLedger(evidence.settings.database, pool, tenant=TENANT, appended=lambda: None, lanes=1)
        [outcome] = await ledger.append([Command(event.id, actor, "evidence", (event,))])
        assert isinstance(outcome, Appended)
        await ledger.close()
    await applied(evidence)
