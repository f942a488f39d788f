"""The frameworks as people read them: competencies under their areas, in the order of the framework. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Self


class Listed(NamedTuple):
    """A competency in an outline. `area` is what it is a part of at its framework's top; None where it is there."""

    id: str
    code: str
    statement: str
    area: str | None


@dataclass(frozen=True, slots=True)
class OutlinedFramework:
    """A framework's competencies in its own order, its headings among them. `headings` only gather others."""

    id: str
    title: str
    competencies: tuple[Listed, ...]
    headings: frozenset[str]

    def areas(self, chosen: Mapping[str, object] | frozenset[str]) -> Iterator[tuple[str | None, list[Listed]]]:
        """The chosen competencies by area, both in the framework's order; first those at its top, which are in none and
        would else be read under the heading of the area before them.
        """
        by_area: dict[str | None, list[Listed]] = {None: []}
        for one in self.competencies:
            if one.id in chosen:
                by_area.setdefault(one.area, []).append(one)
        yield from ((area, listed) for area, listed in by_area.items() if listed)


@dataclass(frozen=True, slots=True)
class Outline:
    """Frameworks, in the order in which they came out."""

    frameworks: tuple[OutlinedFramework, ...]

    @classmethod
    def of(cls, documents: Iterable[Mapping[str, Any]]) -> Self:
        """The outline of framework documents, one a framework."""
        return cls(tuple(_framework(document) for document in documents))

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(one.id for framework in self.frameworks for one in framework.competencies)


def _framework(document: Mapping[str, Any]) -> OutlinedFramework:
    competencies = document["competencies"]
    parents: dict[str, str] = {one["id"]: one["parent"] for one in competencies if "parent" in one}
    statements = {one["id"]: one["statement"] for one in competencies}
    linked = {id_ for link in document.get("prerequisites", ()) for id_ in (link["competency"], link["rests_on"])}
    return OutlinedFramework(
        document["id"],
        document["title"],
        tuple(
            Listed(one["id"], one["code"], one["statement"], statements.get(_top(one["id"], parents)))
            for one in competencies
        ),
        frozenset(parents.values()) - linked,
    )


def _top(competency: str, parents: Mapping[str, str]) -> str:
    """What a competency is a part of at the top; no id where it stands there itself. A parent elsewhere is the top."""
    top = ""
    while competency in parents:
        top = competency = parents[competency]
    return top
