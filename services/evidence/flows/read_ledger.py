"""Read the ledger for the services that keep a copy of it or fold from it: the doors."""

from dataclasses import dataclass
from typing import Protocol

from services.evidence.domain.errors import NotFound
from services.evidence.flows.reveal import People
from services.evidence.ports import Documents
from shared.ledger.entry import Entry
from shared.ledger.identifiers import SHARDS, Ledger
from shared.runtime.ledger_reader import Page
from shared.runtime.shards import Shard


class Record(Protocol):
    """The ledger as its doors read it."""

    async def entries(self, shard: Shard, *, after: int, limit: int = ...) -> Page:
        """The entries of a shard above `after`, without a gap, at most `limit`, and the shard's head."""
        ...

    async def owned(self, owner: str, *, after: int, limit: int) -> list[Entry]:
        """The entries of an owner above `after`, in position order, at most `limit`."""
        ...

    async def heads(self) -> dict[Shard, int]:
        """The last position of every shard."""
        ...


@dataclass(frozen=True, slots=True)
class Doors:
    """What the doors lead to."""

    record: Record
    documents: Documents
    people: People


async def read_shard(ledger: str, shard: int, after: int, limit: int, doors: Doors) -> Page:
    """A page of a shard. Raises NotFound where there is no such shard."""
    name: Ledger | None = next((known for known in SHARDS if known == ledger), None)
    if name is None or shard >= SHARDS[name]:
        raise NotFound("shard")
    return await doors.record.entries(Shard(name, shard), after=after, limit=limit)


async def read_owner(owner: str, after: int, limit: int, doors: Doors) -> list[Entry]:
    """A page of an owner's entries; empty where there are none."""
    return await doors.record.owned(owner, after=after, limit=limit)


async def read_heads(doors: Doors) -> dict[Ledger, list[int]]:
    """The last positions, a list a ledger, by shard."""
    heads = await doors.record.heads()
    return {ledger: [heads.get(Shard(ledger, n), 0) for n in range(count)] for ledger, count in SHARDS.items()}


async def read_document(digest: str, doors: Doors) -> bytes:
    """A document's canonical bytes. Raises NotFound."""
    stored = await doors.documents.read(digest)
    if stored is None:
        raise NotFound("document")
    return stored
