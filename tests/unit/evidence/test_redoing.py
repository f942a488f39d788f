"""Given where a redo stands and who asks: what may happen next."""

from typing import Any, cast

import pytest

from services.evidence.domain.commands import Appended, Expectation, Guard, Stale
from services.evidence.domain.errors import Conflict, Gone, Invalid, NotFound
from services.evidence.domain.redoing import BeginRedo, LogRelearn, OpenRedo, required_for
from services.evidence.flows.begin_redo import begin_redo
from services.evidence.flows.log_relearn import log_relearn
from services.evidence.flows.open_redo import open_redo
from shared.contracts.bodies import AttemptRecorded, EvidenceVoided
from shared.contracts.events import EVENTS, decode, encode
from shared.contracts.pieces import EvidenceSuperseded
from shared.contracts.redos import RedoOffered, RedoOpened, RedoRequested, RelearnLogged
from shared.contracts.tasks import Relearning, RicherTask
from shared.contracts.values import Contract
from shared.ledger.entry import Entry
from shared.rulebook.policy import Policy, read_policy
from tests.support.ledger_writer import named, policy_document
from tests.support.pure_district import (
    AMARA,
    BAO,
    FIRST,
    NOW,
    SECOND,
    TEACHER,
    TENANT,
    THEME,
    WORK,
    PureDistrict,
)
from tests.support.redo_district import NobodyForgotten, redo_district

GUARDIAN, REDO, NEW, OPENING, AGAIN = (named(name) for name in ("guardian", "redo", "new", "opening", "again"))
STREAM = f"redo/{AMARA}/{THEME}"
ASKS = read_policy(policy_document(relearn=["practice", "conference"]))
TASK = RicherTask(
    format="ascertain.task@2", id=named("poster"), title="A poster", prompt="Make it.", kind="project", language="en",
    competencies=(THEME,), courses=(), purpose="performance",
    relearning=(Relearning(kind="conference", title="Talk it over"), Relearning(kind="sketch", title="Sketch it")),
)  # fmt: skip


class Record:
    """The record of one learner as a test tells it, an entry after the other."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def say(self, id_: str, body: Contract) -> "Record":
        contract = EVENTS[type(body).__name__]
        stream = contract.stream(body, id_)
        version = 1 + sum(entry.stream == stream for entry in self.entries)
        made = Entry(
            "evidence", 17, 1 + len(self.entries), 1, TENANT, AMARA, stream, version, id_, contract.type,
            contract.schema, NOW, NOW, TEACHER, encode(body),
        )  # fmt: skip
        self.entries.append(made)
        return self


def attempt(**more: Any) -> AttemptRecorded:
    result = {"competency": THEME, "earned": "2", "possible": "4"}
    return AttemptRecorded(**{"learner": AMARA, "purpose": "performance", "results": (result,), **more})


def begin(**more: Any) -> BeginRedo:
    wish = {"id": NEW, "learner": AMARA, "competency": THEME, "evidence": None, "note": None, "expected_version": None}
    return BeginRedo(**{**wish, **more})


def relearn(kind: str, **more: Any) -> LogRelearn:
    return LogRelearn(
        **{"id": NEW, "redo": REDO, "kind": kind, "evidence": None, "note": None, "expected_version": None, **more}
    )


def opening(**more: Any) -> OpenRedo:
    wish = {"id": NEW, "redo": REDO, "evidence": None, "task": None, "anew": False, "note": None, "expected_version": 1}
    return OpenRedo(**{**wish, **more})


def requested(evidence: str | None = FIRST) -> Record:
    record = Record().say(FIRST, attempt())
    return record.say(REDO, RedoRequested(learner=AMARA, competency=THEME, evidence=evidence))


def opened(**more: Any) -> Record:
    body = RedoOpened(**{"learner": AMARA, "competency": THEME, "cycle": REDO, "evidence": FIRST, **more})
    return requested().say(OPENING, body)


def pure(record: Record, policy: Policy | None = None, task: RicherTask | None = None) -> PureDistrict:
    return redo_district(record.entries, policy, task, guardian=GUARDIAN)


@pytest.mark.parametrize(
    ("actor", "event"), [(AMARA, "RedoRequested"), (GUARDIAN, "RedoRequested"), (TEACHER, "RedoOffered")]
)
async def test_who_asks_says_whether_it_is_asked_for_or_offered(actor: str, event: str) -> None:
    small = pure(Record().say(FIRST, attempt()))
    await begin_redo(begin(evidence=FIRST, note="Again, please."), actor, small.district())
    [command] = small.ledger.appended
    [new] = command.events
    assert (new.type, new.stream) == (f"ascertain.{event}", STREAM)
    assert command.expects == (Expectation(AMARA, STREAM, 0),)
    assert command.guards == (Guard(AMARA, f"learner/{AMARA}", "open"), Guard(AMARA, f"evidence/{FIRST}", "open"))


async def test_nobody_else_asks_and_of_one_forgotten_nobody() -> None:
    small = pure(Record())
    with pytest.raises(NotFound):
        await begin_redo(begin(), BAO, small.district())
    with pytest.raises(NotFound):
        await log_relearn(relearn("practice"), AMARA, small.district())
    small.forgettings = cast("Any", NobodyForgotten(gone=True))
    with pytest.raises(Gone):
        await begin_redo(begin(), AMARA, small.district())
    assert not small.ledger.appended


@pytest.mark.parametrize(
    "piece",
    [
        attempt(results=({"competency": named("other"), "earned": "2", "possible": "4"},)),
        None,
    ],
)
async def test_what_is_done_over_shows_the_competency(piece: Contract | None) -> None:
    record = Record() if piece is None else Record().say(FIRST, piece)
    with pytest.raises(Invalid) as refused:
        await begin_redo(begin(evidence=FIRST), TEACHER, pure(record).district())
    assert refused.value.field == "/evidence"


@pytest.mark.parametrize("record", [requested(), opened()])
async def test_one_redo_of_a_competency_is_under_way_at_a_time(record: Record) -> None:
    with pytest.raises(Conflict, match=f"The redo {REDO} of this competency is under way"):
        await begin_redo(begin(), TEACHER, pure(record).district())


OVER = [
    (opened().say(SECOND, attempt(redo_of=FIRST)), True),
    (opened().say(SECOND, attempt()), False),
    (opened().say(SECOND, attempt(redo_of=FIRST, purpose="practice")), False),
    (opened().say(SECOND, attempt(redo_of=FIRST)).say(AGAIN, EvidenceVoided(learner=AMARA, evidence=SECOND)), False),
    (opened(evidence=None).say(SECOND, attempt()), True),
    (opened(evidence=None, task=TASK.id).say(SECOND, attempt()), False),
    (opened(evidence=None, task=TASK.id).say(SECOND, attempt(task=TASK.id)), True),
    (
        opened()
        .say(AGAIN, attempt())
        .say(named("x"), EvidenceSuperseded(learner=AMARA, evidence=FIRST, by=AGAIN))
        .say(SECOND, attempt(redo_of=AGAIN)),
        True,
    ),
]


@pytest.mark.parametrize(("record", "over"), OVER)
async def test_a_redo_is_over_when_it_was_done_over_after_the_opening(record: Record, over: bool) -> None:
    small = pure(record)
    if not over:
        with pytest.raises(Conflict):
            await begin_redo(begin(), AMARA, small.district())
        await log_relearn(relearn("practice"), AMARA, small.district())
        return
    await begin_redo(begin(), AMARA, small.district())
    assert small.ledger.appended[0].expects == (Expectation(AMARA, STREAM, 2),)
    with pytest.raises(Conflict, match="over"):
        await log_relearn(relearn("practice"), AMARA, small.district())


async def test_what_was_done_over_before_the_opening_does_not_count() -> None:
    record = requested().say(SECOND, attempt(redo_of=FIRST))
    body = RedoOpened(learner=AMARA, competency=THEME, cycle=REDO, evidence=FIRST)
    with pytest.raises(Conflict):
        await begin_redo(begin(), AMARA, pure(record.say(OPENING, body)).district())


async def test_a_learner_logs_practice_and_reflection_herself_and_a_conference_only_who_may_record() -> None:
    small = pure(requested())
    for kind in ("practice", "reflection"):
        await log_relearn(relearn(kind, id=named(kind)), AMARA, small.district())
    for kind in ("conference", "tutoring"):
        with pytest.raises(Invalid) as refused:
            await log_relearn(relearn(kind), AMARA, small.district())
        assert refused.value.field == "/kind"
        await log_relearn(relearn(kind, id=named(kind)), TEACHER, small.district())
    with pytest.raises(NotFound):
        await log_relearn(relearn("practice"), GUARDIAN, small.district())
    assert len(small.ledger.appended) == 4


async def test_relearning_names_evidence_of_hers() -> None:
    with pytest.raises(Invalid) as refused:
        await log_relearn(relearn("practice", evidence=SECOND), TEACHER, pure(requested()).district())
    assert refused.value.field == "/evidence"
    await log_relearn(relearn("practice", evidence=FIRST), TEACHER, pure(requested()).district())


async def test_a_redo_is_opened_when_what_the_policy_asks_for_was_logged() -> None:
    record = requested()
    with pytest.raises(Conflict, match="this is to be logged: practice, conference"):
        await open_redo(opening(expected_version=1), TEACHER, pure(record, ASKS).district())
    for n, kind in enumerate(("conference", "practice")):
        record.say(named(f"log {n}"), RelearnLogged(learner=AMARA, competency=THEME, cycle=REDO, kind=kind))
    small = pure(record, ASKS)
    await open_redo(opening(expected_version=3), TEACHER, small.district())
    [command] = small.ledger.appended
    assert command.expects == (Expectation(AMARA, STREAM, 3),)
    assert b'"evidence":"' + FIRST.encode() in command.events[0].body


async def test_an_opening_says_of_which_work_it_is() -> None:
    record = Record().say(FIRST, attempt(work=WORK))
    record.say(REDO, RedoOffered(learner=AMARA, competency=THEME, evidence=FIRST))
    small = pure(record)
    await open_redo(opening(), TEACHER, small.district())
    await open_redo(opening(id=AGAIN, anew=True), TEACHER, small.district())
    of_work, anew = [command.events[0].body for command in small.ledger.appended]
    assert f'"work":"{WORK}"'.encode() in of_work
    assert b'"work"' not in anew
    record.say(NEW, RedoOpened(learner=AMARA, competency=THEME, cycle=REDO, evidence=FIRST, work=WORK))
    again = pure(record)
    await open_redo(opening(), TEACHER, again.district())
    assert again.ledger.appended[0].events[0].body == of_work


async def test_the_task_asks_too() -> None:
    record = Record().say(FIRST, attempt(task=TASK.id))
    record.say(REDO, RedoOffered(learner=AMARA, competency=THEME, evidence=FIRST))
    with pytest.raises(Conflict, match="practice, conference, sketch"):
        await open_redo(opening(), TEACHER, pure(record, ASKS, TASK).district())
    with pytest.raises(Conflict, match="practice, conference, sketch"):
        await open_redo(opening(anew=True), TEACHER, pure(record, ASKS, TASK).district())
    with pytest.raises(Invalid) as refused:
        await open_redo(opening(task=named("unknown")), TEACHER, pure(record, ASKS, TASK).district())
    assert refused.value.field == "/task"
    assert required_for(None, TASK) == ("conference", "sketch")


async def test_only_who_may_record_opens_and_only_once() -> None:
    for actor in (AMARA, GUARDIAN, BAO):
        with pytest.raises(NotFound):
            await open_redo(opening(), actor, pure(requested()).district())
    with pytest.raises(Conflict, match="opened before"):
        await open_redo(opening(expected_version=2), TEACHER, pure(opened()).district())


async def test_what_stands_in_the_place_of_the_piece_is_what_is_done_over() -> None:
    record = requested().say(SECOND, attempt())
    record.say(named("x"), EvidenceSuperseded(learner=AMARA, evidence=FIRST, by=SECOND))
    small = pure(record)
    await open_redo(opening(), TEACHER, small.district())
    assert SECOND.encode() in small.ledger.appended[0].events[0].body
    with pytest.raises(Conflict, match=f"{SECOND} stands in its place"):
        await open_redo(opening(evidence=FIRST), TEACHER, pure(record).district())


async def test_where_the_piece_was_voided_the_refusal_says_how_it_is_opened_all_the_same() -> None:
    record = Record().say(FIRST, attempt(task=TASK.id))
    record.say(REDO, RedoOffered(learner=AMARA, competency=THEME, evidence=FIRST))
    record.say(AGAIN, EvidenceVoided(learner=AMARA, evidence=FIRST))
    with pytest.raises(Conflict, match=r"was withdrawn\. With anew it can be opened"):
        await open_redo(opening(), TEACHER, pure(record).district())
    with pytest.raises(Conflict, match="conference, sketch"):
        await open_redo(opening(anew=True), TEACHER, pure(record, None, TASK).district())
    small = pure(record)
    await open_redo(opening(anew=True), TEACHER, small.district())
    assert b'"evidence"' not in small.ledger.appended[0].events[0].body


async def test_what_was_done_before_is_left_to_the_ledger_to_tell() -> None:
    """A repeated request is judged by nothing that came after it."""
    record = opened().say(SECOND, attempt(redo_of=FIRST))
    small = pure(record, ASKS)
    await open_redo(opening(id=OPENING), TEACHER, small.district())
    await begin_redo(begin(id=REDO, evidence=FIRST), AMARA, small.district())
    opening_, beginning = small.ledger.appended
    assert opening_.events[0].body == record.entries[2].body
    assert beginning.events[0].body == record.entries[1].body
    assert decode(record.entries[2], RedoOpened).evidence == FIRST


async def test_whoever_names_no_version_decides_anew_where_others_were_faster() -> None:
    small = pure(requested())
    small.ledger.answers = [Stale(STREAM, 2)]
    await log_relearn(relearn("practice"), AMARA, small.district())
    assert len(small.ledger.appended) == 2
    small.ledger.answers = [Stale(STREAM, 2)]
    with pytest.raises(Conflict):
        await log_relearn(relearn("practice", expected_version=1), AMARA, small.district())
    assert not isinstance(small.ledger.answers, Appended)
