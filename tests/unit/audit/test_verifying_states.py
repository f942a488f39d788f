"""States that are behind: waited for while mastery is at work, and told where it is not."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from services.audit.domain.differences import Difference
from services.audit.domain.refolding import Refolded
from services.audit.flows.findings import Findings
from services.audit.flows.verify_states import DEFINITIONS, StateComparison
from services.audit.ports import Copy, Documents, Mastery, Record, Refolder, Task
from tests.support.ledger_writer import TENANT, named

LEARNER = named("a learner")
PATIENCE = 0.3


class NothingKept:
    """A copy without entries, and documents that nobody asks for."""

    async def definitions(self) -> list[object]:
        return []

    async def of_learners(self, _learners: object) -> dict[str, list[object]]:
        return {}

    async def contents(self, _digests: object) -> dict[str, bytes]:
        return {}


class SlowMastery:
    """Refolds one state whenever it is asked how far it is; at `stops_at` it does nothing more."""

    def __init__(self, stops_at: int) -> None:
        self.done, self._stops_at = 0, stops_at

    async def reached(self) -> dict[object, int]:
        return {DEFINITIONS: 7}

    async def refolding(self) -> dict[int, int]:
        self.done = min(self.done + 1, self._stops_at)
        return {7: self.done, 9: 0}

    async def of_learner(self, _learner: str) -> list[object]:
        return []


class BehindUntil:
    """A refolder that finds the learner behind until mastery has refolded `enough`."""

    def __init__(self, mastery: SlowMastery, enough: int) -> None:
        self._mastery, self._enough = mastery, enough

    async def use(self, _entries: object, _contents: object) -> None: ...

    async def refold(self, tasks: Sequence[Task]) -> list[Refolded]:
        late = (Difference("states", "state_behind", "It is behind."),) if self._mastery.done < self._enough else ()
        return [Refolded(task.learner, 1, 0, (), late) for task in tasks]


class Notebook:
    def __init__(self) -> None:
        self.set_aside = 0
        self.kinds: list[str] = []

    async def expect(self, *_: object) -> None: ...

    async def advance(self, *_: object) -> None: ...

    async def finish(self, *_: object) -> None: ...

    async def add(self, differences: Sequence[Difference]) -> None:
        self.kinds += [one.kind for one in differences]


async def found(*, enough: int, stops_at: int) -> list[str]:
    mastery, kept, notebook = SlowMastery(stops_at), NothingKept(), Notebook()
    ends: Mapping[Any, int] = {DEFINITIONS: 7}
    comparison = StateComparison(
        TENANT,
        cast(Copy, kept),
        cast(Record, None),
        cast(Mastery, mastery),
        cast(Documents, kept),
        cast(Refolder, BehindUntil(mastery, enough)),
        cast(Findings, notebook),
        ends,
        PATIENCE,
    )
    await comparison.of_learner(LEARNER)
    return notebook.kinds


async def test_a_state_is_waited_for_as_long_as_refolds_go_on() -> None:
    assert await found(enough=12, stops_at=12) == []  # 1.2 s of work, four times the patience


async def test_a_state_behind_is_told_once_nothing_goes_on() -> None:
    assert await found(enough=12, stops_at=3) == ["state_behind"]
