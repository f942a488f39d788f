"""`docs/guarantees.md` promises only what a test tries: every test that it names exists."""

import re
from pathlib import Path

import pytest

from tests.support.fault_results import BEGIN

TESTS = Path(__file__).parents[1]
PROMISES = (TESTS.parent / "docs" / "guarantees.md").read_text().partition(BEGIN)[0]
ROWS = [line for line in PROMISES.splitlines() if line.startswith("| ") and not line.startswith("| Guarantee")]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[2:60])
def test_every_row_names_tests_that_exist(row: str) -> None:
    names = re.findall(r"`([\w/]+(?:\.py)?(?:::\w+)?)`", row.rsplit("|", 2)[1])
    assert names, "the row names no test"
    for name in names:
        path, _, function = name.partition("::")
        assert (TESTS / path).exists(), f"{path} does not exist"
        assert not function or re.search(rf"def {function}\(", (TESTS / path).read_text()), f"{name} does not exist"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[2:60])
def test_a_row_says_where_a_test_of_its_is_tried_in_the_long_form_alone(row: str) -> None:
    promise, _, names = row.removesuffix("|").strip().rpartition("|")
    for path, function in re.findall(r"`([\w/]+\.py)::(\w+)`", names):
        decorated = re.search(rf"((?:^@.*\n)*)(?:async )?def {function}\(", (TESTS / path).read_text(), re.MULTILINE)
        assert decorated
        assert "mark.long\n" not in decorated[1] or "long form" in promise, f"{function} is marked long"
