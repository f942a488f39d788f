"""What a portfolio covers, as it is drawn: a sign a skill, and how many there are of each. Pure.

A skill is shown by an exhibit, or by evidence alone, or not yet. How well is said nowhere here.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

STEP, HIGH, ACROSS = 20, 20, 12
"""A sign's place, in the units of the drawing, and how many stand in a row."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A skill's sign: where it stands, and how it is shown."""

    across: int
    down: int
    shown: str


@dataclass(frozen=True, slots=True)
class Area:
    """An area of a framework: its skills, their signs, and how many are shown in which way."""

    title: str | None
    skills: list[Mapping[str, Any]]
    marks: list[Mark]
    width: int
    height: int
    by_exhibit: int
    by_evidence: int
    not_yet: int


@dataclass(frozen=True, slots=True)
class Map:
    """What is shown of a framework."""

    title: str
    areas: list[Area]


def maps(coverage: Mapping[str, Any]) -> list[Map]:
    """A map for each framework of the API's answer, in its order."""
    return [
        Map(framework["title"], [_area(area.get("title"), area["competencies"]) for area in framework["areas"]])
        for framework in coverage["frameworks"]
    ]


def areas_by_skill(coverage: Mapping[str, Any]) -> dict[str, str]:
    """The area in which each competency stands; the framework where it is in none."""
    return {
        one["competency"]: (area.get("title") or framework["title"]).rstrip(".")
        for framework in coverage["frameworks"]
        for area in framework["areas"]
        for one in area["competencies"]
    }


def _area(title: str | None, skills: list[Mapping[str, Any]]) -> Area:
    counted = Counter(one["shown"] for one in skills)
    marks = [
        Mark(n % ACROSS * STEP + STEP // 2, n // ACROSS * HIGH + HIGH // 2, one["shown"])
        for n, one in enumerate(skills)
    ]
    rows = -(-len(skills) // ACROSS)
    return Area(
        title,
        skills,
        marks,
        width=min(len(skills), ACROSS) * STEP,
        height=rows * HIGH,
        by_exhibit=counted["exhibit"],
        by_evidence=counted["evidence"],
        not_yet=counted["not_yet"],
    )
