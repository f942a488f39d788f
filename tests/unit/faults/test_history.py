"""The judge of histories: it explains what a register may answer, and finds what it may not."""

from typing import Any

import pytest

from tests.support.history import unexplained


def line(id_: str, call: int, returned: int, **more: Any) -> dict[str, Any]:
    """A void of one stream, decided on version 1, that was appended as version 2 unless `more` says otherwise."""
    said = {"stream": "evidence/1", "operation": "void", "expected": 1, "outcome": "ok", "version": 2}
    return {"client": "x/0", "process": 0, "id": id_, "call": call, "return": returned, **said, **more}


MADE = line("a", 0, 1, operation="record", expected=0, version=1)


@pytest.mark.parametrize(
    "lines",
    [
        [MADE, line("b", 2, 5), line("c", 3, 4, outcome="fail", version=2)],
        [MADE, line("b", 2, 5), line("b", 6, 7)],  # sent again: the same receipt
        [MADE, line("b", 2, 9, outcome="unknown", version=None), line("c", 3, 4, outcome="fail", version=2)],
        [MADE, line("b", 2, 3, outcome="unknown", version=None), line("c", 8, 9)],  # it never happened
        [MADE, line("b", 2, 5, outcome="fail", version=None), line("c", 3, 6)],
    ],
)
def test_what_a_register_may_answer_is_explained(lines: list[dict[str, Any]]) -> None:
    assert unexplained(lines) is None


@pytest.mark.parametrize(
    "lines",
    [
        [MADE, line("b", 2, 3), line("c", 4, 5)],  # two decisions on the same version
        [MADE, line("b", 2, 3, version=3)],  # a version skipped
        [MADE, line("b", 2, 3, outcome="fail", version=2)],  # refused, and nobody had decided
        [MADE, line("b", 4, 5), line("c", 2, 3, outcome="fail", version=2)],  # refused for what came only later
        [MADE, line("b", 2, 3), line("b", 4, 5, version=3)],  # doubled
        [line("b", 2, 3)],  # decided on what is not there
    ],
)
def test_what_no_register_answers_is_found(lines: list[dict[str, Any]]) -> None:
    assert unexplained(lines) == "evidence/1"
