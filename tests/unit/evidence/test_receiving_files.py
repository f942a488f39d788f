"""Files come at once, again, too slowly, or into a store that breaks: what waits is bounded, and nothing is left."""

import asyncio
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any, cast
from uuid import uuid4

import pytest

from services.evidence.artefacts import files as artefact_files
from services.evidence.artefacts.files import StoredFiles
from services.evidence.artefacts.folder import FolderStore
from services.evidence.artefacts.sweep import ArtefactSweep
from services.evidence.artefacts.tables import SealedFile
from services.evidence.domain.errors import Conflict
from services.evidence.domain.files import MAX_WAITING, MAX_WAITING_SIZE
from services.evidence.ports import ArtefactsUnavailable, TooSlow
from services.evidence.vault.cipher import OwnerKey
from services.evidence.vault.keys import Found
from tests.support import documents
from tests.support.pure_district import AMARA, WORK

OWNER = OwnerKey.generated(WORK)


class SmallKeys:
    async def made(self, owners: Collection[str]) -> Found:
        return await self.known(owners)

    async def known(self, owners: Collection[str]) -> Found:
        return Found(dict.fromkeys(owners, OWNER), frozenset())


@dataclass(frozen=True)
class Row:
    key: str
    file: str
    owner: str
    sender: str
    size: int
    sealed: bytes | None = None


@dataclass
class SmallTables:
    """The rows in memory; what SQL makes of them is tried where there is a database."""

    rows: dict[str, Row] = field(default_factory=dict)

    async def coming(self, key: str, file: str, owner: str, *, sender: str, size: int) -> None:
        self.rows[key] = Row(key, file, owner, sender, size)

    async def came(self, key: str, sealed: bytes) -> bool:
        own = self.rows[key]
        if any(row.file == own.file and row.sealed is not None for row in self.rows.values()):
            return False
        self.rows[key] = replace(own, sealed=sealed)
        return True

    async def whole(self, files: Collection[str]) -> list[SealedFile]:
        return [
            SealedFile(row.key, row.file, row.owner, row.sealed)
            for row in self.rows.values()
            if row.file in files and row.sealed is not None
        ]

    async def waiting(self, owner: str, *, beside: str = "") -> int:
        return sum(row.owner == owner and row.file != beside for row in self.rows.values())

    async def waiting_of(self, sender: str, *, beside: str = "") -> int:
        return sum(row.size for row in self.rows.values() if row.sender == sender and row.file != beside)

    async def forget(self, key: str) -> None:
        del self.rows[key]

    async def lost(self, **_: Any) -> list[str]:
        return sorted(self.rows)

    async def sweep(self, key: str, remove: Any, **_: Any) -> bool:
        await remove(key)
        return self.rows.pop(key, None) is not None

    async def settle_named(self) -> None:
        pass


@dataclass
class Given:
    """A store in a folder of its own, and files that come to it."""

    folder: Path
    tables: SmallTables = field(default_factory=SmallTables)

    def __post_init__(self) -> None:
        self.store = FolderStore(self.folder, reserve=0)
        self.files = StoredFiles(cast("Any", SmallKeys()), cast("Any", self.tables), self.store, self.store)

    async def send(self, file: str | None = None, content: AsyncIterator[bytes] | None = None) -> bool:
        """Whether it was new."""
        parts = content or _parts(documents.PDF)
        return (await self.files.receive(WORK, file or str(uuid4()), None, parts, sender=AMARA))[1]

    async def wait(self, *sizes: int) -> str:
        """Files of these sizes wait; what the last of them is called."""
        for size in sizes:
            file = str(uuid4())
            await self.tables.coming(str(uuid4()), file, WORK, sender=AMARA, size=size)
        return file

    def stored(self) -> set[str]:
        return {one.name for one in self.folder.rglob("*") if one.is_file()}


@pytest.fixture
def given(tmp_path: Path) -> Given:
    return Given(tmp_path)


async def _parts(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        await asyncio.sleep(0)
        yield part


@pytest.mark.parametrize("sizes", [[1] * (MAX_WAITING - 1), [MAX_WAITING_SIZE - 1]], ids=["files", "bytes"])
async def test_many_that_come_at_once_pass_no_limit(given: Given, sizes: list[int]) -> None:
    await given.wait(*sizes)
    came = await asyncio.gather(*(given.send() for _ in range(6)), return_exceptions=True)
    assert sum(one is True for one in came) <= 1
    assert all(isinstance(one, Conflict) for one in came if one is not True)
    left = len(given.tables.rows) - len(sizes)
    assert left == len(given.stored()) <= 1, "what was refused is not there"
    if not left:
        assert await given.send()
    with pytest.raises(Conflict) as refused:
        await given.send()
    assert refused.value.reason == "files-waiting"


@pytest.mark.parametrize("sizes", [[1] * (MAX_WAITING - 1), [MAX_WAITING_SIZE - 1]], ids=["files", "bytes"])
async def test_the_last_that_is_taken_may_be_sent_again(given: Given, sizes: list[int]) -> None:
    await given.wait(*sizes)
    file = str(uuid4())
    assert [await given.send(file) for _ in range(2)] == [True, False]


async def test_what_the_store_does_not_take_is_not_known_either(given: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(_key: str, _sealed: IO[bytes]) -> None:
        raise ArtefactsUnavailable

    monkeypatch.setattr(given.store, "put", full)
    with pytest.raises(ArtefactsUnavailable):
        await given.send()
    assert (given.tables.rows, given.stored()) == ({}, set())


async def test_who_does_not_go_on_sending_gives_her_turn_back(given: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(artefact_files, "LONGEST", 0.05)
    monkeypatch.setattr(artefact_files, "AT_ONCE", 1)
    given.__post_init__()
    never = asyncio.Event()

    async def stalling() -> AsyncIterator[bytes]:
        yield documents.PDF
        await never.wait()

    async with asyncio.timeout(10):
        with pytest.raises(TooSlow):
            await given.send(content=stalling())
        assert await given.send()


async def test_a_file_that_cannot_be_removed_keeps_no_other_back(given: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await given.send() is await given.send() is await given.send() is True
    broken = min(given.tables.rows)
    remove = given.store.remove

    async def removed(key: str) -> None:
        if key == broken:
            raise ArtefactsUnavailable
        await remove(key)

    monkeypatch.setattr(given.store, "remove", removed)
    sweep = ArtefactSweep(cast("Any", given.tables), given.store)
    with pytest.raises(ArtefactsUnavailable):
        await sweep.sweep()
    assert given.tables.rows.keys() == {broken} == given.stored()
    monkeypatch.undo()
    assert await sweep.sweep() == 1
