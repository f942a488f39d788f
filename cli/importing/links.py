"""`--prerequisites FILE.csv`: which competency rests on which, by code, as tables of standards have it.

Columns `source,target`, and `relationship` where the table has other links too: `target` rests on `source`. Codes are
compared as they are written; where none fits, with every sign between letters and digits read alike, since tables
write `HSA.APR.A.1` where a package has `HSA-APR.A.1`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from cli.errors import CommandError
from cli.importing.tables import table
from cli.importing.told import LeftOut
from shared.contracts.documents import circle

RELATIONSHIPS = frozenset({"", "dependency", "prerequisite", "precedes"})
"""What a row's `relationship` may be for `target` to rest on `source`."""

_SIGNS = re.compile(r"[^a-z0-9]+")


class Link(NamedTuple):
    """`competency` rests on `rests_on`, both by id."""

    competency: str
    rests_on: str


@dataclass(slots=True)
class Links:
    """Prerequisites, each once, in the order in which they came."""

    _links: dict[Link, None] = field(default_factory=dict)

    def add(self, link: Link) -> bool:
        """Whether it is new."""
        known = link in self._links
        self._links[link] = None
        return not known

    def documents(self) -> list[dict[str, str]]:
        return [link._asdict() for link in self._links]


class CodeBook:
    """Finds a framework's competencies by what a table calls them."""

    def __init__(self, competencies: Iterable[Mapping[str, Any]]) -> None:
        self._exactly: dict[str, str] = {}
        self._alike: dict[str, set[str]] = {}
        for competency in competencies:
            id_, code = competency["id"], competency["code"]
            self._exactly |= {id_: id_, code: id_}
            self._alike.setdefault(_SIGNS.sub(".", code), set()).add(id_)

    def find(self, name: str) -> str | None:
        """The id of the competency; None where there is none, or several are alike."""
        lower = name.lower()
        alike = self._alike.get(_SIGNS.sub(".", lower).strip("."), set())
        return self._exactly.get(lower) or (next(iter(alike)) if len(alike) == 1 else None)


def with_prerequisites(framework: dict[str, Any], file: Path, left_out: LeftOut) -> dict[str, Any]:
    """The framework with what the table adds to its prerequisites. Raises CommandError where it cannot be read."""
    book, links = CodeBook(framework["competencies"]), Links()
    for link in framework.get("prerequisites", []):
        links.add(Link(link["competency"], link["rests_on"]))
    with table(file, required=("source", "target")) as lines:
        for line in lines:
            source, target = line.cells.get("source", ""), line.cells.get("target", "")
            relationship = line.cells.get("relationship", "").lower()
            if relationship not in RELATIONSHIPS:
                left_out.add(f"{relationship[:64]} of {file.name}, which is no prerequisite")
                continue
            ends = {name: book.find(name) for name in (target, source)}
            if (competency := ends[target]) is None or (rests_on := ends[source]) is None:
                unknown = next(name for name, id_ in ends.items() if id_ is None)
                left_out.add(
                    f"prerequisite of {file.name} that names no competency of the framework",
                    f"{unknown or 'nothing'} (line {line.number})",
                )
            elif not links.add(Link(competency, rests_on)):
                left_out.add(f"prerequisite of {file.name} that stands there already", f"{source} → {target}")
    return {**framework, "prerequisites": links.documents()}


def refuse_circles(framework: Mapping[str, Any]) -> None:
    """Raise CommandError where prerequisites go round in a circle, naming it."""
    rests_on: dict[str, list[str]] = {}
    for link in framework.get("prerequisites", []):
        rests_on.setdefault(link["competency"], []).append(link["rests_on"])
    found = circle(rests_on)
    if found is not None:
        codes = {competency["id"]: competency["code"] for competency in framework["competencies"]}
        way = " → ".join(codes.get(id_, id_) for id_ in found)
        raise CommandError(f"The prerequisites go round in a circle, each resting on the next: {way}.")
