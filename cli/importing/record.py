"""`ascertain record FILE.csv`: a school's scores as a table, each row one attempt (DESIGN §11)."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from cli.errors import CommandError
from cli.gateway import Gateway
from cli.importing.frameworks import read_framework
from cli.importing.sending import Row
from cli.importing.tables import Line
from cli.naming import roster_ids

COLUMNS = ("id", "learner", "competency", "task", "earned", "possible", "occurred_at", "purpose", "redo_of")
REQUIRED = ("learner", "competency", "earned", "possible", "occurred_at", "purpose")

_ROWS = UUID("2f1c3cde-6f0a-5d0b-9f5e-4d3d3f0f6c11")
"""Namespace of the ids of rows that come without one."""

FIELDS = {
    "/id": "id",
    "/occurred_at": "occurred_at",
    "/body/learner": "learner",
    "/body/task": "task",
    "/body/purpose": "purpose",
    "/body/redo_of": "redo_of",
    "/body/results/0/competency": "competency",
    "/body/results/0/earned": "earned",
    "/body/results/0/possible": "possible",
}
"""Where an item's fields came from: a JSON pointer to the column of the file."""


@dataclass(frozen=True, slots=True)
class Names:
    """What the words in a file stand for: sourcedIds of learners, codes of competencies; ids stand for themselves."""

    learners: Mapping[str, str]
    competencies: Mapping[str, str]


def column_mapping(pairs: Iterable[str]) -> dict[str, str]:
    """`["Student ID=learner", …]` as a mapping of foreign headers to ours."""
    mapping = {}
    for pair in pairs:
        foreign, equals, ours = pair.rpartition("=")
        if not equals or ours.strip() not in COLUMNS:
            raise CommandError(f"--map {pair!r} must be 'their header=our column', with one of {', '.join(COLUMNS)}.")
        mapping[foreign.strip()] = ours.strip()
    return mapping


def competency_codes(frameworks: Iterable[Path]) -> dict[str, str]:
    """The competencies of framework files, CASE packages among them, by code."""
    codes: dict[str, str] = {}
    for path in frameworks:
        try:
            competencies = read_framework(path).document["competencies"]
            codes.update({competency["code"]: competency["id"] for competency in competencies})
        except (KeyError, TypeError) as error:
            raise CommandError(f"{path} is no framework document (ascertain.framework@1).") from error
    return codes


async def learner_ids(gateway: Gateway, lines: Iterable[Line]) -> dict[str, str]:
    """The learners' ids by the sourcedIds that a file names them with; learners named by id need no look-up."""
    return await roster_ids(gateway, "user", sorted({line.cells.get("learner", "") for line in lines} - {""}))


def rows(lines: Iterable[Line], names: Names) -> Iterator[Row[Line]]:
    """The evidence items of a file's rows. A row without an id gets one from its content: the same row, the same id."""
    for line in lines:
        yield Row(line, _item(line, names))


def _item(line: Line, names: Names) -> dict[str, Any]:
    cells = {name: value for name, value in line.cells.items() if name in COLUMNS and value}
    learner, competency = cells.get("learner", ""), cells.get("competency", "")
    body: dict[str, Any] = {
        "learner": names.learners.get(learner, learner),
        "purpose": cells.get("purpose", ""),
        "results": [
            {
                "competency": names.competencies.get(competency.lower(), competency),
                "earned": cells.get("earned", ""),
                "possible": cells.get("possible", ""),
            }
        ],
    }
    body.update({name: cells[name] for name in ("task", "redo_of") if name in cells})
    item = cells.get("id") or str(uuid5(_ROWS, json.dumps([cells.get(name, "") for name in COLUMNS[1:]])))
    return {"id": item, "type": "AttemptRecorded", "occurred_at": cells.get("occurred_at", ""), "body": body}
