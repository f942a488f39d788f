"""Reading the ledger through the service doors of `evidence`."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import orjson

from shared.ledger.entry import Entry, entry_from_envelope
from shared.ledger.identifiers import SHARDS, Ledger
from shared.runtime.calling import ServiceClient, bearing
from shared.runtime.ledger_reader import MOST, PAGE, Page
from shared.runtime.shards import Shard
from shared.runtime.trouble import UnavailableError


class LedgerDoor:
    """A LedgerReader over HTTP. `token` gives a service token for `evidence`, fresh or remembered."""

    def __init__(self, evidence: ServiceClient, token: Callable[[], str | Awaitable[str]]) -> None:
        self._evidence = evidence
        self._token = token

    async def entries(self, shard: Shard, *, after: int, limit: int = PAGE) -> Page:
        answer = await self._get(f"/ledger/{shard.ledger}/{shard.number}", {"after": after, "limit": min(limit, MOST)})
        with _as_promised():
            return Page([entry_of(item) for item in answer["entries"]], answer["head"])

    async def owner(self, ledger: Ledger, owner: str, *, after: int = 0) -> list[Entry]:
        entries: list[Entry] = []
        while True:
            answer = await self._get(f"/ledger/owners/{owner}", {"after": after})
            with _as_promised():
                page = [entry_of(item) for item in answer["entries"]]
            entries += [entry for entry in page if entry.ledger == ledger]
            if not page or page[-1].position <= after:
                return entries
            after = page[-1].position

    async def heads(self) -> dict[Shard, int]:
        answer = await self._get("/ledger/heads", {})
        with _as_promised():
            return {Shard(ledger, n): head for ledger in SHARDS for n, head in enumerate(answer[ledger])}

    async def _get(self, path: str, query: dict[str, int]) -> Any:
        token = self._token()
        if not isinstance(token, str):
            token = await token
        answer = await self._evidence.ask("GET", path, query=query, headers=bearing(token))
        with _as_promised():
            return orjson.loads(answer.accepted.content)


@contextmanager
def _as_promised() -> Iterator[None]:
    """An answer that is not as the door promises is a trouble of the door, and no fault of an entry."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnavailableError("The ledger's door gave an answer that is none.") from error


def entry_of(item: dict[str, Any]) -> Entry:
    """The entry of a door's answer: `{"envelope": {…}, "body": text, "request_digest"?: hex}`. Raises ValueError."""
    return entry_from_envelope(item["envelope"], item["body"].encode(), item.get("request_digest"))
