"""A class of thirty with forty skills, each of which each learner has shown once: a grid as large as issues ask for."""

from typing import Any
from uuid import uuid4

from cli.demo.seeding import FILES
from cli.importing.commands import publish
from cli.importing.roster import read_roster
from shared.contracts.roster_files import Roster
from tests.browser.district import DemoDistrict
from tests.support.running import until_applied

LEARNERS, SKILLS = 30, 40
SECTION = "class-whole"
WHEN = "2026-11-12T09:00:00.000Z"


async def whole_class(district: DemoDistrict) -> str:
    """The section's id. Ms Lindgren teaches it."""
    admin = district.cast.district
    names = [f"whole-{number:02}" for number in range(LEARNERS)]
    _, answer = await admin.post("/v1/rosters", _roster(names))
    assert answer["refused"] == [], answer["refused"]
    skills = [str(uuid4()) for _ in range(SKILLS)]
    await publish(admin, _framework(skills))
    teacher = await district.cast.as_person("teacher-lindgren")
    for name in names:
        learner = await district.cast.person(name)
        shown = [_shown(learner, skill, str(number % 4 + 1)) for number, skill in enumerate(skills)]
        status, _ = await teacher.post("/v1/evidence", shown)
        assert status == 201, status
    await until_applied(district.stack)
    return str(await district.cast.resolved(f"roster:class/{SECTION}"))


def _roster(names: list[str]) -> Roster:
    """The demo's, with one class more and nobody enrolled but there."""
    demo, _ = read_roster(FILES / "roster")
    [english] = [row for row in demo["classes"] if row["sourcedId"] == "class-english-10a"]
    [teaches] = [row for row in demo["enrollments"] if row["sourcedId"] == "enrollment-001"]
    studies = {**teaches, "role": "student", "primary": "false"}
    return {
        **demo,
        "classes": [{**english, "sourcedId": SECTION, "title": "English, all of it"}],
        "users": [
            *(row for row in demo["users"] if row["sourcedId"] == "teacher-lindgren"),
            *(
                {"sourcedId": name, "status": "active", "role": "student", "givenName": name, "familyName": "Whole"}
                for name in names
            ),
        ],
        "enrollments": [
            {**row, "sourcedId": f"whole-{name}", "classSourcedId": SECTION, "userSourcedId": name}
            for name, row in (("teacher-lindgren", teaches), *((name, studies) for name in names))
        ],
    }


def _framework(skills: list[str]) -> dict[str, Any]:
    return {
        "format": "ascertain.framework@1",
        "id": str(uuid4()),
        "title": "English, all of it",
        "competencies": [
            {"id": skill, "code": f"whole.{number:02}", "statement": f"Shows skill {number} in work of her own."}
            for number, skill in enumerate(skills)
        ],
        "prerequisites": [],
    }


def _shown(learner: str, skill: str, earned: str) -> dict[str, Any]:
    results = [{"competency": skill, "earned": earned, "possible": "4"}]
    body = {"learner": learner, "purpose": "performance", "results": results}
    return {"id": str(uuid4()), "type": "AttemptRecorded", "occurred_at": WHEN, "body": body}
