"""The port `Files`: encrypted under the works' keys, in a store; what is known of them lies beside the vault."""

import asyncio
import json
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import suppress
from typing import IO
from uuid import uuid4

from services.evidence.artefacts.folder import FolderStore, told
from services.evidence.artefacts.sealing import BEGIN, PART, TAG, FileCipher, Unsealable
from services.evidence.artefacts.staging import Staged
from services.evidence.artefacts.store import ArtefactStore
from services.evidence.artefacts.tables import ArtefactTables, SealedFile
from services.evidence.domain.errors import Conflict, Forgotten, Mismatch, NotFound
from services.evidence.domain.files import MAX_FILE, MAX_WAITING, MAX_WAITING_SIZE, KeptFile, NamedFile, check_declared
from services.evidence.ports import ArtefactsUnavailable, TooSlow, VaultUnavailable
from services.evidence.vault.answering import answering
from services.evidence.vault.cipher import OwnerKey
from services.evidence.vault.keys import Keys

AT_ONCE = 8
"""Files that a process takes in at a time; more wait."""

LONGEST = 300.0
"""Seconds in which a file must have come: until then it has one of the turns, whatever its sender does."""

_FIELD = "artefact"


class StoredFiles:
    """A file that is sent again is stored anew first and compared then: what a client says of it is never believed."""

    def __init__(self, keys: Keys, tables: ArtefactTables, store: ArtefactStore, incoming: FolderStore) -> None:
        self._keys, self._tables, self._store, self._incoming = keys, tables, store, incoming
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def receive(
        self, work: str, file: str, declared: str | None, parts: AsyncIterator[bytes], *, sender: str
    ) -> tuple[KeptFile, bool]:
        """See `Files.receive`."""
        owner = await self._owner(work)
        await self._check_waiting(work, file, sender)
        key = str(uuid4())
        async with self._turns:
            await asyncio.to_thread(self._incoming.check_room, 2 * MAX_FILE)
            try:
                with Staged(self._incoming.incoming, FileCipher(owner, key)) as staged:
                    async for part in _in_time(parts):
                        await asyncio.to_thread(staged.add, part)
                    media_type = await asyncio.to_thread(staged.finish)
                    check_declared(declared, media_type)
                    kept = KeptFile(file, work, key, media_type, staged.size, staged.sha256)
                    await self._put(kept, staged.sealed, sender)
            except OSError as error:
                raise told(error) from error
        return await self._settled(kept, owner)

    async def known(self, work: str, files: Collection[str]) -> Mapping[str, KeptFile]:
        """See `Files.known`."""
        async with answering():
            sealed = [one for one in await self._tables.whole(files) if one.owner == work]
            keys = (await self._keys.known([work])).keys if sealed else {}
        return {one.file: kept for one in sealed if (kept := _opened(one, keys.get(work))) is not None}

    async def name(self, named: Mapping[str, str]) -> None:
        """See `Files.name`."""
        async with answering():
            await self._tables.use([(key, ref) for ref, key in named.items()])

    async def settle(self, keys: Collection[str]) -> None:
        """See `Files.settle`."""
        async with answering():
            await self._tables.settle(keys)

    async def content(self, work: str, file: NamedFile) -> AsyncIterator[bytes]:
        """See `Files.content`."""
        async with answering():
            owner = (await self._keys.known([work])).keys.get(work)
        if owner is None:
            raise NotFound("file")
        try:
            async for part in _plain(self._store.parts(file.key), owner, file):
                yield part
        except Unsealable as error:
            raise ArtefactsUnavailable("What lies in the store is not the file that was kept.") from error

    async def remove(self, work: str) -> None:
        """See `Files.remove`."""
        async with answering():
            keys = await self._tables.owned(work)
        for key in keys:
            await self._drop(key)

    async def _owner(self, work: str) -> OwnerKey:
        async with answering():
            found = await self._keys.made({work})
        if found.destroyed:
            raise Forgotten(found.destroyed)
        return found.keys[work]

    async def _check_waiting(self, work: str, file: str, sender: str) -> None:
        """Raise Conflict where too much waits beside this file, which may have come before."""
        async with answering():
            if await self._tables.waiting(work, beside=file) >= MAX_WAITING:
                raise Conflict(
                    f"{MAX_WAITING} files of this work wait to be named by a version; add one first.",
                    reason="files-waiting",
                    number=MAX_WAITING,
                )
            if await self._tables.waiting_of(sender, beside=file) >= MAX_WAITING_SIZE:
                raise Conflict(
                    f"{MAX_WAITING_SIZE >> 20} MiB of files that you handed in wait to be named by versions; add these,"
                    " or wait a day.",
                    reason="files-waiting",
                )

    async def _put(self, kept: KeptFile, sealed: IO[bytes], sender: str) -> None:
        """Store a file, of which there is a row before. What is not stored leaves none.

        Its row is there when it is counted what waits beside it: so of many that come at once none is overlooked, and
        rather none of them is taken than one too many.
        """
        async with answering():
            await self._tables.coming(kept.key, kept.id, kept.work, sender=sender, size=kept.size)
        try:
            await self._check_waiting(kept.work, kept.id, sender)
            await self._store.put(kept.key, sealed)
        except Exception:
            with suppress(ArtefactsUnavailable, VaultUnavailable):  # it is swept then
                await self._drop(kept.key)
            raise

    async def _drop(self, key: str) -> None:
        """Remove a file, and know no more of it."""
        await self._store.remove(key)
        async with answering():
            await self._tables.forget(key)

    async def _settled(self, kept: KeptFile, owner: OwnerKey) -> tuple[KeptFile, bool]:
        """The file as it is known from now on, and whether it is new: the first to come of one name is the one."""
        async with answering():
            sealed = owner.encrypt_text(kept.id, _FIELD, _said(kept))
            if await self._tables.came(kept.key, sealed):
                return kept, True
        await self._drop(kept.key)
        before = (await self.known(kept.work, [kept.id])).get(kept.id)
        if before is None:
            await self._owner(kept.work)  # forgotten meanwhile
            raise Mismatch("This id names a file of another work.", field="/header/Idempotency-Key")
        if (before.sha256, before.media_type) != (kept.sha256, kept.media_type):
            raise Mismatch("Under this id another file came before.", field="/header/Idempotency-Key")
        return before, False


async def _in_time(parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The parts as they come. Raises TooSlow where they do not all come in time."""
    until = asyncio.get_running_loop().time() + LONGEST
    while True:
        try:
            async with asyncio.timeout_at(until):
                part = await anext(parts)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise TooSlow from None
        yield part


async def _plain(parts: AsyncIterator[bytes], owner: OwnerKey, file: NamedFile) -> AsyncIterator[bytes]:
    """The plain bytes of a stored file, part by part as they are found to be right."""
    pending, number, cipher = bytearray(), 0, None
    count = -(-file.size // PART)
    async for some in parts:
        pending += some
        if cipher is None:
            if len(pending) < BEGIN:
                continue
            cipher = FileCipher.of(owner, file.key, bytes(pending[:BEGIN]))
            del pending[:BEGIN]
        while number < count - 1 and len(pending) >= PART + TAG:
            sealed = bytes(pending[: PART + TAG])
            del pending[: PART + TAG]
            yield await asyncio.to_thread(cipher.open, number, sealed, last=False)
            number += 1
    if cipher is None:
        raise Unsealable("The file is not there.")
    yield cipher.open(number, bytes(pending), last=True)


def _said(kept: KeptFile) -> str:
    return json.dumps([kept.media_type, kept.size, kept.sha256])


def _opened(one: SealedFile, owner: OwnerKey | None) -> KeptFile | None:
    said = None if owner is None else owner.decrypt_text(one.file, _FIELD, one.sealed)
    if said is None:
        return None
    media_type, size, sha256 = json.loads(said)
    return KeptFile(one.file, one.owner, one.key, media_type, size, sha256)
