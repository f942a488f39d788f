"""Compares the audit's copy with another telling of the record, position by position, and locates what differs."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

from services.audit.domain.differences import Difference, Kind, Member, listed
from services.audit.domain.telling import (
    ID,
    MEMBERS,
    OWNER,
    POSITION,
    STREAM,
    TENANT,
    TYPE,
    Telling,
    Told,
    Unreadable,
)
from shared.ledger.entry import TYPE_PREFIX
from shared.ledger.identifiers import Ledger, definitions_owner, is_id, shard_of

Other: TypeAlias = Literal["ledger", "topic"]

_THE: Mapping[str, str] = {
    "copy": "the audit's copy",
    "ledger": "the ledger",
    "topic": "the topic",
    "grade": "the grade",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Which shard of which ledger is compared, and what the copy is compared with."""

    other: Other
    ledger: Ledger
    shard: int


def compare(
    place: Place, expected: Iterable[int], copy: Mapping[int, Telling], other: Mapping[int, Told]
) -> list[Difference]:
    """What differs at the expected positions, ascending; every one of them should be on both sides.

    Positions that follow each other and are missing on the same side are one difference.
    """
    found: list[Difference] = []
    missing: dict[str, list[int]] = {"copy": [], place.other: []}
    for position in expected:
        ours, theirs = copy.get(position), other.get(position)
        if ours is None:
            missing["copy"].append(position)
        else:
            found += _unsound(place, position, ours)
        if theirs is None:
            missing[place.other].append(position)
        elif ours is not None:
            found += compare_entry(place, position, ours, theirs)
    for side, positions in missing.items():
        found += [absent(place, side, first, last) for first, last in _in_rows(positions)]
    return sorted(found, key=lambda difference: difference.position or 0)


def compare_entry(place: Place, position: int, ours: Telling, theirs: Told) -> list[Difference]:
    """At most one difference: the members in which the two tellings of one position are not the same."""
    if isinstance(theirs, Unreadable):
        what = f"What {_THE[place.other]} has at position {position} cannot be read as an entry: {theirs.why}."
        return [_located(place, "unreadable", what, ours)]
    if ours == theirs:
        return []
    members = _differing(ours, theirs)
    names = listed([member.name for member in members])
    what = f"At position {position} the audit's copy and {_THE[place.other]} differ in {names}."
    return [_located(place, "differs", what, ours, members)]


def absent(place: Place, side: str, first: int, last: int, *, before: int | None = None) -> Difference:
    """The difference that one side has nothing at these positions; `before` an offset, if of a topic."""
    single = first == last
    where = f"position {first}" if single else f"positions {first} to {last}"
    the = _THE[side]
    what = f"{the[0].upper()}{the[1:]} has no {'entry' if single else 'entries'} at {where}"
    belongs = "it belongs" if single else "they belong"
    what += "." if before is None else f" where {belongs}, before the record at offset {before}."
    through = None if single else last
    return Difference(place.other, "missing", what, place.ledger, place.shard, first, through)


def unplaced(place: Place, offset: int) -> Difference:
    """The difference that a record names no position."""
    what = f"The record at offset {offset} of the topic is no entry of the ledger: it names no position."
    return Difference(place.other, "unreadable", what, place.ledger, place.shard)


def beyond(place: Place, side: str, position: int, end: int) -> Difference:
    """The difference that one side has an entry where the shard has none yet."""
    the = _THE[side]
    has = "rests on" if side == "grade" else "has"
    what = f"{the[0].upper()}{the[1:]} {has} an entry at position {position}, but the shard ends at {end}."
    return Difference(place.other, "unexpected", what, place.ledger, place.shard, position)


def out_of_sequence(place: Place, position: int, stream: str, version: int, expected: int) -> Difference:
    """The difference that an entry is not the next version of its stream."""
    what = f"At position {position} stands version {version} of the stream {stream}, where {expected} would be next."
    return Difference(place.other, "out_of_sequence", what, place.ledger, place.shard, position)


def moved(difference: Difference, elsewhere: int | None) -> Difference:
    """The difference with, added to its words, where the copy has the entry that the other side shows there."""
    if elsewhere is None or elsewhere == difference.position:
        return difference
    what = f"{difference.what} What stands there is the entry that the copy has at position {elsewhere}."
    return Difference(
        *(difference.phase, difference.kind, what, difference.ledger, difference.shard, difference.position),
        event=difference.event,
        members=difference.members,
    )


def shown_id(difference: Difference) -> str | None:
    """The id that the other side shows in place of the copy's, where the ids differ and it is one at all."""
    shown = next((member.elsewhere for member in difference.members if member.name == "id"), None)
    return shown if shown is not None and is_id(shown) else None


@dataclass(slots=True)
class Track:
    """Follows one partition record by record: each expected position once in order, repeats allowed.

    `expected` ascends: a range for a whole shard, the positions of one owner otherwise.
    """

    expected: Sequence[int]
    at: int = 0

    def follow(self, position: int) -> Sequence[int]:
        """Take the next record's position; the expected ones that should have come before it and did not."""
        index = bisect_left(self.expected, position, lo=self.at)
        skipped = self.expected[self.at : index]
        if index < len(self.expected) and self.expected[index] == position:
            index += 1
        self.at = max(self.at, index)
        return skipped

    def left(self) -> Sequence[int]:
        """The expected positions that have not come."""
        return self.expected[self.at :]


def rows_of(positions: Sequence[int]) -> list[tuple[int, int]]:
    """Positions as rows of (first, last) that follow each other; a range is not walked through."""
    if isinstance(positions, range):
        return [(positions[0], positions[-1])] if positions else []
    return _in_rows(positions)


def _in_rows(positions: Sequence[int]) -> list[tuple[int, int]]:
    rows: list[tuple[int, int]] = []
    for position in positions:
        if rows and position == rows[-1][1] + 1:
            rows[-1] = (rows[-1][0], position)
        else:
            rows.append((position, position))
    return rows


def _differing(ours: Telling, theirs: Telling) -> tuple[Member, ...]:
    members = [
        Member(name, _text(mine), _text(other))
        for name, mine, other in zip(MEMBERS, ours.envelope, theirs.envelope, strict=True)
        if mine != other or type(mine) is not type(other)
    ]
    if ours.body != theirs.body:
        members.append(Member("body", ours.body, theirs.body))
    if ours.request_digest != theirs.request_digest:
        members.append(Member("request_digest", ours.request_digest, theirs.request_digest))
    if ours.envelope != theirs.envelope:
        members.append(Member("leaf", ours.leaf(), theirs.leaf()))
    return tuple(members)


def _unsound(place: Place, position: int, ours: Telling) -> list[Difference]:
    """Whether the entry's owner has its entries in this shard at all."""
    tenant, owner = ours.envelope[TENANT], ours.envelope[OWNER]
    if place.ledger == "evidence" and _home(str(tenant), str(owner)) != place.shard:
        what = f"The entry at position {position} is of the owner {owner}, whose entries do not lie in this shard."
    elif place.ledger == "definitions" and _definitions_owner(str(tenant), str(ours.envelope[STREAM])) != owner:
        what = f"The entry at position {position} is of the owner {owner}, to whom its stream does not belong."
    else:
        return []
    return [_located(place, "wrong_shard", what, ours)]


@lru_cache(maxsize=65_536)
def _home(tenant: str, owner: str) -> int | None:
    return shard_of(tenant, owner) if is_id(tenant) and is_id(owner) else None


def _definitions_owner(tenant: str, stream: str) -> str | None:
    return definitions_owner(tenant, stream) if is_id(tenant) else None


def _located(place: Place, kind: Kind, what: str, ours: Telling, members: tuple[Member, ...] = ()) -> Difference:
    """The difference at an entry of the copy, which its words name."""
    event, position = str(ours.envelope[ID]), ours.envelope[POSITION]
    assert isinstance(position, int)
    named = f"{what} There the copy has {str(ours.envelope[TYPE]).removeprefix(TYPE_PREFIX)} {event}."
    return Difference(place.other, kind, named, place.ledger, place.shard, position, event=event, members=members)


def _text(value: object) -> str | None:
    """What was told, in a form that can be kept: what is forged may be long, or hold what no database takes."""
    return None if value is None else str(value)[:200].replace("\x00", "\ufffd")
