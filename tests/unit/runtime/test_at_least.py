"""`at_least=`: what it may say, and the sentence where it says something else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ledger.identifiers import SHARDS
from shared.runtime.freshness import parse_at_least, written
from shared.runtime.shards import Shard, shards_of

PINS = st.dictionaries(st.sampled_from(shards_of("evidence", "definitions")), st.integers(0, 10**15 - 1), min_size=1)


@given(PINS)
def test_pins_are_read_as_they_were_written(pins: dict[Shard, int]) -> None:
    assert parse_at_least(written(pins)) == pins


def test_the_greatest_counts_where_a_shard_stands_twice() -> None:
    assert parse_at_least("evidence:1:5,evidence:1:9,evidence:1:7") == {Shard("evidence", 1): 9}


@pytest.mark.parametrize(
    "text",
    [
        *("", ",", "evidence", "evidence:1", "evidence:1:", "evidence:-1:5", "evidence:01:5", "evidence:1:05"),
        *("evidence:1:-5", "grades:0:1", "evidence:1:5 ", "evidence:1:5,", "Evidence:1:5", "evidence:1:1e3"),
        *("evidence:١:5", "evidence:1:" + "9" * 400),
    ],
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r'must be positions such as "evidence:17:42,definitions:0:7"'):
        parse_at_least(text)


@pytest.mark.parametrize("ledger", ["evidence", "definitions"])
def test_a_shard_must_exist(ledger: str) -> None:
    last = SHARDS[ledger] - 1  # type: ignore[index]
    assert parse_at_least(f"{ledger}:{last}:1")
    with pytest.raises(ValueError, match=f"must name a shard of {ledger} from 0 to {last}"):
        parse_at_least(f"{ledger}:{last + 1}:1")


def test_more_pins_than_there_are_shards_are_refused() -> None:
    with pytest.raises(ValueError, match="at most 65"):
        parse_at_least(",".join(["evidence:1:5"] * 66))
