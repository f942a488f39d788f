"""The map of what rests on what, as places in a picture: what others rest on stands to the left of them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from textwrap import wrap
from typing import Any

BOX, TALL, BETWEEN, UNDER, EDGE = 196, 84, 64, 16, 6
"""Of a place: how wide and how tall; what is free beside it and under it; and around the picture."""

LINES, LETTERS = 3, 27
"""Lines of words in a place, and letters in a line."""

LEAST = 2
"""Links from which a picture says more than a list."""


@dataclass(frozen=True, slots=True)
class Place:
    """One competency: where its box begins, and the words in it."""

    competency: Mapping[str, Any]
    left: int
    top: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MapPicture:
    """Places and the lines between them, each a path from what is rested on to what rests on it."""

    width: int
    height: int
    places: tuple[Place, ...]
    paths: tuple[str, ...]


def map_picture(competencies: Sequence[Mapping[str, Any]]) -> MapPicture | None:
    """The competencies that are linked with others here; None where there is hardly a link to draw."""
    here = {one["competency"]: one for one in competencies}
    rests_on = {id_: [below for below in one["rests_on"] if below in here] for id_, one in here.items()}
    if sum(map(len, rests_on.values())) < LEAST:
        return None
    linked = {id_ for id_, supports in rests_on.items() if supports}
    linked |= {below for supports in rests_on.values() for below in supports}
    columns = _columns([id_ for id_ in here if id_ in linked], rests_on)
    places = {
        id_: Place(here[id_], EDGE + across * (BOX + BETWEEN), EDGE + down * (TALL + UNDER), _lines(here[id_]))
        for across, column in enumerate(columns)
        for down, id_ in enumerate(column)
    }
    paths = [_path(places[below], places[id_]) for id_ in places for below in rests_on[id_]]
    tallest = max(map(len, columns))
    return MapPicture(
        2 * EDGE + len(columns) * (BOX + BETWEEN) - BETWEEN,
        2 * EDGE + tallest * (TALL + UNDER) - UNDER,
        tuple(places.values()),
        tuple(paths),
    )


def _columns(ids: Sequence[str], rests_on: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """By how many links lie below at most; in a column near to what is rested on, else as they came."""
    depth: dict[str, int] = {}
    to_place = list(ids)
    while to_place:  # what rests on what has no circles: a framework with one is refused
        waiting = [id_ for id_ in to_place if any(below not in depth for below in rests_on[id_])]
        for id_ in to_place:
            if id_ not in waiting:
                depth[id_] = max((depth[below] + 1 for below in rests_on[id_]), default=0)
        if len(waiting) == len(to_place):
            depth |= dict.fromkeys(waiting, 0)
            break
        to_place = waiting
    columns: list[list[str]] = [[] for _ in range(max(depth.values()) + 1)]
    for id_ in ids:
        columns[depth[id_]].append(id_)
    height: dict[str, float] = {}
    for column in columns:
        if height:
            column.sort(key=lambda id_: _middle([height[below] for below in rests_on[id_]]))
        height |= {id_: float(down) for down, id_ in enumerate(column)}
    return columns


def _middle(heights: Sequence[float]) -> float:
    return sum(heights) / len(heights) if heights else 0.0


def _lines(competency: Mapping[str, Any]) -> tuple[str, ...]:
    return _wrapped(competency["statement"]) or (competency["code"],)


@lru_cache(maxsize=4_000)
def _wrapped(statement: str) -> tuple[str, ...]:
    """Of a framework's words, which are the same for every learner: to wrap them took a third of a page's time."""
    return tuple(wrap(statement, LETTERS, max_lines=LINES, placeholder=" …", break_long_words=True))


def _path(below: Place, above: Place) -> str:
    start, end = (below.left + BOX, below.top + TALL // 2), (above.left, above.top + TALL // 2)
    bend = (end[0] - start[0]) // 2
    return f"M{start[0]} {start[1]}C{start[0] + bend} {start[1]} {end[0] - bend} {end[1]} {end[0]} {end[1]}"
