"""An exhibition in memory, with the ledger of the model and real seals; and what breaks off at a step one names."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

from services.evidence.domain.ballots import Found, IssueBallots, ballot_of, decide_issue, decide_vote, written
from services.evidence.domain.commands import Command, Outcome
from services.evidence.domain.exhibitions import (
    Change,
    PlanExhibition,
    asked_of,
    decide_close,
    decide_open,
    decide_plan,
)
from services.evidence.domain.facts import new_event
from services.evidence.domain.works import StartWork, decide_start
from services.evidence.vault.exhibitions import ExhibitionSecret
from shared.contracts.bodies import LearnerEnrolled
from shared.contracts.learners import ForgettingRequested, LearnerForgotten
from shared.contracts.tasks import Questions
from shared.ledger.canonical import canonical
from shared.ledger.entry import Entry
from shared.ledger.identifiers import service_actor
from tests.support.exhibitions import BEST, WELL, questions
from tests.support.ledger_model import Model
from tests.support.pure_district import AMARA, BAO, NOW, TEACHER, TENANT, WORK

EXHIBITION = "e0000000-0000-4000-8000-000000000000"
SECRET = bytes(range(64))


def new(name: object) -> str:
    """An id of this name, the same whenever it is asked for."""
    return str(uuid5(UUID(EXHIBITION), str(name)))


class MemoryLedger:
    """The port `Ledger`, as the model judges."""

    def __init__(self) -> None:
        self.model = Model(TENANT, {})
        self._actors: dict[str, str] = {}

    async def append(self, commands: Sequence[Command]) -> list[Outcome]:
        for command in commands:
            self._actors |= {event.id: command.actor for event in command.events}
        return [self.model.answer(command, NOW) for command in commands]

    def all(self) -> list[Entry]:
        """Every entry, in the order in which they were appended."""
        return [
            Entry(
                "evidence", kept.placed.shard, kept.placed.position, 1, TENANT, kept.asked.owner, kept.asked.stream,
                kept.placed.version, id_, kept.asked.type, kept.asked.schema, kept.placed.recorded_at,
                kept.placed.recorded_at, self._actors[id_], kept.asked.body,
            )
            for id_, kept in self.model.kept.items()
        ]  # fmt: skip

    async def entries(self, ids: Sequence[str]) -> dict[str, Entry]:
        return {entry.id: entry for entry in self.all() if entry.id in ids}

    async def stream(self, name: str) -> list[Entry]:
        return [entry for entry in self.all() if entry.stream == name]

    async def since(self, owner: str, position: int) -> list[Entry]:
        return [entry for entry in self.all() if entry.owner == owner and entry.position > position]

    async def ballot(self, ballot: str) -> Found | None:
        own = [entry for entry in self.all() if entry.stream == f"ballot/{entry.owner}/{ballot}"]
        return Found(ballot, own[0].owner, len(own)) if own else None

    async def closed(self, streams: Mapping[str, str]) -> set[str]:
        return {name for name, owner in streams.items() if self.model.streams.get((owner, name), (0, False))[1]}


@dataclass
class MemoryBoxes:
    """The port `BallotBoxes`."""

    secrets: dict[str, ExhibitionSecret | None] = field(
        default_factory=lambda: {EXHIBITION: ExhibitionSecret(EXHIBITION, SECRET)}
    )

    async def made(self, exhibition: str) -> ExhibitionSecret:
        found = self.secrets[exhibition]
        assert found is not None
        return found

    async def known(self, exhibition: str) -> ExhibitionSecret | None:
        return self.secrets.get(exhibition)

    async def kept(self) -> list[str]:
        return [exhibition for exhibition, secret in self.secrets.items() if secret is not None]

    async def destroy(self, exhibition: str) -> None:
        self.secrets[exhibition] = None


class MemoryDocuments:
    """The one document that is asked for."""

    async def read(self, _digest: str) -> bytes:
        return canonical(questions())

    async def keep(self, document: Any) -> None:
        raise NotImplementedError


class Broken(Exception):  # noqa: N818 - what happened
    """The process was killed here."""


class Fuse:
    """Breaks off at the n-th step, before or after it was done."""

    def __init__(self, steps: int | None, *, after: bool = False) -> None:
        self.left, self.after = steps, after
        self.passed = 0

    def guarding(self, port: Any) -> Any:
        return _Guarded(port, self)

    async def step(self, done: Callable[[], Any]) -> Any:
        self.passed += 1
        breaks = self.left is not None and self.passed == self.left
        if breaks and not self.after:
            raise Broken
        result = await done()
        if breaks:
            raise Broken
        return result


class _Guarded:
    def __init__(self, port: Any, fuse: Fuse) -> None:
        self._port, self._fuse = port, fuse

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)

        async def stepping(*arguments: Any) -> Any:
            return await self._fuse.step(lambda: method(*arguments))

        return stepping


class House:
    """What counting needs of a district, with a closed exhibition in it of a work of Amara's and Bao's."""

    tenant = TENANT

    def __init__(self, fuse: Fuse | None = None, of: "House | None" = None) -> None:
        self.real_ledger: MemoryLedger = MemoryLedger() if of is None else of.real_ledger
        self.real_boxes: MemoryBoxes = MemoryBoxes() if of is None else of.real_boxes
        fuse = fuse or Fuse(None)
        self.ledger: Any = fuse.guarding(self.real_ledger)
        self.boxes: Any = fuse.guarding(self.real_boxes)
        self.documents: Any = fuse.guarding(MemoryDocuments())

    async def do(self, command: Command) -> Outcome:
        [outcome] = await self.real_ledger.append([command])
        return outcome

    async def held(self, votes: Mapping[str, Sequence[Mapping[str, str]]], *, close: bool = True) -> list[str]:
        """Learners, a work, an exhibition, and votes by role; a ballot more of each role than votes. The tokens."""
        for learner in (AMARA, BAO):
            body = LearnerEnrolled(learner=learner, school=new("school"))
            await self.do(Command(new(learner), TEACHER, "evidence", (new_event(TENANT, new(learner), body),)))
        start = StartWork(WORK, (AMARA, BAO), None, (), None, None)
        await self.do(decide_start(start, title_ref=None, tenant=TENANT, actor=TEACHER))
        plan = PlanExhibition(
            EXHIBITION, None, None, new("school"), None, (WORK,), tuple(votes), "ab" * 32, None, None, None
        )
        await self.do(decide_plan(plan, title_ref=None, tenant=TENANT, actor=TEACHER))
        asked = asked_of((WORK,), Questions.model_validate(questions()))
        box = await self.real_boxes.made(EXHIBITION)
        opening = Change(new("open"), EXHIBITION, 1)
        await self.do(decide_open(opening, asked, box.commitment, tenant=TENANT, actor=TEACHER))
        tokens: list[str] = []
        for role, own in votes.items():
            issue = IssueBallots(new(role), EXHIBITION, role, len(own) + 1)
            issued = [box.token(issue.id, TEACHER, n) for n in range(issue.count)]
            ballots = [ballot_of(token) for token in issued]
            await self.do(decide_issue(issue, ballots, tenant=TENANT, actor=TEACHER))
            tokens += issued
            for ballot, answers in zip(ballots, own, strict=False):
                sealed = box.seal(ballot, written(asked, answers))
                found = Found(ballot, EXHIBITION, 1)
                gateway = service_actor(TENANT, "gateway")
                await self.do(decide_vote(found, box.vote(ballot), sealed, tenant=TENANT, actor=gateway))
        if close:
            await self.do(decide_close(Change(new("close"), EXHIBITION, 2), tenant=TENANT, actor=TEACHER))
        return tokens

    async def forget(self, learner: str) -> None:
        asked, done = new(f"ask {learner}"), new(f"forget {learner}")
        for id_, body in (
            (asked, ForgettingRequested(learner=learner)),
            (done, LearnerForgotten(learner=learner, request=asked)),
        ):
            await self.do(Command(id_, TEACHER, "evidence", (new_event(TENANT, id_, body),)))


def said(choice: str | None, stars: int | None) -> dict[str, str]:
    """A vote on the one work."""
    return ({BEST: choice} if choice else {}) | ({f"{WELL}/{WORK}": str(stars)} if stars else {})
