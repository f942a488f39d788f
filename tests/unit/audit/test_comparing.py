"""Comparing the copy with another telling: every edit, removal, insertion and swap is found where it is."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.audit.domain.comparing import Place, Track, absent, compare, moved, rows_of, shown_id
from services.audit.domain.telling import Telling, Told, Unreadable, told_by_copy
from shared.ledger.entry import Entry
from shared.ledger.identifiers import shard_of
from tests.support.ledger_writer import TENANT, named

LEARNER = named("a learner")
SHARD = shard_of(TENANT, LEARNER)
PLACE = Place("ledger", "evidence", SHARD)
LENGTH = 12

CHANGES = {
    "actor": named("another"),
    "epoch": 2,
    "id": named("another id"),
    "occurred_at": 1,
    "owner": named("another learner"),
    "position": 99,
    "recorded_at": 1,
    "schema": "urn:ascertain:AttemptRecorded:2",
    "stream": "evidence/other",
    "tenant": named("another district"),
    "type": "ascertain.RubricScored",
    "version": 2,
    "body": b'{"other":true}',
    "request_digest": "0" * 64,
}


def entry(position: int) -> Entry:
    event = named(f"event {position}")
    return Entry(
        *("evidence", SHARD, position, 1, TENANT, LEARNER, f"evidence/{event}", 1, event),
        *("ascertain.AttemptRecorded", "urn:ascertain:AttemptRecorded:1", 1000 + position, 2000 + position, LEARNER),
        b'{"n":%d}' % position,
    )


ENTRIES = {position: entry(position) for position in range(1, LENGTH + 1)}
POSITIONS = range(1, LENGTH + 1)


def tellings(entries: dict[int, Entry]) -> dict[int, Telling]:
    return {position: told_by_copy(one) for position, one in entries.items()}


def test_the_same_is_equal() -> None:
    assert compare(PLACE, POSITIONS, tellings(ENTRIES), tellings(ENTRIES)) == []


@given(st.integers(1, LENGTH), st.sampled_from(sorted(CHANGES)))
def test_an_edit_is_located_and_named(position: int, member: str) -> None:
    edited = ENTRIES | {position: replace(ENTRIES[position], **{member: CHANGES[member]})}  # type: ignore[arg-type]
    [found] = compare(PLACE, POSITIONS, tellings(ENTRIES), tellings(edited))
    assert (found.kind, found.ledger, found.shard, found.position) == ("differs", "evidence", SHARD, position)
    named_ = {one.name for one in found.members}
    beside = {"body": {"body_digest", "leaf"}, "request_digest": set()}.get(member, {"leaf"})
    assert named_ == {member} | beside
    assert member in found.what


@pytest.mark.parametrize("member", ["id", "stream"])
def test_what_no_database_takes_is_told_without_it(member: str) -> None:
    forged = ENTRIES | {3: replace(ENTRIES[3], **{member: "a\x00b"})}  # type: ignore[arg-type]
    [found] = compare(PLACE, POSITIONS, tellings(ENTRIES), tellings(forged))
    assert [one.elsewhere for one in found.members if one.name == member] == ["a\ufffdb"]
    assert shown_id(found) is None


def test_a_digest_that_is_not_the_bodys_is_named() -> None:
    """The door claims the right digest for another body, or the other way round."""
    lying = told_by_copy(ENTRIES[3])._replace(body="f" * 64)
    [found] = compare(PLACE, POSITIONS, tellings(ENTRIES), tellings(ENTRIES) | {3: lying})
    assert (found.position, {one.name for one in found.members}) == (3, {"body"})


@given(st.sets(st.integers(1, LENGTH), min_size=1), st.booleans())
def test_what_is_missing_is_told_row_by_row(gone: set[int], ledgers: bool) -> None:
    some = {position: one for position, one in tellings(ENTRIES).items() if position not in gone}
    sides = (tellings(ENTRIES), some) if ledgers else (some, tellings(ENTRIES))
    found = compare(PLACE, POSITIONS, sides[0], dict(sides[1]))
    located = [
        position
        for difference in found
        if difference.position is not None
        for position in range(difference.position, (difference.through or difference.position) + 1)
    ]
    assert located == sorted(gone)
    assert all(one.kind == "missing" and ("ledger" if ledgers else "copy") in one.what for one in found)
    assert all(one.through is None or one.position != one.through for one in found)


def test_what_is_missing_on_both_sides_is_told_of_both() -> None:
    assert [one.what for one in compare(PLACE, [4], {}, {})] == [
        "The audit's copy has no entry at position 4.",
        "The ledger has no entry at position 4.",
    ]


@given(st.integers(1, LENGTH), st.integers(1, LENGTH))
def test_a_swap_is_found_at_both_places_and_says_where_each_belongs(one: int, other: int) -> None:
    swapped = ENTRIES | {
        one: replace(ENTRIES[other], position=one),
        other: replace(ENTRIES[one], position=other),
    }
    found = compare(PLACE, POSITIONS, tellings(ENTRIES), tellings(swapped))
    assert {difference.position for difference in found} == (set() if one == other else {one, other})
    home = {entry.id: position for position, entry in ENTRIES.items()}
    for difference in found:
        belongs = home[shown_id(difference) or ""]
        assert f"position {belongs}." in moved(difference, belongs).what


def test_what_cannot_be_read_is_told() -> None:
    broken: dict[int, Told] = {**tellings(ENTRIES), 5: Unreadable("it is torn")}
    [found] = compare(PLACE, POSITIONS, tellings(ENTRIES), broken)
    assert (found.kind, found.position) == ("unreadable", 5)
    assert "it is torn" in found.what


def test_an_owner_in_a_foreign_shard_is_told_even_if_both_sides_agree() -> None:
    stranger = next(named(f"stranger {n}") for n in range(100) if shard_of(TENANT, named(f"stranger {n}")) != SHARD)
    moved_in = ENTRIES | {2: replace(ENTRIES[2], owner=stranger)}
    [found] = compare(PLACE, POSITIONS, tellings(moved_in), dict(tellings(moved_in)))
    assert (found.kind, found.position) == ("wrong_shard", 2)


@given(st.lists(st.integers(1, 20), max_size=60), st.booleans())
def test_a_track_names_each_position_that_did_not_come_in_its_place(came: list[int], sparse: bool) -> None:
    """Against a plain reading: a position is skipped when a later one comes first."""
    expected = [1, 3, 4, 9, 17] if sparse else range(1, 21)
    track, skipped, reached = Track(expected), [], 0
    for position in came:
        skipped += list(track.follow(position))
        reached = max(reached, position)
    plain: list[int] = []
    seen_up_to = 0
    for position in came:
        plain += [one for one in expected if seen_up_to < one < position]
        seen_up_to = max(seen_up_to, position)
    assert skipped == plain
    assert list(track.left()) == [one for one in expected if one > reached]


def test_rows_of_a_range_are_not_walked_through() -> None:
    assert rows_of(range(1, 10**15)) == [(1, 10**15 - 1)]
    assert rows_of(range(0)) == []
    assert rows_of([1, 2, 5, 7, 8]) == [(1, 2), (5, 5), (7, 8)]


def test_the_words_for_what_is_missing() -> None:
    assert absent(PLACE, "copy", 3, 5).what == "The audit's copy has no entries at positions 3 to 5."
    assert absent(Place("topic", "evidence", 1), "topic", 3, 3, before=7).what == (
        "The topic has no entry at position 3 where it belongs, before the record at offset 7."
    )
