"""What a learner is told of the check of her record: never that more was compared than was."""

import pytest

from services.audit.flows.read_verified import through


@pytest.mark.parametrize(
    ("last", "first_after", "told"),
    [
        (None, None, None),
        (None, 7, None),
        (5, None, 5),
        (5, 7, 5),
        (5, 5, 4),  # two of one millisecond, and only one of them was compared
    ],
)
def test_what_was_compared_is_told_to_the_millisecond(
    last: int | None, first_after: int | None, told: int | None
) -> None:
    assert through(last, first_after) == told
