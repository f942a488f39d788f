"""Which competency rests on which, as the frameworks say that are published: one graph without circles. Pure.

Of each framework the latest publication known counts. A competency that it leaves out is not in the graph any more,
with the prerequisites that it had.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from typing import Any, NamedTuple, Self

from shared.ledger.instants import Instant
from shared.rulebook.known import EVERYTHING, Known


class Publication(NamedTuple):
    """A framework (by id) came out as the document with this digest, at a position of the definitions ledger."""

    framework: str
    digest: str
    position: int
    recorded_at: Instant


class Member(NamedTuple):
    """A competency as its framework names it; `parent` is what it is a part of."""

    id: str
    code: str
    statement: str
    framework: str
    parent: str | None


def latest(publications: Iterable[Publication], known: Known = EVERYTHING) -> tuple[Publication, ...]:
    """Of each framework the latest publication known, in order of position."""
    found: dict[str, Publication] = {}
    for publication in sorted(publications, key=lambda publication: publication.position):
        if known.of_definitions(publication):
            found[publication.framework] = publication
    return tuple(sorted(found.values(), key=lambda publication: publication.position))


@dataclass(frozen=True, slots=True)
class Prerequisites:
    """The graph. `rests_on` holds the direct prerequisites of a competency, in order of their codes, where it has any.

    `headings` only gather others: they have parts, rest on nothing, and nothing rests on them.
    """

    members: Mapping[str, Member]
    rests_on: Mapping[str, tuple[str, ...]]
    headings: frozenset[str]
    _bits: Mapping[str, int] = field(repr=False)
    _above: Mapping[str, int] = field(repr=False)

    @classmethod
    def of(cls, frameworks: Iterable[Mapping[str, Any]]) -> Self:
        """The graph of framework documents, one a framework, as they came out one after the other.

        Where two claim a competency, which none should, the later one has it; links within one framework count.
        """
        members: dict[str, Member] = {}
        links: set[tuple[str, str, str]] = set()
        for framework in frameworks:
            for one in framework["competencies"]:
                members[one["id"]] = Member(
                    one["id"], one["code"], one["statement"], framework["id"], one.get("parent")
                )
            pairs = framework.get("prerequisites", ())
            links |= {(framework["id"], pair["competency"], pair["rests_on"]) for pair in pairs}
        rests_on: dict[str, list[str]] = {}
        for framework_id, competency, support in links:
            if members[competency].framework == members[support].framework == framework_id:
                rests_on.setdefault(competency, []).append(support)
        linked = rests_on.keys() | {support for supports in rests_on.values() for support in supports}
        gathering = {member.parent for member in members.values() if member.parent is not None}
        bits, above = _above(rests_on)
        return cls(
            members=members,
            rests_on={
                competency: tuple(sorted(supports, key=lambda id_: by_code(members[id_])))
                for competency, supports in rests_on.items()
            },
            headings=frozenset((gathering & members.keys()) - linked),
            _bits=bits,
            _above=above,
        )

    def within(self, place: str) -> frozenset[str]:
        """The competencies of a framework, or a competency with all of its parts; none for any other id."""
        whole = {id_ for id_, member in self.members.items() if member.framework == place}
        if place not in self.members:
            return frozenset(whole)
        parts: dict[str, list[str]] = {}
        for member in self.members.values():
            if member.parent is not None:
                parts.setdefault(member.parent, []).append(member.id)
        return frozenset({place, *_reached(place, parts)})

    def below(self, competency: str) -> frozenset[str]:
        """All that a competency rests on, at any distance."""
        return frozenset(_reached(competency, self.rests_on))

    def set_of(self, competencies: Iterable[str]) -> int:
        """Competencies as a set that `opens` takes; those without links are in none."""
        chosen = 0
        for competency in competencies:
            chosen |= self._bits.get(competency, 0)
        return chosen

    def opens(self, competency: str, without: int) -> int:
        """How many competencies rest on this one, at any distance, that are not in the set `without`."""
        return (self._above.get(competency, 0) & ~without).bit_count()

    def above(self, competency: str) -> frozenset[str]:
        """All competencies that rest on this one, at any distance."""
        mask = self._above.get(competency, 0)
        return frozenset(id_ for id_, bit in self._bits.items() if bit & mask) if mask else frozenset()


def by_code(member: Member) -> tuple[str, str]:
    """The order in which people read competencies: by code; the id where two frameworks have the same one."""
    return member.code, member.id


def _reached(start: str, links: Mapping[str, Iterable[str]]) -> set[str]:
    """All that links lead to from a competency, without itself."""
    found: set[str] = set()
    to_see = [start]
    while to_see:
        new = set(links.get(to_see.pop(), ())) - found
        found |= new
        to_see += new
    return found


def _above(rests_on: Mapping[str, Iterable[str]]) -> tuple[dict[str, int], dict[str, int]]:
    """A bit for each competency that has links, and the bits of all that rest on it, at any distance."""
    order = list(TopologicalSorter(rests_on).static_order())
    bits = {competency: 1 << number for number, competency in enumerate(order)}
    above = dict.fromkeys(order, 0)
    for competency in reversed(order):
        with_it = above[competency] | bits[competency]
        for support in rests_on.get(competency, ()):
            above[support] |= with_it
    return bits, above
