"""The doors of `evidence` and `mastery`, called as a peer, and read without trusting what they say."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import orjson

from services.audit.domain.keeping import Kept
from services.audit.domain.refolding import Shown
from services.audit.domain.rows import Key, Members, What, members_of
from services.audit.domain.telling import Told, Unreadable, told_by_door
from services.audit.domain.verification import VerificationError
from shared.ledger.identifiers import SHARDS, is_id
from shared.rulebook.known import Pin
from shared.runtime.calling import NO_QUERY, Query, ServiceClient, bearing
from shared.runtime.shards import Shard
from shared.runtime.trouble import UnavailableError

PAGE = 500
OWNERS_PAGE = 1000
LEARNERS_PAGE = 200
TRIES = 6
PASSING = frozenset({429, 502, 503, 504})
MOST_BROKEN = 50
"""Positions in a row that a door may fail to give one by one: more, and the door is broken, not the record."""


class BrokenAnswerError(Exception):
    """The service answers, but cannot give this page: something in it is not as it can be."""


class Peer:
    """One service of the district. `token` gives a service token for it."""

    def __init__(self, name: str, client: ServiceClient, token: Callable[[], str]) -> None:
        self.name, self._client, self._token = name, client, token

    async def get(self, path: str, query: Query = NO_QUERY) -> Any:
        """The answer's JSON. Raises VerificationError where none comes for long, BrokenAnswerError for a 500."""
        for attempt in range(TRIES):
            if attempt:
                await asyncio.sleep(0.2 * 2 ** (attempt - 1))
            try:
                headers = bearing(self._token())
                answer = await self._client.ask("GET", path, query=query, headers=headers)
            except UnavailableError:
                continue
            if answer.status in PASSING:
                continue
            if answer.status == 500:
                raise BrokenAnswerError
            if answer.status != 200:
                break
            try:
                return orjson.loads(answer.content)
            except ValueError as error:
                raise BrokenAnswerError from error
        raise VerificationError(f"The {self.name} service does not answer, or not as it should.")

    async def sure(self, path: str, query: Query = NO_QUERY) -> Any:
        """As `get`, where nothing in the record can be the reason for a 500."""
        try:
            return await self.get(path, query)
        except BrokenAnswerError as error:
            raise VerificationError(f"The {self.name} service fails when it is asked for {path}.") from error


class LedgerDoors:
    """The `Record`: the ledger through the doors of `evidence`."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._broken = 0

    async def heads(self) -> dict[Shard, int]:
        answer = await self._peer.sure("/ledger/heads")
        return {Shard(ledger, n): int(head) for ledger in SHARDS for n, head in enumerate(answer[ledger])}

    async def window(self, shard: Shard, after: int, through: int) -> dict[int, Told]:
        """Where a page cannot be given, it is asked for in halves, down to the one position that stands in the way."""
        told: dict[int, Told] = {}
        while after < through:
            try:
                answer = await self._page(shard, after, min(PAGE, through - after))
            except BrokenAnswerError:
                if through - after == 1:
                    return told | {through: self._unreadable()}
                middle = (after + through) // 2
                return told | await self.window(shard, after, middle) | await self.window(shard, middle, through)
            self._broken = 0
            if not answer:
                break
            told |= {position: told_by_door(item) for position, item in answer if position <= through}
            after = answer[-1][0]
        return told

    async def beyond(self, shard: Shard, after: int) -> list[int]:
        try:
            return [position for position, _ in await self._page(shard, after, PAGE)]
        except BrokenAnswerError:
            return []

    async def of_owner(self, shard: Shard, owner: str, ours: Sequence[int]) -> dict[int, Told]:
        told: dict[int, Told] = {}
        after = 0
        while True:
            try:
                answer = await self._peer.get(f"/ledger/owners/{owner}", {"after": after, "limit": OWNERS_PAGE})
            except BrokenAnswerError:
                return told | await self._one_by_one(shard, [position for position in ours if position > after])
            items = [(_position(item), item) for item in answer["entries"]]
            told |= {position: told_by_door(item) for position, item in items if _ledger(item) == shard.ledger}
            if not items or items[-1][0] <= after:
                return told
            after = items[-1][0]

    async def _one_by_one(self, shard: Shard, positions: Sequence[int]) -> dict[int, Told]:
        """What stands at these positions, one of which cannot be given."""
        told: dict[int, Told] = {}
        for position in positions:
            told |= await self.window(shard, position - 1, position)
        return told

    async def _page(self, shard: Shard, after: int, limit: int) -> list[tuple[int, dict[str, Any]]]:
        path = f"/ledger/{shard.ledger}/{shard.number}"
        answer = await self._peer.get(path, {"after": after, "limit": limit})
        items = [(_position(item), item) for item in answer["entries"]]
        if any(position <= after for position, _ in items):
            raise VerificationError("The evidence service gives entries that were not asked for.")
        return items

    def _unreadable(self) -> Unreadable:
        self._broken += 1
        if self._broken > MOST_BROKEN:
            raise VerificationError("The evidence service cannot give the ledger's entries.")
        return Unreadable("the ledger's door fails to give it")


class MasteryDoors:
    """The `Mastery`: states and what is kept beside them, through the doors of `mastery`."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    async def states(self) -> AsyncIterator[list[Shown]]:
        after: Any = None
        while True:
            query = {"limit": PAGE} if after is None else {"limit": PAGE, "after": after}
            answer = await self._peer.sure("/mastery/states", query)
            yield [_shown(state) for state in answer["states"]]
            after = answer.get("next")
            if after is None:
                return

    async def of_learner(self, learner: str) -> list[Shown]:
        answer = await self._peer.sure(f"/mastery/learners/{learner}/states")
        return [_shown(state) for state in answer["states"]]

    async def kept(self) -> AsyncIterator[list[Kept]]:
        after: Any = None
        while True:
            query = {"limit": LEARNERS_PAGE} if after is None else {"limit": LEARNERS_PAGE, "after": after}
            answer = await self._peer.sure("/mastery/kept", query)
            yield [_kept(learner) for learner in answer["learners"]]
            after = answer.get("next")
            if after is None:
                return

    async def kept_of(self, learner: str) -> Kept:
        return _kept(await self._peer.sure(f"/mastery/learners/{learner}/kept"))

    async def reached(self) -> dict[Shard, int]:
        shards = (await self._health())["shards"]
        return {Shard(ledger, one["shard"]): one["applied"] for ledger in SHARDS for one in shards[ledger]}

    async def refolding(self) -> dict[int, int]:
        return {one["position"]: one["done"] for one in (await self._health()).get("refolds", [])}

    async def _health(self) -> Any:
        """Raises VerificationError also where the service has no shards to tell of, since its database is away."""
        answer = await self._peer.sure("/health")
        if not answer["shards"]:
            raise VerificationError("The mastery service does not know how far it has come.")
        return answer


def _position(item: dict[str, Any]) -> int:
    position = item["envelope"]["position"]
    if not isinstance(position, int):
        raise VerificationError("The evidence service gives an entry without a position.")
    return position


def _ledger(item: dict[str, Any]) -> object:
    return item["envelope"].get("ledger")


def _shown(state: dict[str, Any]) -> Shown:
    learner, competency, digest = state["learner"], state["competency"], state["digest"]
    if not (is_id(learner) and is_id(competency) and isinstance(digest, str)):
        raise VerificationError("The mastery service gives a state that names no learner, competency or digest.")
    pins = frozenset(Pin(pin["ledger"], pin["shard"], pin["position"]) for pin in state["pins"])
    return Shown(learner, competency, state["status"], digest, pins, state)


def _kept(told: dict[str, Any]) -> Kept:
    learner, shard, applied = told["learner"], told["shard"], told["applied"]
    if not (is_id(learner) and isinstance(shard, int) and isinstance(applied, int)):
        raise VerificationError("The mastery service tells what it keeps, but not of whom.")
    rows: dict[Key, Members] = {}
    if told["enrolled"] is not None:
        rows[Key("enrolled", learner)] = dict(members_of(told["enrolled"]))
    if told["forgotten"] is not None:
        rows[Key("forgotten", learner)] = {"position": told["forgotten"]}
    named: tuple[tuple[What, str, str], ...] = (
        ("grade", "grades", "grade"),
        ("graded", "graded", "grade"),
        ("review", "reviews", "review"),
        ("redo", "redos", "redo"),
        ("feedback", "feedback", "piece"),
    )
    for what, list_, id_ in named:
        for row in told[list_]:
            key = Key(what, row[id_], row["competency"] if what in {"graded", "redo"} else "")
            rows[key] = dict(
                members_of({name: value for name, value in row.items() if name not in {id_, "competency"}})
            )
    return Kept(learner, shard, applied, bool(told["under_review"]), rows)
