"""`ascertain import responses FILE`: the public ASSISTments 2009–2010 answers as a district's evidence.

Columns `learner,order,problem,skill,correct`. Only `(learner, order)` is unique, and there are no dates: `order` is
the sequence, and an answer is set to 2009-09-01 plus `order` seconds. Each answer's id comes from learner and order,
so that an import run twice, or killed and run again, adds nothing twice.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from cli.importing.sending import Row
from cli.importing.tables import Line
from shared.ledger.instants import instant, instant_text

COLUMNS = ("learner", "order", "problem", "skill", "correct")

FIELDS = {"/body/learner": "learner", "/body/results/0/competency": "skill", "/body/results/0/earned": "correct"}

_IMPORT = UUID("8c0f6d0e-5f5b-5a43-8f5e-0a6b1c9d2e77")
"""Namespace of all that this import makes up."""

_BEGIN = instant("2009-09-01T00:00:00.000Z")

FRAMEWORK = str(uuid5(_IMPORT, "framework"))


@dataclass(frozen=True, slots=True)
class Contents:
    """Who and what a file of answers names."""

    learners: tuple[str, ...]
    skills: tuple[str, ...]


def contents(lines: Iterable[Line]) -> Contents:
    """The learners and skills of a file, in one pass; rows without them are refused later, one by one."""
    learners, skills = set(), set()
    for line in lines:
        learners.add(line.cells.get("learner", ""))
        skills.add(line.cells.get("skill", ""))
    return Contents(tuple(sorted(learners - {""})), tuple(sorted(skills - {""})))


def competency(skill: str) -> str:
    """The competency's id of a skill's name."""
    return str(uuid5(_IMPORT, f"skill/{skill}"))


def framework(skills: Iterable[str]) -> dict[str, Any]:
    """A framework of the file's skills, flat, with codes made from their names."""
    codes: dict[str, str] = {}
    for skill in skills:
        code = re.sub(r"[^a-z0-9]+", "-", skill.lower()).strip("-")[:56] or "skill"
        codes[skill] = code if code not in codes.values() else f"{code}-{len(codes)}"
    return {
        "format": "ascertain.framework@1",
        "id": FRAMEWORK,
        "title": "Mathematics skills of ASSISTments 2009–2010",
        "competencies": [{"id": competency(skill), "code": code, "statement": skill} for skill, code in codes.items()],
        "prerequisites": [],
    }


def roster(learners: Iterable[str]) -> dict[str, list[dict[str, str]]]:
    """A roster that enrols the file's learners in one made-up section of one school."""
    school, course, section = "assistments-school", "assistments-mathematics", "assistments-section"
    return {
        "orgs": [{"sourcedId": school, "type": "school", "status": "active"}],
        "academicSessions": [],
        "courses": [{"sourcedId": course, "orgSourcedId": school, "status": "active"}],
        "classes": [
            {
                "sourcedId": section,
                "courseSourcedId": course,
                "schoolSourcedId": school,
                "termSourcedIds": "",
                "status": "active",
            }
        ],
        "users": [{"sourcedId": sourced_id(learner), "status": "active"} for learner in learners],
        "enrollments": [
            {
                "sourcedId": f"assistments-enrollment-{learner}",
                "classSourcedId": section,
                "schoolSourcedId": school,
                "userSourcedId": sourced_id(learner),
                "role": "student",
                "status": "active",
                "beginDate": "",
                "endDate": "",
            }
            for learner in learners
        ],
    }


def sourced_id(learner: str) -> str:
    """The roster's name of one of the file's learners."""
    return f"assistments-{learner}"


def rows(lines: Iterable[Line], learners: dict[str, str]) -> Iterator[Row[Line]]:
    """The evidence items of a file's rows; `learners` gives their ids by the file's numbers."""
    for line in lines:
        yield Row(line, _item(line.cells, learners))


def _item(cells: Any, learners: dict[str, str]) -> dict[str, Any]:
    learner, order = cells.get("learner", ""), cells.get("order", "")
    moment = (
        instant_text(_BEGIN + int(order) * 1000) if order.isascii() and order.isdecimal() and len(order) < 10 else order
    )
    return {
        "id": str(uuid5(_IMPORT, f"response/{learner}/{order}")),
        "type": "AttemptRecorded",
        "occurred_at": moment,
        "body": {
            "learner": learners.get(learner, learner),
            "task": str(uuid5(_IMPORT, f"problem/{cells.get('problem', '')}")),
            "purpose": "practice",
            "results": [
                {"competency": competency(cells.get("skill", "")), "earned": cells.get("correct", ""), "possible": "1"}
            ],
        },
    }
