"""Given what is known, when evidence is handed in, then this command or this refusal."""

from collections.abc import Mapping
from typing import Any, get_args

import pytest

from services.evidence.domain.commands import Command, Guard
from services.evidence.domain.errors import Gone, Invalid, NotFound, Refusal
from services.evidence.domain.judging import KINDS, MAX_AHEAD, Body, Known
from services.evidence.domain.pieces import EVIDENCE
from services.evidence.domain.plain_attempts import PlainAttempt
from services.evidence.domain.recording import Item, decide_record, text_of, with_text
from shared.contracts.bodies import AttemptRecorded, RubricScored
from shared.contracts.events import EVENTS
from shared.contracts.pieces import ObservationRecorded, PriorMasteryAttested, ReflectionRecorded
from shared.ledger.canonical import parse
from tests.support.pure_district import (
    AMARA,
    BAO,
    FIRST,
    NOW,
    RUBRIC,
    SECOND,
    SYMBOLS,
    TEACHER,
    TENANT,
    THEME,
    THESIS,
    WORK,
)

RESULT = {"competency": THEME, "earned": "3", "possible": "4"}
BY_RUBRIC = {"competency": THEME, "criterion": "thesis", "earned": "2.5", "possible": "4"}


def known(**more: Any) -> Known:
    return Known(**{"learners": {AMARA}, "competencies": {THEME}, "rubrics": {}, "pieces": {}, **more})


def attempt(**more: Any) -> AttemptRecorded:
    return AttemptRecorded.model_validate({"learner": AMARA, "purpose": "practice", "results": [RESULT], **more})


def scoring(**more: Any) -> RubricScored:
    result = {**BY_RUBRIC, **more}
    return RubricScored.model_validate({"learner": AMARA, "purpose": "practice", "rubric": RUBRIC, "results": [result]})


def observation(**more: Any) -> ObservationRecorded:
    return ObservationRecorded.model_validate({"learner": AMARA, "purpose": "practice", "results": [RESULT], **more})


def reflection(**more: Any) -> ReflectionRecorded:
    return ReflectionRecorded.model_validate({"learner": AMARA, "ratings": [RESULT], **more})


def attestation(**more: Any) -> PriorMasteryAttested:
    body = {"learner": AMARA, "basis": "transfer", "purpose": "performance", "results": [RESULT], **more}
    return PriorMasteryAttested.model_validate(body)


def when(
    body: Body,
    given: Known | None = None,
    *,
    earlier: Mapping[str, str] | None = None,
    occurred_at: int = NOW,
    actor: str = TEACHER,
    text: str | None = None,
) -> Command:
    item = Item(SECOND, occurred_at, body, text)
    return decide_record(item, earlier or {}, known=given or known(), tenant=TENANT, actor=actor, now=NOW)


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


@pytest.mark.parametrize("body", [observation(), reflection(), attestation()])
def test_so_does_every_other_kind_of_evidence(body: Body) -> None:
    command = when(body)
    [event] = command.events
    assert event.type == f"ascertain.{type(body).__name__}"
    assert (event.owner, event.stream) == (AMARA, f"evidence/{SECOND}")
    assert command.guards == (Guard(AMARA, f"learner/{AMARA}", "open"),)


def test_the_tables_of_evidence_speak_of_every_kind() -> None:
    kinds = {name for name, contract in EVENTS.items() if contract.stream is EVENTS["AttemptRecorded"].stream}
    assert (
        kinds - {"AudienceTallied"} == EVIDENCE == {body.__name__ for body in get_args(Body)}
    )  # nobody records that one
    assert KINDS.keys() == {*get_args(Body), PlainAttempt}
    assert KINDS[PlainAttempt] == KINDS[AttemptRecorded]
    for body in get_args(Body):
        kind = KINDS[body]
        members = {member for member in (kind.results, kind.earlier, kind.work, kind.rubric, kind.text) if member}
        told_of = {"results", "ratings", "redo_of", "evidence", "work", "rubric"}
        assert members == {name for name in body.model_fields if name in told_of or name.endswith("_ref")}


@pytest.mark.parametrize("body", [attempt(learner=BAO), observation(learner=BAO), attestation(learner=BAO)])
def test_for_a_learner_who_is_not_the_callers_there_is_none(body: Body) -> None:
    told = refusal(body)
    assert isinstance(told, NotFound)
    assert told.field == "/body/learner"


def test_who_recorded_for_a_learner_is_told_that_she_is_forgotten() -> None:
    told = refusal(attempt(learner=BAO), known(forgotten={BAO}))
    assert (type(told), told.field) == (Gone, "/body/learner")


def test_a_learner_reflects_herself_and_on_nobody_else() -> None:
    nobody = known(learners=())
    assert when(reflection(), nobody, actor=AMARA).actor == AMARA
    assert isinstance(refusal(reflection(), nobody, actor=BAO), NotFound)
    for body in (attempt(), observation(), attestation()):
        assert isinstance(refusal(body, nobody, actor=AMARA), NotFound)


def test_a_reflection_says_something() -> None:
    silent = ReflectionRecorded.model_construct(learner=AMARA, ratings=())
    told = refusal(silent)
    assert (type(told), told.field) == (Invalid, "/texts/text")
    assert when(silent, text="I looked at it again.")


@pytest.mark.parametrize(
    ("body", "member"), [(attempt, "results"), (observation, "results"), (attestation, "results"),
                         (reflection, "ratings")]
)  # fmt: skip
def test_the_first_unknown_competency_is_named(body: Any, member: str) -> None:
    results = [{"competency": one, "earned": "1", "possible": "1"} for one in (THEME, SYMBOLS)]
    told = refusal(body(**{member: results}))
    assert (type(told), told.field) == (Invalid, f"/body/{member}/1/competency")


def test_five_minutes_ahead_are_taken_and_no_more() -> None:
    assert when(attempt(), occurred_at=NOW + MAX_AHEAD)
    assert refusal(attempt(), occurred_at=NOW + MAX_AHEAD + 1).field == "/occurred_at"


def test_a_scoring_by_a_published_rubric_stands() -> None:
    assert when(scoring(), known(rubrics={RUBRIC: {"thesis": THESIS}}))
    assert when(observation(rubric=RUBRIC, results=[BY_RUBRIC]), known(rubrics={RUBRIC: {"thesis": THESIS}}))


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
    given = known(rubrics={RUBRIC: {"thesis": THESIS}})
    assert refusal(scoring(**more), given).field == f"/body/results/0/{field}"
    observed = observation(rubric=RUBRIC, results=[{**BY_RUBRIC, **more}])
    assert refusal(observed, given).field == f"/body/results/0/{field}"


def test_an_unpublished_rubric_is_no_rubric() -> None:
    assert refusal(scoring()).field == "/body/rubric"
    assert refusal(observation(rubric=RUBRIC, results=[BY_RUBRIC])).field == "/body/rubric"


def test_a_redo_of_a_recorded_piece_needs_no_further_guard() -> None:
    command = when(attempt(redo_of=FIRST), known(pieces={FIRST: AMARA}))
    assert len(command.guards) == 1


@pytest.mark.parametrize("body", [attempt(redo_of=FIRST), observation(redo_of=FIRST), reflection(evidence=FIRST)])
def test_what_names_an_earlier_item_is_guarded_by_it(body: Body) -> None:
    command = when(body, earlier={FIRST: AMARA})
    assert command.guards[1:] == (Guard(AMARA, f"evidence/{FIRST}", "open"),)


@pytest.mark.parametrize(
    ("given", "earlier", "named"),
    [
        (known(), {}, FIRST),
        (known(pieces={FIRST: BAO}), {}, FIRST),
        (known(pieces={FIRST: BAO}), {FIRST: AMARA}, FIRST),
        (known(), {FIRST: BAO}, FIRST),
        (known(), {SECOND: AMARA}, SECOND),
    ],
    ids=["of nothing", "of another's", "of another's that stands earlier", "of another's item", "of itself"],
)
def test_a_redo_of_anything_else_is_refused(given: Known, earlier: dict[str, str], named: str) -> None:
    assert refusal(attempt(redo_of=named), given, earlier=earlier).field == "/body/redo_of"
    assert refusal(reflection(evidence=named), given, earlier=earlier).field == "/body/evidence"


@pytest.mark.parametrize("body", [attempt(work=WORK), observation(work=WORK), reflection(work=WORK)])
def test_a_work_that_is_named_was_started_with_this_learner(body: Body) -> None:
    assert when(body, known(works={WORK: (BAO, AMARA)}))
    for works in ({}, {WORK: (BAO,)}):
        told = refusal(body, known(works=works))
        assert (type(told), told.field) == (Invalid, "/body/work")


def test_a_text_is_kept_under_its_learner_and_referred_to_by_its_member() -> None:
    for body, member in ((scoring(), "feedback_ref"), (observation(), "note_ref"), (reflection(), "text_ref"),
                         (attestation(), "note_ref")):  # fmt: skip
        item = Item(SECOND, NOW, body, "Well seen.")
        text = text_of(item)
        assert text is not None
        assert (text.owner, text.event, text.field, text.text) == (AMARA, SECOND, member, "Well seen.")
        command = when(body, known(rubrics={RUBRIC: {"thesis": THESIS}}), text="Well seen.")
        [event] = with_text(command, item, "b" * 64, tenant=TENANT).events
        assert parse(event.body) == {**body.model_dump(mode="json", exclude_none=True), member: "b" * 64}
    assert text_of(Item(SECOND, NOW, attempt())) is None
