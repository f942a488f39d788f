"""Whose grade may be audited by whom: seen, unseen, just released, and of a learner who is forgotten."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import cast

import pytest

from services.audit.domain.errors import ForgottenError, NotFoundError
from services.audit.domain.verification import Verification
from services.audit.flows.ask_audit import AskAudit, ask_audit, find_audit
from services.audit.ports import Verifications
from shared.ledger.entry import Entry
from shared.runtime.shards import Shard
from tests.support.ledger_writer import named

ADA, DISTRICT, STRANGER, GRADE = (named(name) for name in ("Ada", "the district's own", "a stranger", "a grade"))
SHARD = Shard("evidence", 7)


def entry() -> Entry:
    where = ("evidence", SHARD.number, 3, 1, named("tenant"), ADA, "grade", 1)
    return Entry(*where, GRADE, "ascertain.GradeReleased", "urn", 0, 0, STRANGER, b"{}")  # type: ignore[arg-type]


@dataclass
class World:
    """What the copy has, who is forgotten, and the audit that was kept."""

    forgotten: Collection[str] = ()
    arrives_at: int = 0
    asked: int = 0
    kept: Verification | None = None

    async def of_grade(self, event: str) -> Entry | None:
        return entry() if event == GRADE and self.asked >= self.arrives_at else None

    async def is_forgotten(self, learner: str) -> bool:
        return learner in self.forgotten

    async def reached(self) -> dict[Shard, int]:
        self.asked += 1
        return {SHARD: 3 if self.asked >= self.arrives_at else 2}

    async def heads(self) -> dict[Shard, int]:
        return {SHARD: 3}

    async def may_see(self, person: str, learner: str) -> bool:
        return person in {learner, DISTRICT}

    async def may_verify(self, person: str, _learner: str) -> bool:
        return person == DISTRICT

    async def may_verify_all(self, person: str) -> bool:
        return person == DISTRICT

    async def find(self, _id: str) -> Verification | None:
        return self.kept

    async def ask(self, person: str, grade: str | None = GRADE) -> Verification:
        async def start(verification: Verification) -> bool:
            self.kept = verification
            return True

        asked = AskAudit(named("an audit"), grade, person, 0)
        return await ask_audit(asked, self, self, cast(Verifications, self), start)

    async def look(self, person: str) -> Verification:
        return await find_audit(named("an audit"), person, self, self, cast(Verifications, self))


async def test_whoever_may_see_the_learner_may_ask_and_look() -> None:
    for person in (ADA, DISTRICT):
        world = World()
        assert (await world.ask(person)).subject.learner == ADA
        assert (await world.look(person)).subject.grade == GRADE
        with pytest.raises(NotFoundError):
            await world.look(STRANGER)
    for person, grade in ((STRANGER, GRADE), (DISTRICT, named("no grade")), (ADA, None)):
        with pytest.raises(NotFoundError):
            await World().ask(person, grade)


async def test_a_grade_that_was_just_released_is_waited_for() -> None:
    assert (await World(arrives_at=3).ask(ADA)).state == "running"


async def test_of_a_forgotten_learner_the_districts_own_people_alone_are_told() -> None:
    world = World(forgotten={ADA})
    assert (await world.ask(DISTRICT)).subject.learner == ADA
    assert (await world.look(DISTRICT)).subject.learner == ADA
    for asking in (world.ask(ADA), world.look(ADA)):
        with pytest.raises(ForgottenError):
            await asking
    for asking in (world.ask(STRANGER), world.look(STRANGER)):
        with pytest.raises(NotFoundError):
            await asking


async def test_a_verification_of_the_record_is_no_audit() -> None:
    world = World()
    begun = await world.ask(DISTRICT)
    world.kept = replace(begun, subject=replace(begun.subject, kind="record", grade=None))
    with pytest.raises(NotFoundError):
        await world.look(DISTRICT)
