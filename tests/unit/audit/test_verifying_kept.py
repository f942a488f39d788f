"""What is kept beside states: waited for while mastery is at work, asked for where it is not told, and set aside."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, cast

from services.audit.domain.differences import Difference
from services.audit.domain.keeping import Kept
from services.audit.domain.rows import members_of, said_by
from services.audit.flows.findings import Findings
from services.audit.flows.verify_kept import KeptComparison
from services.audit.ports import Copy, Mastery, Record
from shared.ledger.canonical import canonical
from shared.ledger.entry import Entry, entry_from_envelope
from shared.ledger.identifiers import shard_of
from shared.runtime.shards import Shard
from tests.support.ledger_writer import TENANT, LedgerWriter, named

ADA, NORTH, SOUTH = (named(name) for name in ("Ada", "North", "South"))
SHARD = Shard("evidence", shard_of(TENANT, ADA))
PATIENCE = 0.3


def written() -> list[Entry]:
    writer = LedgerWriter()
    for number in range(8):
        writer.enrol(ADA, SOUTH if number % 2 else NORTH)
    return [entry_from_envelope(raw["envelope"], canonical(raw["body"])) for raw in writer.entries]


ENTRIES = written()
END = len(ENTRIES)


class CopyOf:
    """A copy of these entries, which says that it has all once it is asked again."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        self.asked = 0

    async def reached(self) -> dict[Shard, int]:
        self.asked += 1
        return {SHARD: END if self.asked > 1 else 0}

    async def kept_entries(self, _learners: object) -> dict[str, list[Entry]]:
        return {ADA: list(self._entries)}

    async def kept_learners(self, _shard: object, _through: object) -> AsyncIterator[list[str]]:
        yield [ADA]


class Keeping:
    """A mastery that applies one entry more whenever it is asked for Ada, up to `stops_at`; it said it has all."""

    def __init__(
        self, *, begins_at: int, stops_at: int, paged: bool = True, more: Mapping[Any, Any] | None = None
    ) -> None:
        self.applied, self._stops_at, self._paged, self._more = begins_at, stops_at, paged, more or {}
        self.asked = 0

    async def reached(self) -> dict[Shard, int]:
        return {SHARD: END}

    async def kept(self) -> AsyncIterator[list[Kept]]:
        yield [self._told()] if self._paged else []

    async def kept_of(self, _learner: str) -> Kept:
        self.asked += 1
        self.applied = min(self.applied + 1, self._stops_at)
        return self._told()

    def _told(self) -> Kept:
        rows = {key: said.members for key, said in said_by(ENTRIES[: self.applied]).items()}
        return Kept(ADA, SHARD.number, self.applied, False, {**rows, **self._more})


class LedgerAt:
    async def heads(self) -> dict[Shard, int]:
        return {SHARD: END}


class Notebook:
    def __init__(self) -> None:
        self.set_aside = 0
        self.kinds: list[str] = []
        self.done: dict[str, int] = {}

    async def advance(self, phase: str, by: int) -> None:
        self.done[phase] = self.done.get(phase, 0) + by

    async def finish(self, phase: str) -> None:
        self.done.setdefault(phase, 0)

    async def add(self, differences: Sequence[Difference]) -> None:
        self.kinds += [one.kind for one in differences]


async def found(mastery: Keeping, *, of_all: bool = True, ends: int = END, entries: Sequence[Entry] = ENTRIES) -> Any:
    notebook = Notebook()
    comparison = KeptComparison(
        *(TENANT, cast(Copy, CopyOf(entries)), cast(Record, LedgerAt()), cast(Mastery, mastery)),
        *(cast(Findings, notebook), {SHARD: ends}, PATIENCE),
    )
    await (comparison.of_all() if of_all else comparison.of_learner(ADA))
    return notebook


async def test_what_is_kept_of_all_is_compared_once() -> None:
    mastery = Keeping(begins_at=END, stops_at=END)
    notebook = await found(mastery)
    assert (notebook.kinds, notebook.done) == (
        [],
        {"learners": 1, "grades": 0, "reviews": 0, "redos": 0, "feedback": 0},
    )
    assert mastery.asked == 0


async def test_mastery_is_waited_for_as_long_as_it_goes_on() -> None:
    notebook = await found(Keeping(begins_at=0, stops_at=END))  # 0.8 s of work, more than twice the patience
    assert (notebook.kinds, notebook.done["learners"]) == ([], 1)


async def test_what_is_behind_is_told_once_nothing_goes_on() -> None:
    for of_all in (True, False):
        notebook = await found(Keeping(begins_at=0, stops_at=3), of_all=of_all)
        assert (notebook.kinds, notebook.done["learners"]) == (["kept_differs"], 1)


async def test_a_learner_of_whom_nothing_is_told_is_asked_for() -> None:
    mastery = Keeping(begins_at=END, stops_at=END, paged=False)
    notebook = await found(mastery)
    assert (notebook.kinds, mastery.asked, notebook.done["learners"]) == ([], 1, 1)
    notebook = await found(Keeping(begins_at=0, stops_at=0, paged=False))
    assert notebook.kinds == ["kept_missing"]


async def test_what_mastery_applied_meanwhile_is_no_difference() -> None:
    """It tells of entries beyond the end of what is verified; the copy is waited for."""
    notebook = await found(Keeping(begins_at=END, stops_at=END), ends=2)
    assert notebook.kinds == []


async def test_what_no_entry_says_is_found() -> None:
    more = {key: dict(members_of({"digest": "ab"})) for key in said_by(ENTRIES[:1])}
    notebook = await found(Keeping(begins_at=END, stops_at=END, more=more))
    assert notebook.kinds == ["kept_differs"]
    assert (await found(Keeping(begins_at=END, stops_at=END), entries=[])).kinds == ["kept_unexpected"]
