"""Texts and names, encrypted."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from services.evidence.domain.texts import KeptText, Name, NewText


class Vault(Protocol):
    """Texts and names, encrypted under keys of their owners that lie in a database of their own (DESIGN §3).

    Every method raises VaultUnavailable where the keys or the texts cannot be reached.
    """

    async def keep(self, texts: Sequence[NewText]) -> list[str]:
        """Keep texts, durably; their references, in order: 64 hex digits each.

        The same text of the same owner, event and field has the same reference for ever, so an honest retry stores
        nothing new. Raises Gone where an owner's key is destroyed. Texts that no event comes to refer to within a day
        are swept.
        """
        ...

    async def texts(self, refs: Collection[str]) -> Mapping[str, KeptText]:
        """The texts that these references name; those unknown, swept or no longer to be decrypted are left out."""
        ...

    async def keep_names(self, names: Mapping[str, Name]) -> None:
        """Keep people's names, by person; a later one replaces an earlier one. The forgotten are passed over."""
        ...

    async def names(self, people: Collection[str]) -> Mapping[str, Name]:
        """The names of these people, where they are known and not forgotten."""
        ...

    async def seed(self, owner: str, event: str) -> bytes:
        """Twenty bytes that only this owner's key gives for an event, the same for ever; to make a secret of.

        Raises Forgotten where the key is destroyed.
        """
        ...

    async def destroy(self, owner: str) -> None:
        """Destroy an owner's key and whatever was encrypted under it, for ever; none is made again. Repeatable."""
        ...


class VaultUnavailable(Exception):  # noqa: N818 - named for what is so, as the flows tell it
    """The vault or its keys did not answer; the same may be asked again."""
