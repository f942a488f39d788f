"""Ordering what a source gave: against the plainest possible account of what is new and what is missing."""

from hypothesis import given
from hypothesis import strategies as st

from shared.ledger.entry import Entry
from shared.runtime.runs import Gap, Run, runs


def entry(position: int) -> Entry:
    return Entry("evidence", 0, position, 1, "t", "o", "s", 1, "i", "ty", "sc", 0, 0, "a", b"{}")


@given(begin=st.integers(0, 20), positions=st.lists(st.integers(1, 40), max_size=60), longest=st.integers(1, 10))
def test_runs_and_gaps_cover_each_new_position_once_in_order(begin: int, positions: list[int], longest: int) -> None:
    steps = list(runs(begin, [entry(position) for position in positions], longest))
    covered: list[int] = []
    for step in steps:
        match step:
            case Run(entries):
                assert 1 <= len(entries) <= longest
                covered += [each.position for each in entries]
            case Gap(after, before):
                covered += range(after + 1, before)
    taken = [each.position for step in steps if isinstance(step, Run) for each in step.entries]
    assert covered == list(range(begin + 1, max([begin, *positions]) + 1))
    assert taken == _rising(begin, positions)


def _rising(begin: int, positions: list[int]) -> list[int]:
    """Those that are greater than all before them, which is all that a consumer may take from a stream."""
    taken: list[int] = []
    for position in positions:
        if position > max([begin, *taken]):
            taken.append(position)
    return taken
