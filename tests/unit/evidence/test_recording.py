"""Given what is known, when evidence is handed in, then this command or this refusal."""

from collections.abc import Mapping
from typing import Any

import pytest

from services.evidence.domain.commands import Command, Guard
from services.evidence.domain.errors import Invalid, NotFound, Refusal
from services.evidence.domain.recording import MAX_AHEAD, Item, Known, decide_record
from shared.contracts.bodies import AttemptRecorded, RubricScored
from shared.contracts.documents import Criterion, RubricLevel
from shared.ledger.canonical import parse

TENANT = "5f0c6c0e-2d0b-4b55-9a53-0a2f6b1e7a01"
TEACHER, AMARA, BAO, THEME, SYMBOLS, FIRST, SECOND = (f"{n}0000000-0000-4000-8000-000000000000" for n in range(1, 8))
NOW = 1_790_000_000_000
RUBRIC = "a" * 64

THESIS = Criterion(
    code="thesis",
    title="Thesis",
    competencies=(THEME,),
    possible="4",
    levels=tuple(RubricLevel(earned=str(n), title=f"Level {n}", descriptor="So.") for n in (1, 2.5, 4)),
)


def known(**more: Any) -> Known:
    return Known(**{"learners": {AMARA}, "competencies": {THEME}, "rubrics": {}, "pieces": {}, **more})


def attempt(**more: Any) -> AttemptRecorded:
    result = {"competency": THEME, "earned": "3", "possible": "4"}
    return AttemptRecorded.model_validate({"learner": AMARA, "purpose": "practice", "results": [result], **more})


def scoring(**more: Any) -> RubricScored:
    result = {"competency": THEME, "criterion": "thesis", "earned": "2.5", "possible": "4", **more}
    return RubricScored.model_validate({"learner": AMARA, "purpose": "practice", "rubric": RUBRIC, "results": [result]})


def when(
    body: AttemptRecorded | RubricScored,
    given: Known | None = None,
    *,
    earlier: Mapping[str, str] | None = None,
    occurred_at: int = NOW,
) -> Command:
    item = Item(SECOND, occurred_at, body)
    return decide_record(item, earlier or {}, known=given or known(), tenant=TENANT, actor=TEACHER, now=NOW)


def refusal(*arguments: Any, **more: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        when(*arguments, **more)
    return caught.value


def test_an_attempt_becomes_one_event_guarded_by_its_learner() -> None:
    command = when(attempt())
    [event] = command.events
    assert (command.id, command.actor, command.ledger) == (SECOND, TEACHER, "evidence")
    assert (event.type, event.schema) == ("ascertain.AttemptRecorded", "urn:ascertain:AttemptRecorded:1")
    assert (event.owner, event.stream, event.occurred_at) == (AMARA, f"evidence/{SECOND}", NOW)
    assert parse(event.body) == attempt().model_dump(mode="json", exclude_none=True)
    assert command.guards == (Guard(AMARA, f"learner/{AMARA}", "open"),)
    assert not command.expects


def test_for_a_learner_who_is_not_the_callers_there_is_none() -> None:
    told = refusal(attempt(learner=BAO))
    assert isinstance(told, NotFound)
    assert told.field == "/body/learner"


def test_the_first_unknown_competency_is_named() -> None:
    results = [{"competency": one, "earned": "1", "possible": "1"} for one in (THEME, SYMBOLS)]
    told = refusal(attempt(results=results))
    assert (type(told), told.field) == (Invalid, "/body/results/1/competency")


def test_five_minutes_ahead_are_taken_and_no_more() -> None:
    assert when(attempt(), occurred_at=NOW + MAX_AHEAD)
    assert refusal(attempt(), occurred_at=NOW + MAX_AHEAD + 1).field == "/occurred_at"


def test_a_scoring_by_a_published_rubric_stands() -> None:
    assert when(scoring(), known(rubrics={RUBRIC: {"thesis": THESIS}}))


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"criterion": "style"}, "criterion"),
        ({"competency": SYMBOLS}, "competency"),
        ({"earned": "3"}, "earned"),
        ({"possible": "5"}, "possible"),
    ],
)
def test_a_scoring_that_does_not_fit_its_rubric_is_told_what_would(more: dict[str, str], field: str) -> None:
    told = refusal(scoring(**more), known(rubrics={RUBRIC: {"thesis": THESIS}}))
    assert told.field == f"/body/results/0/{field}"


def test_an_unpublished_rubric_is_no_rubric() -> None:
    assert refusal(scoring()).field == "/body/rubric"


def test_a_redo_of_a_recorded_piece_needs_no_further_guard() -> None:
    command = when(attempt(redo_of=FIRST), known(pieces={FIRST: AMARA}))
    assert len(command.guards) == 1


def test_a_redo_of_an_earlier_item_is_guarded_by_it() -> None:
    command = when(attempt(redo_of=FIRST), earlier={FIRST: AMARA})
    assert command.guards[1:] == (Guard(AMARA, f"evidence/{FIRST}", "open"),)


@pytest.mark.parametrize(
    ("given", "earlier", "redo_of"),
    [
        (known(), {}, FIRST),
        (known(pieces={FIRST: BAO}), {}, FIRST),
        (known(pieces={FIRST: BAO}), {FIRST: AMARA}, FIRST),
        (known(), {FIRST: BAO}, FIRST),
        (known(), {SECOND: AMARA}, SECOND),
    ],
    ids=["of nothing", "of another's", "of another's that stands earlier", "of another's item", "of itself"],
)
def test_a_redo_of_anything_else_is_refused(given: Known, earlier: dict[str, str], redo_of: str) -> None:
    assert refusal(attempt(redo_of=redo_of), given, earlier=earlier).field == "/body/redo_of"


def test_feedback_that_is_kept_nowhere_is_not_referred_to() -> None:
    body = scoring().model_copy(update={"feedback_ref": "b" * 64})
    told = refusal(body, known(rubrics={RUBRIC: {"thesis": THESIS}}))
    assert (type(told), told.field) == (Invalid, "/body/feedback_ref")
