"""Given a policy, a history and a caller: which judgement, which question and which answer may stand."""

from dataclasses import replace
from typing import Any

import pytest

from services.evidence.domain.commands import Expectation, Guard
from services.evidence.domain.errors import Conflict, Invalid, Refusal
from services.evidence.domain.overriding import (
    ClearOverride,
    OverrideLevel,
    SetLevel,
    check_clear,
    clear_command,
    decide_level,
    learner_of,
    override_command,
)
from services.evidence.domain.reviewing import (
    AnswerReview,
    RequestReview,
    answer_command,
    check_answer,
    review_command,
)
from services.evidence.flows.override_level import override_level
from shared.contracts.bodies import LearnerEnrolled
from shared.contracts.events import EVENTS, encode
from shared.contracts.judgement import LevelOverridden, OverrideCleared, ReviewRequested
from shared.contracts.values import Contract
from shared.ledger.canonical import parse
from shared.ledger.entry import Entry
from shared.rulebook.policy import read_policy
from tests.support import pure_district as pure
from tests.support.ledger_writer import policy_document

TENANT = "5f0c6c0e-2d0b-4b55-9a53-0a2f6b1e7a01"
TEACHER, AMARA, THEME, OVERRIDE, SECOND, CLEARING, REVIEW, OTHER, NORTH = (
    f"{n}0000000-0000-4000-8000-000000000000" for n in range(1, 10)
)
NOW = 1_790_000_000_000
REF = "a" * 64
POLICY = read_policy(policy_document(levels=(("0", "Beginning"), ("2.5", "Secure"))))
STREAM = f"override/{AMARA}/{THEME}"
OPEN = Guard(AMARA, f"learner/{AMARA}", "open")


def entry(body: Contract, id_: str, version: int = 1, *, owner: str = AMARA, actor: str = TEACHER) -> Entry:
    contract = EVENTS[type(body).__name__]
    stream = contract.stream(body, id_)
    return Entry(
        "evidence", 17, 40 + version, 1, TENANT, owner, stream, version, id_, contract.type, contract.schema, NOW, NOW,
        actor, encode(body),
    )  # fmt: skip


def wish(**more: Any) -> OverrideLevel:
    words = {"id": OVERRIDE, "learner": AMARA, "competency": THEME, "level": "Secure", "reason": "So it is."}
    return OverrideLevel(**{**words, "expected_version": None, "occurred_at": None, **more})


def refused(field: str | None, kind: type[Refusal], call: Any) -> Refusal:
    with pytest.raises(kind) as caught:
        call()
    assert caught.value.field == field
    return caught.value


def test_a_level_is_where_the_policy_in_force_begins_it() -> None:
    assert decide_level(wish(), POLICY, now=NOW) == SetLevel(POLICY.digest, "2.5")


def test_a_level_needs_a_policy_that_names_it_and_may_not_lie_ahead() -> None:
    refused("/competency", Invalid, lambda: decide_level(wish(), None, now=NOW))
    told = refused("/level", Invalid, lambda: decide_level(wish(level="Splendid"), POLICY, now=NOW))
    assert "Beginning, Secure" in told.detail
    refused("/occurred_at", Invalid, lambda: decide_level(wish(occurred_at=NOW + 300_001), POLICY, now=NOW))


def test_a_judgement_says_where_the_level_begins_and_refers_to_its_reason() -> None:
    command = override_command(
        wish(expected_version=3, occurred_at=NOW), SetLevel(POLICY.digest, "2.5"), REF, tenant=TENANT, actor=TEACHER
    )
    [event] = command.events
    assert (event.owner, event.stream, event.occurred_at, event.closes) == (AMARA, STREAM, NOW, False)
    assert parse(event.body) == {
        "at": "2.5", "competency": THEME, "learner": AMARA, "policy": POLICY.digest, "reason_ref": REF,
    }  # fmt: skip
    assert (command.expects, command.guards) == ((Expectation(AMARA, STREAM, 3),), (OPEN,))
    unsaid = override_command(wish(), SetLevel(POLICY.digest, "2.5"), REF, tenant=TENANT, actor=TEACHER)
    assert unsaid.expects == ()


def test_the_policy_is_found_by_the_schools_that_the_learner_came_to() -> None:
    history = [entry(LearnerEnrolled(learner=AMARA, school=NORTH), OTHER)]
    found = learner_of(AMARA, 17, history)
    assert (found.id, found.shard, [one.school for one in found.schools]) == (AMARA, 17, [NORTH])


def overridden(id_: str = OVERRIDE, version: int = 1) -> Entry:
    body = LevelOverridden(learner=AMARA, competency=THEME, policy=REF, at="3", reason_ref=REF)
    return entry(body, id_, version)


CLEARED = entry(OverrideCleared(learner=AMARA, competency=THEME, override=OVERRIDE), CLEARING, 2)


@pytest.mark.parametrize("stream", [[overridden()], [overridden(), overridden(SECOND, 2)], [overridden(), CLEARED]])
def test_who_saw_the_judgement_in_force_asks_the_ledger(stream: list[Entry]) -> None:
    """Whatever has come since, it is for the ledger to call stale, or to know the request again."""
    override = check_clear(ClearOverride(CLEARING, OVERRIDE, 1, None), stream)
    command = clear_command(ClearOverride(CLEARING, OVERRIDE, 1, None), override, None, tenant=TENANT, actor=TEACHER)
    assert command.expects == (Expectation(AMARA, STREAM, 1),)
    assert command.guards == (OPEN,)
    assert parse(command.events[0].body) == {"competency": THEME, "learner": AMARA, "override": OVERRIDE}


def test_who_saw_it_cleared_or_replaced_is_told_so() -> None:
    for stream, word in (([overridden(), overridden(SECOND, 2)], "replaced"), ([overridden(), CLEARED], "cleared")):
        clear = ClearOverride(OTHER, OVERRIDE, 2, None)
        told = refused("/expected_version", Conflict, lambda s=stream, c=clear: check_clear(c, s))
        assert word in told.detail


def test_the_same_clearing_again_is_left_to_the_ledger_whatever_version_it_names() -> None:
    assert check_clear(ClearOverride(CLEARING, OVERRIDE, 2, None), [overridden(), CLEARED]).at == "3"


def test_a_question_is_a_stream_of_its_own() -> None:
    request = RequestReview(REVIEW, AMARA, None, OTHER, None, "Why?")
    command = review_command(request, REF, tenant=TENANT, actor=AMARA)
    assert command.events[0].stream == f"review/{REVIEW}"
    assert parse(command.events[0].body) == {"evidence": OTHER, "learner": AMARA, "reason_ref": REF}
    assert (command.expects, command.guards) == ((), (OPEN,))


ASKED = entry(ReviewRequested(learner=AMARA, competency=THEME, reason_ref=REF), REVIEW, actor=AMARA)


def reply(**more: Any) -> AnswerReview:
    return AnswerReview(**{
        "id": OTHER, "review": REVIEW, "expected_version": 1, "outcome": "unchanged", "change": None, "answer": "So.",
        **more,
    })  # fmt: skip


def test_an_answer_closes_the_question_that_it_saw() -> None:
    check_answer(ASKED, reply(), None, actor=TEACHER)
    change = overridden()
    check_answer(ASKED, reply(outcome="changed", change=change.id), change, actor=TEACHER)
    command = answer_command(ASKED, reply(), REF, tenant=TENANT, actor=TEACHER)
    [event] = command.events
    assert (event.owner, event.stream, event.closes) == (AMARA, f"review/{REVIEW}", True)
    assert (command.expects, command.guards) == ((Expectation(AMARA, f"review/{REVIEW}", 1),), (OPEN,))


def test_who_asked_does_not_answer() -> None:
    refused(None, Conflict, lambda: check_answer(ASKED, reply(), None, actor=AMARA))


def test_a_change_is_an_event_of_the_same_learner_where_the_outcome_says_so() -> None:
    of_another = replace(overridden(), owner=OTHER)
    for answer, change in (
        (reply(outcome="changed"), None),
        (reply(change=OVERRIDE), overridden()),
        (reply(outcome="changed", change=OVERRIDE), None),
        (reply(outcome="changed", change=OVERRIDE), of_another),
        (reply(outcome="changed", change=REVIEW), ASKED),
    ):
        refused("/change", Invalid, lambda a=answer, c=change: check_answer(ASKED, a, c, actor=TEACHER))


async def test_no_level_is_set_for_a_competency_that_no_framework_holds() -> None:
    given = pure.PureDistrict()
    known = wish(learner=pure.AMARA, competency=pure.THEME)
    with pytest.raises(Invalid) as caught:
        await override_level(replace(known, competency=pure.SYMBOLS), pure.TEACHER, given.district())
    assert (caught.value.field, given.journal) == ("/competency", [])
    await override_level(known, pure.TEACHER, given.district())
    assert given.journal[-2:] == ["keep", "append"]
