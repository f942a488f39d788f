"""What a teacher and a learner are shown of redos: whole ids, whose turn it is, and one sentence on what comes next."""

import io
from typing import Any

from rich.console import Console

from cli.redoing import print_own, print_waiting

ID, OTHER, REF = "1bf92816-4233-5478-966c-97c628b5cbd0", "34fd0566-67cb-5b21-b604-963f2f184c19", "ab" * 32
SECOND = "5e5b674b-7140-59c1-9f85-d588cc8e9019"


def begun(**more: Any) -> dict[str, Any]:
    named = {"id": ID, "learner": OTHER, "competency": OTHER, "code": "art.composition", "version": 3, "anew": False}
    return {**named, "waits_for": "conference", "missing": ["conference"], "next": "Next, talk it over.", **more}


def shown(console: Console) -> list[str]:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def test_who_waits_for_the_teacher_is_told_in_the_order_of_the_answer() -> None:
    console = Console(width=80, file=io.StringIO(), highlight=False)
    opening = begun(id=SECOND, waits_for="opening", missing=[], anew=True, waiting_seconds=3_600 * 30)
    print_waiting([begun(waiting_seconds=3_600 * 50), opening], console)
    lines = shown(console)
    assert all(len(line) <= 80 for line in lines)
    first, second = (next(n for n, line in enumerate(lines) if id_ in line) for id_ in (ID, SECOND))
    assert first < second
    assert lines[first].startswith("2 d 2 h")
    assert lines[second].startswith("1 d 6 h")
    assert "opening, anew" in lines[second]


def test_a_learner_is_told_what_to_relearn_and_what_comes_next() -> None:
    console = Console(width=80, file=io.StringIO(), highlight=False)
    gap = [{"competency": ID, "code": "art.size"}]
    relearn = {"criterion": "composition", "feedback_ref": REF, "work": OTHER, "first": gap, "find_out": []}
    print_own([begun(relearn=relearn), begun(waits_for="over", relearn=relearn)], console)
    assert [line.strip() for line in shown(console)] == [
        f"art.composition  redo {ID}  version 3",
        "The most room to grow: composition.",
        f"What was said of it: ./ascertain reveal {REF}",
        f"Feedback on its versions: ./ascertain work show {OTHER}",
        "First: art.size.",
        "Next, talk it over.",
        f"art.composition  redo {ID}  version 3",
        "Next, talk it over.",
    ]
