"""Given a version of a work, when somebody says something of it or has read it, then this command or this refusal."""

import json
from typing import Any

import pytest

from services.evidence.domain.commands import Guard
from services.evidence.domain.errors import Gone, Invalid, NotFound, Refusal
from services.evidence.domain.feedback import GiveFeedback
from services.evidence.flows.give_feedback import give_feedback
from services.evidence.flows.read_feedback import read_feedback
from shared.ledger.canonical import parse
from tests.support.pure_district import (
    AMARA,
    BAO,
    CHIARA,
    FIRST,
    NOW,
    RUBRIC,
    SECOND,
    TEACHER,
    WORK,
    PureDistrict,
    entry,
)

VERSION = FIRST


def of_work(event: str, id_: str, stream: str, **body: Any) -> Any:
    return entry(event, id_, json.dumps({"work": WORK, **body}).encode(), owner=WORK, stream=stream)


def district(*more: Any, members: tuple[str, ...] = (AMARA,)) -> PureDistrict:
    """A work of Amara's with one version; Bao is in her section, and Chiara is not."""
    artefacts = [{"kind": "text", "content_ref": "b" * 64}]
    return PureDistrict(
        of_work("WorkStarted", WORK, f"work/{WORK}", members=members),
        of_work("WorkVersionAdded", VERSION, f"work/{WORK}", artefacts=artefacts),
        *more,
    )


def give(**more: Any) -> GiveFeedback:
    return GiveFeedback(**{
        "id": SECOND, "work": WORK, "version": VERSION, "rubric": None, "criterion": None, "text": "Say why.",
        "occurred_at": None, **more,
    })  # fmt: skip


async def told(flow: Any, asked: Any, given: PureDistrict, actor: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await flow(asked, actor, given.district())
    return caught.value


async def test_feedback_lies_under_the_work_in_a_stream_of_its_own() -> None:
    given = district()
    await give_feedback(give(rubric=RUBRIC, criterion="thesis"), TEACHER, given.district())
    [command], [(ref, text)] = given.ledger.appended, given.vault.kept.items()
    [event] = command.events
    assert (event.owner, event.stream, command.expects, command.guards) == (WORK, f"feedback/{SECOND}", (), ())
    assert parse(event.body) == {
        "work": WORK, "version": VERSION, "rubric": RUBRIC, "criterion": "thesis", "text_ref": ref
    }  # fmt: skip
    assert (text.owner, text.event, text.field, text.text) == (WORK, SECOND, "text_ref", "Say why.")


async def test_a_peer_speaks_only_where_the_district_lets_peers() -> None:
    given = district()
    assert isinstance(await told(give_feedback, give(), given, BAO), NotFound)
    given.peer_feedback = True
    await give_feedback(give(), BAO, given.district())
    assert given.ledger.appended[0].guards == (Guard(BAO, f"learner/{BAO}", "open"),)
    for stranger in (CHIARA, AMARA):  # who is in no section with her, and she herself
        assert isinstance(await told(give_feedback, give(), given, stranger), NotFound)


async def test_nobody_speaks_as_a_peer_of_what_she_made_with_others() -> None:
    given = district(members=(AMARA, BAO))
    given.peer_feedback = True
    for member in (AMARA, BAO):  # each in a section with the other
        assert isinstance(await told(give_feedback, give(), given, member), NotFound)
    assert not given.vault.kept


@pytest.mark.parametrize(
    ("wish", "kind", "field"),
    [
        ({"work": SECOND}, NotFound, None),
        ({"version": WORK}, NotFound, None),
        ({"version": SECOND}, NotFound, None),
        ({"rubric": "0" * 64, "criterion": "thesis"}, Invalid, "/rubric"),
        ({"rubric": RUBRIC, "criterion": "style"}, Invalid, "/criterion"),
        ({"occurred_at": NOW + 600_000}, Invalid, "/occurred_at"),
    ],
)
async def test_what_fits_nothing_is_refused(wish: dict[str, Any], kind: type[Refusal], field: str | None) -> None:
    given = district()
    refused = await told(give_feedback, give(**wish), given, TEACHER)
    assert (type(refused), refused.field) == (kind, field)
    assert not given.vault.kept


async def test_of_a_work_whose_members_are_forgotten_nothing_is_said() -> None:
    given = district()
    given.vault.forgotten = {WORK}
    assert isinstance(await told(give_feedback, give(), given, TEACHER), Gone)


async def test_a_member_says_once_that_she_has_read_it() -> None:
    feedback = of_work("FeedbackGiven", SECOND, f"feedback/{SECOND}", version=VERSION, text_ref="c" * 64)
    given = district(feedback)
    for _ in range(2):
        await read_feedback(SECOND, AMARA, given.district())
    first, again = given.ledger.appended
    assert first == again
    [event] = first.events
    assert (event.owner, event.stream, parse(event.body)) == (
        WORK, f"feedback/{SECOND}", {"work": WORK, "feedback": SECOND}
    )  # fmt: skip
    assert first.guards == (Guard(AMARA, f"learner/{AMARA}", "open"),)
    for other in (TEACHER, BAO):
        assert isinstance(await told(read_feedback, SECOND, given, other), NotFound)
    assert isinstance(await told(read_feedback, VERSION, given, AMARA), NotFound)
