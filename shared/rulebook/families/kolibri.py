"""Right answers in a row or nearly: Kolibri's mastery of exercises (RULES.md 6).

Met or not met, so the value is the top of the scale or nothing. An answer is right where all of it was earned.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shared.rulebook.method import Method, ParameterError, Takes, WholeParameter


def m_of_n(values: Sequence[int], *, top: int, m: int, n: int) -> Iterator[int]:
    """After each answer, the top once `m` of the last `n` are right, else nothing."""
    window: deque[bool] = deque(maxlen=n)
    for value in values:
        window.append(value == top)
        yield top if sum(window) >= m else 0


def in_a_row(values: Sequence[int], *, top: int, m: int) -> Iterator[int]:
    """After each answer, the top once the last `m` are right, else nothing."""
    return m_of_n(values, top=top, m=m, n=m)


def _no_more_than_there_are(parameters: Mapping[str, Any]) -> None:
    if parameters["m"] > parameters["n"]:
        raise ParameterError("/m", f"be at most n, {parameters['n']}")


_MOST = 100

KOLIBRI = (
    Method(
        "kolibri.m_of_n@1",
        Takes.VALUES,
        m_of_n,
        formula="the top where m of the last n answers are right, else 0",
        source="Kolibri, m of n (learningequality/kolibri#3763); RULES.md 6",
        why="For practice with many short answers: says plainly when it is enough.",
        words="Mastery is {m} right of the last {n} answers.",
        parameters=(
            WholeParameter("m", 1, _MOST, "how many must be right"),
            WholeParameter("n", 1, _MOST, "of how many of the newest; the window is n, never another number"),
        ),
        scale=("top",),
        check=_no_more_than_there_are,
    ),
    Method(
        "kolibri.in_a_row@1",
        Takes.VALUES,
        in_a_row,
        formula="the top where the last m answers are right, else 0",
        source="Kolibri (kolibri-docs#99); RULES.md 6",
        why="The plainest rule there is. One slip starts the count anew.",
        words="Mastery is {m} right answers in a row.",
        parameters=(WholeParameter("m", 1, _MOST, "how many in a row"),),
        scale=("top",),
    ),
)
