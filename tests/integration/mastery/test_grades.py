"""Grades and reviews as they are projected and told: what affects a grade, who sees a worklist, and as of when."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from services.mastery.http.grade_documents import AffectedGradesDocument, LearnerGradesDocument, ReviewsDocument
from shared.ledger.identifiers import shard_of
from shared.ledger.instants import instant_text
from tests.integration.mastery.test_states import ANA, BO, NORTH, READING, SECOND, SOUTH, WRITING, adopt, given
from tests.support.ledger_writer import TENANT, named, policy_document, result
from tests.support.mastery import Applied, WrittenLedger, by_oracle
from tests.support.mastery_http import Mastery, serving

COURSE, ART, PERIOD, ENGLISH, TEACHER, HEAD, GUARDIAN = (
    named(name) for name in ("English", "Art", "fall", "English 1a", "teacher", "head", "guardian")
)
CY = named("Cy")


class Graded:
    """A district whose English teacher grades Ana and Bo; `story` is what was written."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.story = given()
        self.applied = Applied(pool, self.story)
        self.pool = pool
        for learner in (ANA, BO, CY):
            self.story.enrol(learner, NORTH)
            self.story.attempt(learner, result(READING, "4"))

    async def relate(self) -> None:
        await self.pool.executemany(
            "INSERT INTO access.grants (person, role, scope, owner) VALUES ($1, $2, $3, $1)",
            [(TEACHER, "teacher", f"section/{ENGLISH}"), (HEAD, "administrator", f"school/{NORTH}")],
        )
        await self.pool.execute(
            "INSERT INTO access.sections (section, course, school, owner) VALUES ($1, $2, $3, $1)",
            *(ENGLISH, COURSE, NORTH),
        )
        await self.pool.executemany(
            "INSERT INTO access.enrolments (learner, school, section) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            [(ANA, NORTH, ENGLISH), (BO, NORTH, ENGLISH)],
        )
        await self.pool.execute("INSERT INTO access.guardians (learner, guardian) VALUES ($1, $2)", ANA, GUARDIAN)

    async def come(self) -> None:
        await self.applied.more()
        await self.applied.refold()

    def released(self, learner: str, *competencies: str, course: str = COURSE) -> str:
        """Released as the record says now."""
        return self._decided("GradeReleased", learner, course, {"levels": self._levels(learner, competencies)})

    def amended(self, learner: str, grade: str, *competencies: str) -> str:
        body = {"grade": grade, "levels": self._levels(learner, competencies), "reason_ref": "ab" * 32}
        return self._decided("GradeAmended", learner, COURSE, body)

    def upheld(self, learner: str, grade: str, *competencies: str) -> str:
        states = [
            {"competency": level["competency"], "state": level["state"]}
            for level in self._levels(learner, competencies)
        ]
        body = {"grade": grade, "states": states, "reason_ref": "ab" * 32}
        return self._decided("GradeUpheld", learner, COURSE, body)

    def _decided(self, name: str, learner: str, course: str, body: dict[str, Any]) -> str:
        self.story.now += SECOND
        pins = [{"ledger": "evidence", "shard": shard_of(TENANT, learner), "position": 1}]
        stream = f"grade/{learner}/{course}/{PERIOD}"
        return self.story.say(name, learner, stream, {"course": course, "period": PERIOD, "pins": pins, **body})

    def _levels(self, learner: str, competencies: tuple[str, ...]) -> list[dict[str, Any]]:
        said = by_oracle(self.story)
        levels = []
        for competency in sorted(competencies):
            state = said[learner, competency]
            level = {"competency": competency, "status": state["status"], "state": state["digest"]}
            if state["level"] is not None:
                scale = self.story.documents[state["policy"]]["scale"]
                at = next(level["at"] for level in scale["levels"] if level["name"] == state["level"])
                level |= {"at": at, "policy": state["policy"]}
            levels.append(level)
        return levels


@pytest.fixture
async def graded(pool: asyncpg.Pool) -> Graded:
    made = Graded(pool)
    await made.come()
    await made.relate()
    return made


@pytest.fixture
async def mastery(graded: Graded, tmp_path: Path) -> AsyncIterator[Mastery]:
    async with serving(graded.pool, WrittenLedger(graded.story), tmp_path, lambda: graded.story.now) as made:
        yield made


async def grades_of(mastery: Mastery, person: str = TEACHER, **query: str) -> list[dict[str, Any]]:
    answer = await mastery.get(f"/v1/learners/{ANA}/grades", person, **query)
    assert answer.status_code == 200, answer.text
    LearnerGradesDocument.model_validate(answer.json())
    return list(answer.json()["grades"])


async def affected(mastery: Mastery, person: str = TEACHER, **query: str) -> list[dict[str, Any]]:
    answer = await mastery.get("/v1/affected-grades", person, **{"section": ENGLISH, **query})
    assert answer.status_code == 200, answer.text
    AffectedGradesDocument.model_validate(answer.json())
    return list(answer.json()["items"])


async def test_a_grade_as_it_was_released(graded: Graded, mastery: Mastery) -> None:
    grade = graded.released(ANA, READING)
    await graded.come()
    [shown] = await grades_of(mastery)
    said = by_oracle(graded.story)[ANA, READING]
    assert (shown["id"], shown["state"], shown["version"], shown["affected"]) == (grade, "released", 1, False)
    assert shown["levels"] == [
        {
            "competency": READING,
            "code": "c.0",
            "status": "mastered",
            "level": "Proficient",
            "at": "3",
            "policy": said["policy"],
            "state": said["digest"],
            "affected": False,
        }
    ]
    assert shown["pins"] == [{"ledger": "evidence", "shard": shard_of(TENANT, ANA), "position": 1}]
    assert [decision["event"] for decision in shown["decisions"]] == [grade]
    assert await affected(mastery) == []


async def test_what_changes_a_state_affects_the_grade_until_somebody_decides(graded: Graded, mastery: Mastery) -> None:
    grade = graded.released(ANA, READING)
    graded.released(BO, READING)
    graded.story.now += SECOND
    graded.story.attempt(ANA, result(READING, "1"))
    graded.story.attempt(ANA, result(WRITING, "1"))
    await graded.come()
    [item] = await affected(mastery)
    [moved] = item["competencies"]
    now = by_oracle(graded.story)[ANA, READING]
    assert (item["grade"], item["learner"], item["since"]) == (grade, ANA, instant_text(graded.story.now))
    assert (moved["graded"]["level"], moved["graded"]["status"], moved["graded"]["at"]) == (
        "Proficient",
        "mastered",
        "3",
    )
    assert moved["now"] == {"state": now["digest"], "level": now["level"], "status": now["status"]}
    assert [(shown["affected"], shown["state"]) for shown in await grades_of(mastery)] == [(True, "released")]

    graded.upheld(ANA, grade, READING)
    await graded.come()
    assert await affected(mastery) == []
    [shown] = await grades_of(mastery)
    assert (shown["state"], shown["affected"], shown["levels"][0]["level"]) == ("upheld", False, "Proficient")

    policy = graded.story.documents[now["policy"]]
    override = graded.story.override(ANA, READING, policy, "2")
    await graded.come()
    [item] = await affected(mastery)
    assert item["competencies"][0]["now"]["level"] == "Developing"

    graded.amended(ANA, grade, READING)
    await graded.come()
    assert await affected(mastery) == []
    [shown] = await grades_of(mastery)
    assert (shown["state"], shown["version"], shown["levels"][0]["level"]) == ("amended", 3, "Developing")

    graded.story.clear(ANA, READING, override)
    await graded.come()
    assert [item["grade"] for item in await affected(mastery)] == [grade]


async def test_a_policy_that_changes_what_a_grade_would_say_affects_it_too(graded: Graded, mastery: Mastery) -> None:
    grade = graded.released(ANA, READING)
    await graded.come()
    adopt(graded.story, "district", policy_document("ascertain.highest@1", cut="4"))
    await graded.come()
    assert [item["grade"] for item in await affected(mastery)] == [grade]


async def test_what_an_amendment_leaves_out_affects_the_grade_no_more(graded: Graded, mastery: Mastery) -> None:
    graded.story.attempt(ANA, result(WRITING, "4"))
    grade = graded.released(ANA, READING, WRITING)
    graded.amended(ANA, grade, READING)
    graded.story.attempt(ANA, result(WRITING, "1"))
    await graded.come()
    assert await affected(mastery) == []
    graded.upheld(ANA, grade, WRITING)  # of which the grade says nothing any more
    graded.story.attempt(ANA, result(WRITING, "2"))
    await graded.come()
    assert await affected(mastery) == []
    assert [shown["affected"] for shown in await grades_of(mastery)] == [False]


async def test_a_worklist_sees_no_further_than_states_are_folded_again(graded: Graded, mastery: Mastery) -> None:
    """A policy is applied, and the states that it concerns wait to be refolded: it is not promised as seen."""
    grade = graded.released(ANA, READING)
    await graded.come()
    adopt(graded.story, "district", policy_document("ascertain.highest@1", cut="4"))
    await graded.applied.more()
    adopted = graded.story.entries[-1]["envelope"]["position"]
    asked = {"section": ENGLISH, "at_least": f"definitions:0:{adopted}"}

    async def seen() -> tuple[list[str], int]:
        answer = await mastery.get("/v1/affected-grades", TEACHER, **asked)
        reached = dict(pin.rsplit(":", 1) for pin in answer.headers["ascertain-position"].split(","))
        return [item["grade"] for item in answer.json()["items"]], int(reached["definitions:0"])

    assert await seen() == ([], adopted - 1)
    assert await graded.applied.refold()
    assert await seen() == ([grade], adopted)


async def test_a_grade_of_what_there_is_no_evidence_for_is_affected_by_the_first(
    graded: Graded, mastery: Mastery
) -> None:
    """There is no stored state of it, and the join must not take that for a change."""
    digest = (await mastery.explanation(ANA, WRITING))["digest"]
    level = {"competency": WRITING, "status": "no_evidence", "state": digest}
    grade = graded._decided("GradeReleased", ANA, COURSE, {"levels": [level]})
    await graded.come()
    assert await affected(mastery) == []
    assert [shown["affected"] for shown in await grades_of(mastery)] == [False]
    adopt(graded.story, "district", policy_document("ascertain.highest@1"))
    await graded.come()
    [item] = await affected(mastery)
    assert item["competencies"][0]["now"]["status"] == "no_evidence", "another policy would say it"
    graded.story.attempt(ANA, result(WRITING, "2"))
    await graded.come()
    [item] = await affected(mastery)
    assert (item["grade"], item["competencies"][0]["now"]["status"]) == (grade, "not_yet")


async def test_as_of_then_the_grade_and_what_affected_it_are_what_they_were(graded: Graded, mastery: Mastery) -> None:
    grade = graded.released(ANA, READING)
    await graded.come()
    then = await mastery.get(f"/v1/learners/{ANA}/grades", ANA)
    moment = instant_text(graded.story.now)
    graded.story.now += SECOND
    graded.story.attempt(ANA, result(READING, "0"))
    await graded.come()
    affected_then = instant_text(graded.story.now)
    graded.amended(ANA, grade, READING)
    graded.story.now += SECOND
    await graded.come()
    pins = then.headers["ascertain-position"]
    assert (await mastery.get(f"/v1/learners/{ANA}/grades", ANA, as_of=pins)).content == then.content
    assert await grades_of(mastery, as_of=moment) == then.json()["grades"]
    [between] = await grades_of(mastery, as_of=affected_then)
    assert (between["state"], between["affected"]) == ("released", True)
    assert [shown["state"] for shown in await grades_of(mastery)] == ["amended"]


async def test_who_sees_grades_and_who_the_worklist(graded: Graded, mastery: Mastery) -> None:
    graded.released(ANA, READING)
    graded.released(ANA, READING, course=ART)
    graded.released(CY, READING)
    for learner in (ANA, CY):
        graded.story.attempt(learner, result(READING, "0"))
    await graded.come()
    for person in (ANA, GUARDIAN, TEACHER, HEAD):
        assert len(await grades_of(mastery, person)) == 2
    assert (await mastery.get(f"/v1/learners/{ANA}/grades", BO)).status_code == 404
    assert [item["course"] for item in await affected(mastery)] == [COURSE], "the teacher teaches English alone"
    in_school = await mastery.get("/v1/affected-grades", HEAD, school=NORTH)
    assert [item["learner"] for item in in_school.json()["items"]] == sorted([ANA, ANA, CY])
    for person in (ANA, GUARDIAN, named("stranger")):
        for query in ({"section": ENGLISH}, {"school": NORTH}, {"learner": ANA}):
            assert (await mastery.get("/v1/affected-grades", person, **query)).status_code == 404
    assert (await mastery.get("/v1/affected-grades", HEAD, school=SOUTH)).status_code == 404
    for query in ({}, {"section": ENGLISH, "learner": ANA}):
        assert (await mastery.get("/v1/affected-grades", TEACHER, **query)).status_code == 422
    assert (await mastery.get("/v1/affected-grades", TEACHER, section=ENGLISH, after="x")).json()["field"] == "after"


async def test_the_worklist_is_told_page_by_page_by_learner_and_never_by_level(
    graded: Graded, mastery: Mastery
) -> None:
    learners = sorted([ANA, BO, CY, *[named(f"pupil {n}") for n in range(4)]])
    for index, learner in enumerate(learners):
        graded.story.enrol(learner, NORTH)
        graded.story.attempt(learner, result(READING, str(index % 5)))
        graded.released(learner, READING)
        graded.story.attempt(learner, result(READING, str((index * 3) % 5)))
    await graded.come()
    seen: list[str] = []
    query: dict[str, str] = {"school": NORTH, "limit": "2"}
    while True:
        page = (await mastery.get("/v1/affected-grades", HEAD, **query)).json()
        seen += [item["learner"] for item in page["items"]]
        if page["next"] is None:
            break
        query["after"] = page["next"]
    assert seen == learners


async def test_reviews_wait_in_the_order_in_which_they_were_asked_for(graded: Graded, mastery: Mastery) -> None:
    story = graded.story

    def asked(learner: str, **about: str) -> str:
        story.now += SECOND
        return story.say("ReviewRequested", learner, f"review/{len(story.entries)}", {"reason_ref": "ab" * 32, **about})

    second, first = asked(BO, competency=READING), asked(ANA, grade=graded.released(ANA, READING))
    asked(CY, competency=READING)
    story.now += 90 * SECOND
    answer = {"review": second, "outcome": "changed", "change": first, "answer_ref": "cd" * 32}
    answering = story.say("ReviewAnswered", BO, f"review/{second}", answer)
    await graded.come()
    path = "/v1/reviews"
    page = (await mastery.get(path, TEACHER, section=ENGLISH)).json()
    ReviewsDocument.model_validate(page)
    assert [(item["id"], item["state"]) for item in page["items"]] == [(second, "answered"), (first, "open")]
    told = page["items"][0]["answered"]
    assert (told["event"], told["outcome"], told["change"]) == (answering, "changed", first)
    assert page["items"][0]["about"] == {"competency": READING}
    assert page["items"][1]["waiting_seconds"] == 91
    story.now += 60 * SECOND
    waiting = (await mastery.get(path, TEACHER, section=ENGLISH, state="open")).json()["items"]
    assert [(item["id"], item["waiting_seconds"]) for item in waiting] == [(first, 151)]
    done = (await mastery.get(path, TEACHER, section=ENGLISH, state="answered")).json()["items"]
    assert [(item["id"], item["waiting_seconds"]) for item in done] == [(second, 93)]
    for person in (ANA, GUARDIAN, HEAD):
        own = (await mastery.get(path, person, learner=ANA)).json()["items"]
        assert [item["id"] for item in own] == [first]
    assert (await mastery.get(path, BO, learner=ANA)).status_code == 404
    assert (await mastery.get(path, GUARDIAN, section=ENGLISH)).status_code == 404
    one = (await mastery.get(path, HEAD, school=NORTH, limit="1")).json()
    rest = (await mastery.get(path, HEAD, school=NORTH, after=one["next"])).json()
    assert [item["learner"] for item in [*one["items"], *rest["items"]]] == [BO, ANA, CY]


async def test_nothing_of_a_forgotten_learners_grades_and_reviews_stays(graded: Graded, mastery: Mastery) -> None:
    grade = graded.released(ANA, READING)
    graded.story.say("ReviewRequested", ANA, "review/x", {"reason_ref": "ab" * 32, "grade": grade})
    await graded.come()
    graded.story.say("ReviewRequested", ANA, "review/y", {"reason_ref": "ab" * 32, "grade": grade})
    graded.story.forget(ANA)
    await graded.come()
    for table in ("grade", "graded", "review"):
        assert await graded.pool.fetchval(f"SELECT count(*) FROM mastery.{table}") == 0
    assert (await mastery.get(f"/v1/learners/{ANA}/grades", ANA)).status_code == 410


async def test_a_decision_on_a_grade_that_was_not_released_holds_its_owner_back(
    graded: Graded, mastery: Mastery
) -> None:
    graded.amended(ANA, named("no grade"), READING)
    graded.story.say(
        "ReviewAnswered",
        BO,
        "review/x",
        {"review": named("no review"), "outcome": "unchanged", "answer_ref": "cd" * 32},
    )
    await graded.come()
    held = await graded.pool.fetch("SELECT owner::text FROM projection.quarantine")
    assert {row["owner"] for row in held} == {ANA, BO}
