"""The port `Vault`: texts and names in the service's database, their keys in another."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeAlias, TypeVar

import orjson

from services.evidence.domain.errors import Forgotten
from services.evidence.domain.texts import KeptText, Name, NewText
from services.evidence.vault.answering import answering
from services.evidence.vault.cipher import OwnerKey
from services.evidence.vault.keys import Keys
from services.evidence.vault.tables import SealedText, Tables

PAGE = 1_000
"""Texts or names of one round of statements at most."""

APART = 50
"""Texts and names beyond which they are encrypted in a thread, so that others are not kept waiting."""

_T = TypeVar("_T")


class PostgresVault:
    """A round is at most four statements, however many texts it is of."""

    def __init__(self, keys: Keys, tables: Tables) -> None:
        self._keys, self._tables = keys, tables

    async def keep(self, texts: Sequence[NewText]) -> list[str]:
        """See `Vault.keep`."""
        refs: list[str] = []
        for page in _pages(texts):
            async with answering():
                found = await self._keys.made({text.owner for text in page})
                if found.destroyed:
                    raise Forgotten(found.destroyed)
                sealed = await _apart(len(page), _sealed, page, found.keys)
                await self._tables.keep(sealed)
            refs += [one.ref for one in sealed]
        return refs

    async def texts(self, refs: Collection[str]) -> Mapping[str, KeptText]:
        """See `Vault.texts`."""
        opened: dict[str, KeptText] = {}
        for page in _pages(refs):
            async with answering():
                sealed = await self._tables.read(page)
                keys = (await self._keys.known({one.owner for one in sealed})).keys if sealed else {}
                found = await _apart(len(sealed), _opened, sealed, keys)
            opened |= found
        return opened

    async def keep_names(self, names: Mapping[str, Name]) -> None:
        """See `Vault.keep_names`."""
        for page in _pages(names.items()):
            async with answering():
                keys = (await self._keys.made({person for person, _ in page})).keys
                sealed = await _apart(len(page), _sealed_names, page, keys)
                await self._tables.keep_names(sealed)

    async def names(self, people: Collection[str]) -> Mapping[str, Name]:
        """See `Vault.names`."""
        opened: dict[str, Name] = {}
        for page in _pages(people):
            async with answering():
                sealed = await self._tables.names(page)
                keys = (await self._keys.known(sealed)).keys if sealed else {}
                found = await _apart(len(sealed), _opened_names, sealed, keys)
            opened |= found
        return opened

    async def seed(self, owner: str, event: str) -> bytes:
        """See `Vault.seed`."""
        async with answering():
            found = await self._keys.made({owner})
            if found.destroyed:
                raise Forgotten(found.destroyed)
            return found.keys[owner].seed(event)

    async def destroy(self, owner: str) -> None:
        """See `Vault.destroy`."""
        async with answering():
            await self._keys.destroy(owner)
            await self._tables.remove(owner)


_Owned: TypeAlias = Mapping[str, OwnerKey]


def _sealed(texts: Sequence[NewText], keys: _Owned) -> list[SealedText]:
    sealed: list[SealedText] = []
    for text in texts:
        key = keys[text.owner]
        ciphertext = key.encrypt_text(text.event, text.field, text.text)
        sealed.append(SealedText(key.reference(ciphertext).hex(), text.owner, text.event, text.field, ciphertext))
    return sealed


def _opened(sealed: Sequence[SealedText], keys: _Owned) -> dict[str, KeptText]:
    """Those that are what their references name, and in their places."""
    opened: dict[str, KeptText] = {}
    for one in sealed:
        key = keys.get(one.owner)
        if key is None or key.reference(one.ciphertext).hex() != one.ref:
            continue
        text = key.decrypt_text(one.event, one.field, one.ciphertext)
        if text is not None:
            opened[one.ref] = KeptText(one.owner, one.event, one.field, text)
    return opened


def _sealed_names(names: Sequence[tuple[str, Name]], keys: _Owned) -> dict[str, bytes]:
    return {
        person: keys[person].encrypt_name(orjson.dumps([name.given, name.family]).decode())
        for person, name in names
        if person in keys
    }


def _opened_names(sealed: Mapping[str, bytes], keys: _Owned) -> dict[str, Name]:
    found = {person: keys[person].decrypt_name(one) for person, one in sealed.items() if person in keys}
    return {person: Name(*orjson.loads(name)) for person, name in found.items() if name is not None}


def _pages(items: Iterable[_T]) -> Iterator[list[_T]]:
    iterator = iter(items)
    while page := list(islice(iterator, PAGE)):
        yield page


async def _apart(count: int, work: Callable[..., _T], *arguments: object) -> _T:
    return await asyncio.to_thread(work, *arguments) if count > APART else work(*arguments)
