"""Redos as they are projected and told: who waits for the teacher, what a learner is to relearn, and as of when."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from services.mastery.http.redo_documents import LearnerRedosDocument, RedosDocument
from shared.ledger.identifiers import shard_of
from shared.runtime.ledger_table import LedgerTable
from tests.integration.mastery.test_grades import CY, ENGLISH, GUARDIAN, HEAD, TEACHER, Graded
from tests.integration.mastery.test_states import ANA, BO, NORTH, READING, SECOND, WRITING, adopt
from tests.support.attempt_counts import counted
from tests.support.ledger_writer import TENANT, named, policy_document, result
from tests.support.mastery_http import Mastery, serving

POSTER, MINUTE = named("poster"), 60 * SECOND
ASKS = policy_document(relearn=["practice", "conference"])


@pytest.fixture
def graded(pool: asyncpg.Pool) -> Graded:
    return Graded(pool)


@pytest.fixture
async def mastery(pool: asyncpg.Pool, graded: Graded, tmp_path: Path) -> AsyncIterator[Mastery]:
    async with serving(pool, LedgerTable(pool), tmp_path, lambda: graded.story.now) as made:
        await graded.come()
        await graded.relate()
        yield made


class Redoing:
    """What is said of a learner's redo, one thing a minute."""

    def __init__(self, graded: Graded, learner: str, competency: str = READING) -> None:
        self.story, self.learner, self.competency, self.redo = graded.story, learner, competency, ""

    def say(self, name: str, **body: Any) -> str:
        self.story.now += MINUTE
        cycle = {"cycle": self.redo} if self.redo else {}
        stream = f"redo/{self.learner}/{self.competency}"
        return self.story.say(name, self.learner, stream, {"competency": self.competency, **cycle, **body})

    def begin(self, name: str = "RedoRequested", **body: Any) -> str:
        self.redo = ""
        self.redo = self.say(name, **body)
        return self.redo

    def relearn(self, kind: str) -> str:
        return self.say("RelearnLogged", kind=kind)


async def own(mastery: Mastery, learner: str = ANA, **query: str) -> list[dict[str, Any]]:
    document = (await mastery.get(f"/v1/learners/{learner}/redos", learner, **query)).json()
    LearnerRedosDocument.model_validate(document)
    assert list(counted(document)) == []
    return list(document["redos"])


async def waiting(mastery: Mastery, person: str = TEACHER, **query: str) -> dict[str, Any]:
    page = (await mastery.get("/v1/redos", person, **(query or {"section": ENGLISH}))).json()
    RedosDocument.model_validate(page)
    assert list(counted(page)) == []
    return dict(page)


async def test_a_redo_says_what_to_relearn_whose_turn_it_is_and_what_comes_next(
    graded: Graded, mastery: Mastery
) -> None:
    adopt(graded.story, "district", ASKS)
    task = {
        "format": "ascertain.task@2", "id": POSTER, "title": "A poster", "prompt": "Make it.", "kind": "project",
        "competencies": [READING], "courses": [], "purpose": "performance", "language": "en",
        "relearning": [{"kind": "conference", "title": "Talk"}, {"kind": "sketch", "title": "Sketch it"}],
    }  # fmt: skip
    graded.story.publish(task)
    criteria = result(READING, "3", criterion="thesis"), result(READING, "1", criterion="evidence")
    first = graded.story.score(ANA, *criteria, task=POSTER, work=named("work"), feedback_ref="ef" * 32)
    redo = Redoing(graded, ANA)
    asked = redo.begin(evidence=first, note_ref="aa" * 32)
    await graded.come()
    [told] = await own(mastery)
    assert (told["id"], told["begun"], told["waits_for"], told["version"]) == (asked, "requested", "relearning", 1)
    assert told["required"] == told["missing"] == ["practice", "conference", "sketch"]
    assert told["next"] == "Next, practise it, and say what you did."
    relearn = {"criterion": "evidence", "feedback_ref": "ef" * 32, "work": named("work"), "first": [], "find_out": []}
    assert told["relearn"] == relearn
    turns = []
    for step in ("practice", "conference", "sketch"):
        redo.relearn(step)
        await graded.come()
        [told] = await own(mastery)
        turns.append((told["waits_for"], told["missing"]))
    assert turns == [("conference", ["conference", "sketch"]), ("conference", ["sketch"]), ("opening", [])]
    opening = redo.say("RedoOpened", evidence=first)
    await graded.come()
    [told] = await own(mastery)
    assert (told["waits_for"], told["opened"]["event"], told["version"]) == ("redo", opening, 5)
    before = (await mastery.get(f"/v1/learners/{ANA}/redos", ANA)).json()["as_of"]["pins"]
    done = graded.story.score(ANA, result(READING, "4", criterion="evidence"), redo_of=first)
    await graded.come()
    [told] = await own(mastery)
    assert (told["waits_for"], told["done_by"], told["next"]) == ("over", done, "It was done over.")
    as_of = ",".join(f"{pin['ledger']}:{pin['shard']}:{pin['position']}" for pin in before)
    [then] = await own(mastery, as_of=as_of)
    assert (then["waits_for"], then["opened"]["event"]) == ("redo", opening)
    graded.story.void(ANA, done)
    await graded.come()
    [told] = await own(mastery)
    assert told["waits_for"] == "redo"


async def test_what_stands_in_the_place_of_the_first_piece_is_what_there_is_to_relearn(
    graded: Graded, mastery: Mastery
) -> None:
    story = graded.story
    first = story.score(ANA, result(READING, "1", criterion="thesis"), feedback_ref="ef" * 32, work=named("work"))
    redo = Redoing(graded, ANA)
    redo.begin(evidence=first)
    story.now += MINUTE
    instead = story.score(ANA, result(READING, "4", criterion="thesis"), feedback_ref="cd" * 32)
    story.supersede(ANA, first, instead)
    await graded.come()
    [told] = await own(mastery)
    nothing: dict[str, Any] = {"first": [], "find_out": []}
    assert (told["relearn"], told["anew"]) == ({"feedback_ref": "cd" * 32, **nothing}, False)
    story.void(ANA, instead)
    await graded.come()
    [told], [listed] = await own(mastery), (await waiting(mastery))["items"]
    assert (told["relearn"], told["anew"]) == (nothing, True)
    assert told["next"] == listed["next"] == "What it began with was withdrawn: next, the teacher opens it anew."
    assert (listed["waits_for"], listed["anew"]) == ("opening", True)


async def test_the_latest_redo_of_each_competency_is_told_and_none_is_counted(graded: Graded, mastery: Mastery) -> None:
    for _ in range(3):
        redo = Redoing(graded, ANA)
        redo.begin()
        redo.say("RedoOpened")
        graded.story.now += MINUTE
        graded.story.attempt(ANA, result(READING, "2"))
    other = Redoing(graded, ANA, WRITING).begin("RedoOffered")
    await graded.come()
    told = await own(mastery)
    assert [(one["id"], one["waits_for"]) for one in told] == [(redo.redo, "over"), (other, "opening")]


async def test_who_waits_longest_for_the_teacher_comes_first_and_who_does_not_is_not_there(
    graded: Graded, mastery: Mastery
) -> None:
    adopt(graded.story, "district", ASKS)
    ana, bo, cy = (Redoing(graded, learner) for learner in (ANA, BO, CY))
    for redo in (ana, bo, cy):
        redo.begin("RedoOffered")
    bo.relearn("practice")
    ana.relearn("practice")
    bo.relearn("practice")  # again, which makes nobody wait anew
    cy.relearn("practice")
    await graded.come()
    page = await waiting(mastery)
    assert [(one["id"], one["waits_for"], one["waiting_seconds"]) for one in page["items"]] == [
        (bo.redo, "conference", 180),
        (ana.redo, "conference", 120),
    ]
    assert page["items"][0]["next"] == "Next, talk it over with the teacher, who then logs the conference."
    everyone = await waiting(mastery, HEAD, school=NORTH)
    assert [one["id"] for one in everyone["items"]] == [bo.redo, ana.redo, cy.redo]
    first = await waiting(mastery, HEAD, school=NORTH, limit="1")
    rest = await waiting(mastery, HEAD, school=NORTH, after=first["next"])
    assert [one["id"] for one in (*first["items"], *rest["items"])] == [bo.redo, ana.redo, cy.redo]
    assert rest["next"] is None
    bo.relearn("conference")
    await graded.come()
    page = await waiting(mastery, section=ENGLISH, waits_for="opening")
    assert [(one["id"], one["waiting_seconds"]) for one in page["items"]] == [(bo.redo, 0)]
    assert [one["id"] for one in (await waiting(mastery, learner=ANA))["items"]] == [ana.redo]
    bo.say("RedoOpened")
    await graded.come()
    assert [one["id"] for one in (await waiting(mastery))["items"]] == [ana.redo]


async def test_who_has_handed_in_waits_for_a_score(graded: Graded, mastery: Mastery) -> None:
    work, story = named("poster work"), graded.story
    first = story.score(ANA, result(READING, "1", criterion="thesis"), work=work)
    redo = Redoing(graded, ANA)
    redo.begin(evidence=first)

    def hand_in() -> None:
        story.now += MINUTE
        story.hand_in(work)

    hand_in()  # a draft
    redo.say("RedoOpened", evidence=first, work=work)
    await graded.come()
    assert ((await waiting(mastery))["items"], (await own(mastery))[0]["waits_for"]) == ([], "redo")
    hand_in()
    story.now += 2 * MINUTE
    await graded.come()
    [told] = (await waiting(mastery, section=ENGLISH, waits_for="score"))["items"]
    assert (told["id"], told["waits_for"], told["waiting_seconds"]) == (redo.redo, "score", 120)
    assert (await own(mastery))[0]["next"] == "It is handed in: next, the teacher scores it."
    story.score(ANA, result(READING, "4", criterion="thesis"), work=work, redo_of=first)
    hand_in()
    await graded.come()
    assert ((await waiting(mastery))["items"], (await own(mastery))[0]["waits_for"]) == ([], "over")


async def test_where_a_newer_redo_has_begun_the_one_before_waits_for_nobody(graded: Graded, mastery: Mastery) -> None:
    work, story = named("poster work"), graded.story
    first = story.score(ANA, result(READING, "1", criterion="thesis"), work=work)
    redo = Redoing(graded, ANA)
    redo.begin(evidence=first)
    redo.say("RedoOpened", evidence=first, work=work)
    story.now += MINUTE
    story.hand_in(work)
    done = story.score(ANA, result(READING, "2", criterion="thesis"), work=work, redo_of=first)
    other = Redoing(graded, BO)
    other.begin()
    redo.begin(evidence=done)
    story.void(ANA, done)
    await graded.come()
    waits = [(one["id"], one["waits_for"]) for one in (await waiting(mastery))["items"]]
    assert waits == [(other.redo, "opening"), (redo.redo, "opening")]
    redo.say("RedoOpened", evidence=first, work=work)
    await graded.come()
    assert [one["id"] for one in (await waiting(mastery))["items"]] == [other.redo]


async def test_who_may_see_a_learner_sees_her_redos_and_who_may_record_what_waits(
    graded: Graded, mastery: Mastery
) -> None:
    Redoing(graded, ANA).begin()
    await graded.come()
    for person in (ANA, GUARDIAN, TEACHER, HEAD):
        assert (await mastery.get(f"/v1/learners/{ANA}/redos", person)).status_code == 200
    for person in (BO, named("stranger")):
        assert (await mastery.get(f"/v1/learners/{ANA}/redos", person)).status_code == 404
    for person in (ANA, GUARDIAN, BO):
        assert (await mastery.get("/v1/redos", person, learner=ANA)).status_code == 404
        assert (await mastery.get("/v1/redos", person, section=ENGLISH)).status_code == 404
    assert (await mastery.get("/v1/redos", TEACHER)).json()["field"] == "section"
    assert (await mastery.get("/v1/redos", TEACHER, section=ENGLISH, after="x")).json()["field"] == "after"


async def test_nothing_of_a_forgotten_learners_redos_stays(graded: Graded, mastery: Mastery) -> None:
    Redoing(graded, ANA).begin()
    graded.story.score(ANA, result(READING, "1", criterion="thesis"), feedback_ref="ef" * 32)
    await graded.come()
    graded.story.forget(ANA)
    await graded.come()
    for table in ("redo", "feedback"):
        assert await graded.pool.fetchval(f"SELECT count(*) FROM mastery.{table}") == 0
    assert (await mastery.get(f"/v1/learners/{ANA}/redos", TEACHER)).status_code == 404
    assert (await waiting(mastery))["items"] == []


async def test_what_goes_on_with_no_redo_holds_its_learner_back(graded: Graded, mastery: Mastery) -> None:
    Redoing(graded, BO).begin()
    going_on = {"competency": READING, "cycle": named("no redo"), "kind": "practice"}
    graded.story.say("RelearnLogged", ANA, f"redo/{ANA}/{READING}", going_on)
    await graded.come()
    held = await graded.pool.fetch("SELECT shard, owner::text FROM projection.quarantine WHERE ledger = 'evidence'")
    assert [tuple(row) for row in held] == [(shard_of(TENANT, ANA), ANA)]
    document = (await mastery.get(f"/v1/learners/{ANA}/redos", ANA)).json()
    assert document["under_review"] is True
    assert len((await waiting(mastery))["items"]) == 1
