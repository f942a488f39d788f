"""A list goes on where a page before said, and from nowhere else."""

import re

import pytest

from shared.runtime.paging import place_after
from shared.runtime.problems import Problem

WRITTEN = re.compile(r"([0-9]+):([a-z]+)", re.ASCII)


def test_what_a_page_said_is_read_and_the_first_page_is_after_nothing() -> None:
    match = place_after("7:amara", WRITTEN)
    assert match is not None
    assert match.groups() == ("7", "amara")
    assert place_after(None, WRITTEN) is None


@pytest.mark.parametrize("said", ["", "7", "7:", ":amara", "7:amara\n", "x7:amara", "7:amara:8", "٧:amara"])
def test_whatever_else_is_sent_is_refused_and_named(said: str) -> None:
    with pytest.raises(Problem) as refused:
        place_after(said, WRITTEN)
    assert (refused.value.status, refused.value.field) == (422, "after")
