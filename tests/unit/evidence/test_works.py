"""Given a work and its members, when it is started, goes on or is scored, then this command or this refusal."""

import json
from typing import Any

import pytest

from services.evidence.domain.commands import Expectation, Guard, Refused
from services.evidence.domain.errors import Gone, Invalid, NotFound, Refusal
from services.evidence.domain.scoring import ScoreWork
from services.evidence.domain.works import AddVersion, NewArtefact, StartWork
from services.evidence.flows.add_version import add_version
from services.evidence.flows.score_work import score_work
from services.evidence.flows.start_work import start_work
from shared.contracts.bodies import CriterionResult
from shared.ledger.canonical import parse
from shared.ledger.identifiers import further_event_id
from tests.support.pure_district import (
    AMARA,
    BAO,
    CHIARA,
    NOW,
    RUBRIC,
    SECOND,
    TEACHER,
    THEME,
    WORK,
    PureDistrict,
    entry,
)

NO_LEARNER = NotFound("learner").detail


def started(*members: str) -> Any:
    body = json.dumps({"work": WORK, "members": members}).encode()
    return entry("WorkStarted", WORK, body, owner=WORK, stream=f"work/{WORK}")


def start(*members: str, **more: Any) -> StartWork:
    return StartWork(**{
        "id": WORK, "members": members, "task": None, "courses": (), "title": None, "occurred_at": None, **more
    })  # fmt: skip


def version(**more: Any) -> AddVersion:
    artefacts = (NewArtefact("text", "A draft."), NewArtefact("link", "https://poster.example/1"))
    return AddVersion(**{
        "id": SECOND, "work": WORK, "expected_version": 1, "artefacts": artefacts, "note": None, "occurred_at": None,
        **more,
    })  # fmt: skip


def scores(**more: Any) -> ScoreWork:
    result = CriterionResult(competency=THEME, criterion="thesis", earned="4", possible="4")
    return ScoreWork(**{
        "id": SECOND, "work": WORK, "rubric": RUBRIC, "purpose": "performance", "task": None, "course": None,
        "group": None, "occurred_at": NOW, "results": (result,), "feedback": None, "members": None, **more,
    })  # fmt: skip


async def told(flow: Any, asked: Any, given: PureDistrict, actor: str = TEACHER) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await flow(asked, actor, given.district())
    return caught.value


async def test_a_work_belongs_to_itself_and_every_member_is_open() -> None:
    given = PureDistrict()
    await start_work(start(AMARA, BAO, title="Animal Farm"), TEACHER, given.district())
    [command] = given.ledger.appended
    [event] = command.events
    assert (event.id, event.owner, event.stream) == (WORK, WORK, f"work/{WORK}")
    assert command.guards == (
        Guard(AMARA, f"learner/{AMARA}", "open"),
        Guard(BAO, f"learner/{BAO}", "open"),
        Guard(WORK, f"learner/{WORK}", "absent"),
    )
    [(ref, text)] = given.vault.kept.items()
    assert parse(event.body) == {"work": WORK, "members": [AMARA, BAO], "courses": [], "title_ref": ref}
    assert (text.owner, text.event, text.field) == (WORK, WORK, "title_ref")


async def test_a_member_starts_a_work_and_a_stranger_to_one_member_does_not() -> None:
    given = PureDistrict()
    await start_work(start(AMARA, BAO), AMARA, given.district())
    assert len(given.ledger.appended) == 1
    refused = await told(start_work, start(AMARA, CHIARA), given)
    assert (type(refused), refused.field) == (NotFound, "/members/1")
    assert isinstance(await told(start_work, start(AMARA), given, BAO), NotFound)


async def test_a_learner_starts_works_with_classmates_and_nobody_else() -> None:
    """Whether the other is of another class, forgotten or nobody at all, she is told the same."""
    given = PureDistrict()
    given.forgettings.gone = {CHIARA}
    for other in (CHIARA, THEME):
        refused = await told(start_work, start(AMARA, BAO, other), given, AMARA)
        assert (type(refused), refused.field, refused.detail) == (NotFound, "/members/2", NO_LEARNER)
    assert given.ledger.appended == []


async def test_a_classmate_who_is_forgotten_meanwhile_is_not_told_of() -> None:
    for state in ("closed", "absent"):
        given = PureDistrict()
        given.ledger.answers = [Refused(f"learner/{BAO}", state)]
        refused = await told(start_work, start(AMARA, BAO), given, AMARA)
        assert (type(refused), refused.field, refused.detail) == (NotFound, "/members/1", NO_LEARNER)
    given.ledger.answers = [Refused(f"learner/{AMARA}", "closed")]
    assert isinstance(await told(start_work, start(AMARA, BAO), given, AMARA), Gone)


@pytest.mark.parametrize(
    ("outcome", "kind", "field"),
    [
        (Refused(f"learner/{BAO}", "closed"), Gone, "/members/1"),
        (Refused(f"learner/{BAO}", "absent"), NotFound, "/members/1"),
        (Refused(f"learner/{WORK}", "open"), Invalid, "/id"),
    ],
)
async def test_for_whose_sake_a_work_is_refused_is_told(outcome: Refused, kind: type[Refusal], field: str) -> None:
    given = PureDistrict()
    given.ledger.answers = [outcome]
    refused = await told(start_work, start(AMARA, BAO), given)
    assert (type(refused), refused.field) == (kind, field)


async def test_a_version_keeps_what_it_holds_under_the_work() -> None:
    given = PureDistrict(started(AMARA, CHIARA))
    await add_version(version(note="Second draft."), TEACHER, given.district())
    [command] = given.ledger.appended
    body: Any = parse(command.events[0].body)
    assert [artefact["kind"] for artefact in body["artefacts"]] == ["text", "link"]
    named = [artefact["content_ref"] for artefact in body["artefacts"]] + [body["note_ref"]]
    assert [given.vault.kept[ref].field for ref in named] == [
        "artefacts/0/content_ref", "artefacts/1/content_ref", "note_ref"
    ]  # fmt: skip
    assert {text.owner for text in given.vault.kept.values()} == {WORK}
    assert command.expects == (Expectation(WORK, f"work/{WORK}", 1),)
    assert command.guards == ()


async def test_a_member_adds_a_version_and_must_be_open_for_it() -> None:
    given = PureDistrict(started(AMARA, CHIARA))
    await add_version(version(), CHIARA, given.district())
    assert given.ledger.appended[0].guards == (Guard(CHIARA, f"learner/{CHIARA}", "open"),)
    assert isinstance(await told(add_version, version(), given, BAO), NotFound)
    assert isinstance(await told(add_version, version(), PureDistrict(started(CHIARA))), NotFound)
    assert isinstance(await told(add_version, version(), PureDistrict()), NotFound)


async def test_a_work_whose_texts_are_destroyed_takes_no_more() -> None:
    given = PureDistrict(started(AMARA))
    given.vault.forgotten = {WORK}
    assert isinstance(await told(add_version, version(), given), Gone)
    assert given.ledger.appended == []


async def test_a_group_is_scored_by_one_command_a_piece_a_member() -> None:
    given = PureDistrict(started(AMARA, BAO))
    scored = await score_work(scores(feedback="The middle is strong."), TEACHER, given.district())
    [command] = given.ledger.appended
    assert [event.id for event in command.events] == [SECOND, further_event_id(SECOND, 1)]
    assert [event.owner for event in command.events] == [AMARA, BAO]
    assert {event.stream for event in command.events} == {f"evidence/{event.id}" for event in command.events}
    assert command.guards == tuple(Guard(member, f"learner/{member}", "open") for member in (AMARA, BAO))
    for event in command.events:
        body: Any = parse(event.body)
        text = given.vault.kept[body["feedback_ref"]]
        assert body["work"] == WORK
        assert (text.owner, text.event, text.field) == (event.owner, event.id, "feedback_ref")
    assert [learner for learner, _ in scored] == [AMARA, BAO]
    assert given.journal == ["keep", "append"]


async def test_members_that_are_named_are_scored_alone_in_their_order() -> None:
    given = PureDistrict(started(AMARA, BAO, CHIARA))
    await score_work(scores(members=(BAO, AMARA)), TEACHER, given.district())
    assert [event.owner for event in given.ledger.appended[0].events] == [BAO, AMARA]
    refused = await told(score_work, scores(members=(BAO, WORK)), given)
    assert (type(refused), refused.field) == (Invalid, "/members/1")


async def test_who_may_not_record_for_each_scores_none() -> None:
    given = PureDistrict(started(AMARA, CHIARA))
    assert isinstance(await told(score_work, scores(), given), NotFound)
    assert (await told(score_work, scores(members=(AMARA, CHIARA)), given)).field == "/members/1"
    for actor in (AMARA, BAO):
        assert (await told(score_work, scores(), given, actor)).field is None
    assert given.journal == []


async def test_a_forgotten_member_is_named_and_may_be_left_out() -> None:
    forgotten = entry("LearnerForgotten", BAO, b"{}", owner=BAO, stream=f"learner/{BAO}")
    given = PureDistrict(started(AMARA, BAO), forgotten, learners=[AMARA])
    refused = await told(score_work, scores(), given)
    assert (type(refused), refused.field) == (Gone, "/members")
    assert BAO in refused.detail
    await score_work(scores(members=(AMARA,)), TEACHER, given.district())
    assert len(given.ledger.appended) == 1


async def test_a_member_forgotten_meanwhile_is_named_too() -> None:
    given = PureDistrict(started(AMARA, BAO))
    given.vault.forgotten = {BAO}
    refused = await told(score_work, scores(feedback="So."), given)
    assert (type(refused), BAO in refused.detail) == (Gone, True)
    given.vault.forgotten = set()
    given.ledger.answers = [Refused(f"learner/{BAO}", "closed")]
    refused = await told(score_work, scores(members=(AMARA, BAO)), given)
    assert (type(refused), refused.field) == (Gone, "/members/1")


async def test_a_group_score_fits_its_rubric() -> None:
    given = PureDistrict(started(AMARA, BAO))
    assert (await told(score_work, scores(rubric="b" * 64), given)).field == "/rubric"
    wrong = CriterionResult(competency=THEME, criterion="style", earned="4", possible="4")
    assert (await told(score_work, scores(results=(wrong,)), given)).field == "/results/0/criterion"
    assert (await told(score_work, scores(occurred_at=NOW + 10**9), given)).field == "/occurred_at"
    assert given.journal == []
