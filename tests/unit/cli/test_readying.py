"""What comes next, and who is ready, in words that people read."""

from typing import Any

from rich.console import Console

from cli.readying import show_next, show_readiness, standing

RATIO: dict[str, Any] = {"competency": "r", "code": "7.rp.2", "status": "slipped"}
LINES: dict[str, Any] = {"competency": "l", "code": "8.ee.5", "status": "mastered"}
PLACED = {"event": "e", "kind": "diagnostic", "occurred_at": "2026-08-24T09:00:00.000Z", "reaches": False}


def shown(show: Any, *answer: Any) -> str:
    console = Console(width=200, highlight=False)
    with console.capture() as capture:
        show(console, *answer)
    return " ".join(capture.get().split())


def test_the_next_steps_and_what_is_flagged() -> None:
    step = {**RATIO, "statement": "Sees proportions.", "opens": 3, "by": [], "flagged_by": []}
    answer = {"next": [step], "ready": 4, "flagged": [{**LINES, "flagged_by": [RATIO]}]}
    said = shown(show_next, answer)
    assert "3 7.rp.2 Sees proportions. slipped" in said
    assert "… and 3 more." in said
    assert "8.ee.5 (mastered) rests on 7.rp.2: slipped since, look at it again. Its own level stands." in said
    assert "nothing that she is known to be ready for" in shown(show_next, {"next": [], "ready": 0, "flagged": []})


def test_a_section_by_competency() -> None:
    lacking = {"learner": "b", "because": [RATIO], "first": [RATIO], "find_out": []}
    unknown = {"learner": "c", "because": [{**RATIO, "status": "no_evidence"}], "first": [], "find_out": [RATIO]}
    shown_by = {**RATIO, "status": "no_evidence", "source": {**PLACED, "reaches": True}}
    ready = [{"learner": "a", "status": "no_evidence", "by": [shown_by]}]
    item = {"code": "8.ee.5", "statement": "Lines [sic].", "ready": ready, "not_ready": [lacking], "unknown": [unknown]}
    said = shown(show_readiness, {"items": [item]}, {"a": "Amara"})
    assert said == (
        "8.ee.5 Lines [sic]. ready Amara no evidence; 7.rp.2 no evidence (diagnostic, 2026-08-24: holds) "
        "not ready b 7.rp.2 slipped; begin with 7.rp.2 "
        "not known c 7.rp.2 no evidence; find out 7.rp.2"
    )


def test_what_speaks_beside_the_level_is_named() -> None:
    one = {**RATIO, "status": "no_evidence", "source": PLACED}
    assert standing(one) == "no evidence (diagnostic, 2026-08-24: does not hold)"
    attested = {**PLACED, "kind": "attested", "reaches": True}
    assert standing({**one, "source": attested}) == "no evidence (prior mastery attested, 2026-08-24: holds)"
