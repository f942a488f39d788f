"""Sections of learners to be graded, and what a page shows of them: states by the plain fold, from the doors alone."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from tests.support import oracle
from tests.support.evidence import Client, Running, applied, attempt, enrolment, roster
from tests.support.oracle import OracleState
from tests.support.periods import name_periods

PERIOD = "77777777-7777-4777-8777-777777777777"


class Class:
    """A section of one course, its teacher, and its learners, all of the test's own."""

    def __init__(self, evidence: Running, name: str, learners: int) -> None:
        self._evidence, self.name = evidence, name
        self._names = [f"{name}-learner-{number}" for number in range(learners)]
        self.section = evidence.id("class", name)
        self.course = evidence.id("course", f"{name}-10")
        self.teacher = evidence.person(evidence.id("user", f"{name}-teacher"))
        self.learners = sorted(evidence.id("user", learner) for learner in self._names)

    async def open(self) -> None:
        """Bring the section in by a roster."""
        people = [*self._names, f"{self.name}-teacher"]
        rows = roster(
            (),
            courses=[{"sourcedId": f"{self.name}-10"}],
            classes=[
                {
                    "sourcedId": self.name,
                    "courseSourcedId": f"{self.name}-10",
                    "schoolSourcedId": "school",
                    "termSourcedIds": "year",
                }
            ],
            users=[{"sourcedId": person} for person in people],
            enrollments=[
                enrolment(f"{self.name}-teacher", self.name, role="teacher"),
                *(enrolment(learner, self.name) for learner in self._names),
            ],
        )
        answer = await self._evidence.administrator.post("/v1/rosters", rows)
        assert answer.status_code == 200, answer.text
        assert not answer.json()["refused"], answer.text
        await name_periods(self._evidence.owner, [PERIOD])
        await applied(self._evidence)

    async def record(self, *items: dict[str, Any]) -> None:
        answer = await self.teacher.post("/v1/evidence", list(items))
        assert answer.status_code == 201, answer.text


async def entries(evidence: Running, learner: str) -> list[dict[str, Any]]:
    """All that the ledger holds of the definitions and of a learner, as its doors give it out."""
    mastery = evidence.service()
    found = []
    for door in ("/ledger/definitions/0", f"/ledger/owners/{learner}"):
        after, more = 0, True
        while more:
            page = (await mastery.get(door, params={"after": after, "limit": 1000})).json()["entries"]
            found += [{**entry, "body": json.loads(entry["body"])} for entry in page]
            after, more = page[-1]["envelope"]["position"] if page else after, bool(page)
    return found


async def states(evidence: Running, learner: str, at: oracle.At = None) -> dict[str, OracleState]:
    """The learner's states by competency, by the plain fold."""
    told = await entries(evidence, learner)
    documents = {
        entry["body"]["digest"]: (await evidence.service().get(f"/documents/{entry['body']['digest']}")).json()
        for entry in told
        if entry["envelope"]["type"] == "ascertain.DocumentPublished"
    }
    return {
        competency: state
        for (whose, competency), state in oracle.states(told, documents, at).items()
        if whose == learner
    }


async def seen(evidence: Running, learner: str, competencies: Sequence[str]) -> list[dict[str, str]]:
    """What a page shows, as a release names it."""
    by_competency = await states(evidence, learner)
    return [{"competency": one, "digest": by_competency[one].digest} for one in competencies]


async def grade(evidence: Running, of: Class, learner: str, competencies: Sequence[str], **more: Any) -> dict[str, Any]:
    """A request that releases what a page shows now."""
    return {
        "id": str(uuid4()),
        "learner": learner,
        "course": of.course,
        "period": PERIOD,
        "states": await seen(evidence, learner, competencies),
        "expected_version": 0,
        **more,
    }


def piece(learner: str, competency: str, earned: str, **more: Any) -> dict[str, Any]:
    """An attempt at one competency, of four points."""
    return attempt(learner, results=[{"competency": competency, "earned": earned, "possible": "4"}], **more)


async def released(evidence: Running, client: Client, request: dict[str, Any]) -> dict[str, Any]:
    """The grade as it reads once it is released."""
    answer = await client.post("/v1/releases", request)
    assert answer.status_code == 201, answer.text
    read = await client.get(f"/v1/releases/{answer.json()['id']}")
    assert read.status_code == 200, read.text
    document: dict[str, Any] = read.json()
    return document
