"""The small district as redos are decided in it: a policy, a task, a guardian, and who is forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from shared.contracts.tasks import RicherTask
from shared.ledger.entry import Entry
from shared.rulebook.policy import Policy
from tests.support.pure_district import AMARA, PureDistrict, SmallDefinitions


@dataclass
class Published(SmallDefinitions):
    """A policy in force and a task."""

    policy: Policy | None
    one: RicherTask | None

    async def in_force(self, _learner: object, _competency: str) -> Any:
        return self.policy

    async def task(self, task: str) -> RicherTask | None:
        return self.one if self.one is not None and self.one.id == task else None


@dataclass
class NobodyForgotten:
    """Nobody is forgotten, or Amara is."""

    gone: bool = False

    async def known_to(self, _person: str, learners: Sequence[str]) -> set[str]:
        return await self.forgotten(learners)

    async def forgotten(self, learners: Sequence[str]) -> set[str]:
        return {AMARA}.intersection(learners) if self.gone else set()


def redo_district(
    held: Sequence[Entry], policy: Policy | None = None, task: RicherTask | None = None, *, guardian: str = ""
) -> PureDistrict:
    small = PureDistrict(*held)
    small.rights.guardians = frozenset({(guardian, AMARA)})
    small.definitions = Published(policy, task)
    small.forgettings = cast("Any", NobodyForgotten())
    return small
