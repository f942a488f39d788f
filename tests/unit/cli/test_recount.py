"""Counting again: what was counted well is found so, and whatever is changed afterwards is found out."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.recount import counted_again
from shared.ledger.canonical import canonical
from shared.ledger.identifiers import digest
from tests.support.exhibited import BEST, FAIR, ExhibitionWriter, commitment, held, rating, sealed
from tests.support.ledger_writer import named

POSTER, SCHOOL = named("poster"), named("school")
ASKED = (BEST, rating(POSTER))
WELL = f"well/{POSTER}"
MANY = [("family", {"best": "boxer", WELL: "2"})] * 5 + [("staff", {"best": "clover", WELL: "3"})] * 6
Entries = list[dict[str, Any]]


def told(
    votes: Sequence[tuple[str, Mapping[str, str]]], change: Callable[[Entries], object] = len
) -> tuple[str, list[str]]:
    """What a recount of an exhibition with these votes says, after a change to its entries; and what differs."""
    writer = ExhibitionWriter()
    writer.plan(FAIR, [POSTER], SCHOOL)
    writer.open(FAIR, ASKED)
    held(writer, FAIR, votes, asked=ASKED)
    change(writer.entries)
    lines, faults = counted_again(FAIR, [record(entry, n) for n, entry in enumerate(writer.entries, start=1)])
    return "\n".join(lines), faults


def record(entry: Mapping[str, Any], position: int) -> tuple[dict[str, str], bytes]:
    value = canonical(entry["body"])
    headers = {"ce_type": entry["envelope"]["type"], "ce_position": str(position), "ce_bodydigest": digest(value)}
    return headers, value


def of(entries: Entries, name: str) -> list[dict[str, Any]]:
    return [entry for entry in entries if entry["envelope"]["type"] == f"ascertain.{name}"]


def test_what_was_counted_well_differs_in_nothing() -> None:
    lines, faults = told(MANY)
    assert faults == []
    assert "11 ballots were issued, 11 voted." in lines
    assert "best, all: boxer 5, clover 6; 0 blank" in lines
    assert "best, staff: boxer 0, clover 6; 0 blank" in lines
    assert f"well/{POSTER}, family: 1 0, 2 5, 3 0; 0 blank" in lines


def test_where_the_key_was_not_published_it_says_what_cannot_be_counted_and_why() -> None:
    lines, faults = told(MANY[:7])
    assert faults == []
    assert "7 ballots were issued, 7 voted." in lines
    assert "Not recounted: of some role fewer than five answered" in lines


def _forged(change: Callable[[dict[str, Any]], object]) -> Callable[[Entries], object]:
    return lambda entries: change(of(entries, "TallyPublished")[0]["body"])


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda told: told["tallied"][0]["counts"][0].update(count=9), "best: what"),
        (lambda told: told["tallied"][0].update(abstained=7), "best: what"),
        (lambda told: told["tallied"][0]["counts"].pop(), "best: what"),
        (lambda told: told["tallied"].append({**told["tallied"][0], "role": "staff"}), "Its rows"),
        (lambda told: told["tallied"].append(told["tallied"][0]), "Its rows"),
        (lambda told: told["tallied"].pop(), "Its rows"),
    ],
)
def test_a_tally_without_its_key_must_still_agree_with_itself(
    change: Callable[[dict[str, Any]], object], found: str
) -> None:
    votes = [*MANY[:6], ("family", {"best": "clover"})]
    lines, faults = told(votes, _forged(change))
    assert any(found in fault for fault in faults), faults
    assert "Not recounted" in lines


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["family", "staff"]),
            st.fixed_dictionaries(
                {}, optional={"best": st.sampled_from(["boxer", "clover"]), WELL: st.sampled_from(["1", "2", "3"])}
            ),
        ),
        max_size=40,
    )
)
@settings(max_examples=40, deadline=None)
def test_two_who_count_apart_come_to_the_same(votes: Sequence[tuple[str, Mapping[str, str]]]) -> None:
    assert told(votes)[1] == []


def _swap_counts(entries: Entries) -> None:
    first, second = of(entries, "TallyPublished")[0]["body"]["tallied"][0]["counts"]
    first["count"], second["count"] = second["count"], first["count"]


def _vote_late(entries: Entries) -> None:
    entries.insert(-1, entries.pop(entries.index(of(entries, "ExhibitionVoteCast")[0])))


def _vote_twice(entries: Entries) -> None:
    again = json.loads(json.dumps(of(entries, "ExhibitionVoteCast")[0]))
    again["body"]["sealed"] = sealed(FAIR, 0, {"best": "clover"})
    entries.insert(entries.index(of(entries, "ExhibitionClosed")[0]), again)


def _unissued(entries: Entries) -> None:
    entries.remove(of(entries, "BallotIssued")[0])


def _other_key(entries: Entries) -> None:
    of(entries, "ExhibitionOpened")[0]["body"]["commitment"] = commitment(FAIR, bytes(32))


def _sealed_otherwise(entries: Entries) -> None:
    of(entries, "ExhibitionVoteCast")[0]["body"]["sealed"] = sealed(FAIR, 0, {"best": "boxer"}, key=bytes(32))


def _not_asked(entries: Entries) -> None:
    of(entries, "ExhibitionVoteCast")[0]["body"]["sealed"] = sealed(FAIR, 0, {"best": "napoleon", WELL: "2"})


def _shorter(entries: Entries) -> None:
    of(entries, "ExhibitionVoteCast")[0]["body"]["sealed"] = sealed(FAIR, 0, MANY[0][1], length=190)


def _vote_lost(entries: Entries) -> None:
    entries.remove(of(entries, "ExhibitionVoteCast")[0])


def _other_role(entries: Entries) -> None:
    of(entries, "BallotIssued")[0]["body"]["role"] = "staff"


def _no_tally(entries: Entries) -> None:
    entries.pop()


def _closed_twice(entries: Entries) -> None:
    entries.insert(-1, of(entries, "ExhibitionClosed")[0])


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (_swap_counts, "best, all: published was"),
        (_vote_late, "is not between the opening and the close"),
        (_vote_twice, "that voted before"),
        (_unissued, "never issued"),
        (_other_key, "committed to"),
        (_sealed_otherwise, "does not open"),
        (_not_asked, "by napoleon, which was not asked"),
        (_shorter, "not of one length"),
        (_vote_lost, "11 voted"),
        (_other_role, "best, family: published was"),
        (_no_tally, "no TallyPublished"),
        (_closed_twice, "a second ExhibitionClosed"),
    ],
)
def test_whatever_is_changed_afterwards_is_found(change: Callable[[Entries], None], found: str) -> None:
    _, faults = told(MANY, change)
    assert any(found in fault for fault in faults), faults


def test_a_body_that_its_digest_is_not_of_is_found() -> None:
    writer = ExhibitionWriter()
    writer.plan(FAIR, [], SCHOOL)
    headers, value = record(writer.entries[0], 1)
    _, faults = counted_again(FAIR, [({**headers, "ce_bodydigest": "0" * 64}, value)])
    assert "What stands at position 1 is not what its digest is of." in faults


def test_a_key_that_should_have_been_kept_is_found() -> None:
    def reveal(entries: Entries) -> None:
        of(entries, "TallyPublished")[0]["body"]["key"] = bytes(range(32)).hex()

    _, faults = told(MANY[:7], reveal)
    assert any("the key is published, though few answered" in fault for fault in faults)
