"""Given a release that another copy of it overtakes, when it is judged, then it has that one's receipt."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from services.evidence.domain.commands import Command, Outcome, Placed, Repeated
from services.evidence.domain.errors import StaleVersion
from services.evidence.domain.releasing import decide_release
from services.evidence.domain.standing import LearnerStanding
from services.evidence.flows.release_grade import release_grade
from services.evidence.ports import District
from shared.ledger.entry import Entry
from tests.support.ledger_writer import TENANT
from tests.unit.evidence.test_releasing import ADA, OCCASION, TEACHER, given, recorded, release, stands


class Overtaken:
    """Ports of a district in which the grade comes to be recorded between the first look and the fold."""

    def __init__(self, entry: Entry, standing: LearnerStanding) -> None:
        self._entry, self._looks = entry, 0
        self._standing = replace(standing, versions={OCCASION.stream: 1})

    async def gradable(self, _person: str, _course: str, learners: Sequence[str]) -> set[str]:
        return set(learners)

    async def competencies(self, ids: Collection[str]) -> Collection[str]:
        return ids

    async def of(self, _learners: Sequence[str], _competencies: Collection[str]) -> Mapping[str, LearnerStanding]:
        return {ADA: self._standing}

    async def entries(self, ids: Sequence[str]) -> dict[str, Entry]:
        self._looks += 1
        return {self._entry.id: self._entry} if self._looks > 1 and self._entry.id in ids else {}

    async def append(self, commands: Sequence[Command]) -> list[Outcome]:
        [event] = commands[0].events
        assert event.body == self._entry.body
        return [Repeated((Placed(event.id, event.stream, 17, 9, 1, self._entry.recorded_at),))]

    async def unknown(self, **_occasion: str) -> None:
        return None

    def district(self) -> District:
        ports = SimpleNamespace(tenant=TENANT, rights=self, definitions=self, standings=self, ledger=self, roster=self)
        return cast("District", ports)


async def test_its_receipt_is_that_of_the_one_before_it() -> None:
    writer = given()
    standing = stands(writer)
    wish = release(standing)
    entry = recorded(writer, decide_release(wish, standing, tenant=TENANT, actor=TEACHER))
    answer = await release_grade(wish, TEACHER, Overtaken(entry, standing).district())
    assert (answer.outcome, answer.id) == ("repeated", wish.id)


async def test_overtaken_by_another_release_it_is_stale() -> None:
    writer = given()
    standing = stands(writer)
    entry = recorded(writer, decide_release(release(standing), standing, tenant=TENANT, actor=TEACHER))
    with pytest.raises(StaleVersion):
        await release_grade(release(standing, id=ADA), TEACHER, Overtaken(entry, standing).district())
