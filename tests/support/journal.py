"""A journaling client: it writes down what it asked and what came back, and asks again until it knows.

Each operation ends as `ok` (with its receipts), `fail` (a problem that is final) or `unknown` (no answer, or 5xx); an
unknown one is sent again under the same ids until it is known. That is where exactly-once claims usually fail.
"""

import asyncio
import random
import time
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

import httpx

from shared.runtime.authorities import authorities

Outcome = Literal["ok", "fail", "unknown"]
BOARD = 5
"""How many of the pieces on the board, the latest, are fought over."""

PATIENCE = 20.0
"""Seconds that the client waits for an answer: more than any part may take to say that another does not answer."""


@dataclass(frozen=True, slots=True)
class Try:
    """One sending: when it was called and returned (monotonic nanoseconds), and what came of it.

    `status` is 0 where nothing came but an error of the connection, and None where nothing came in `PATIENCE`.
    `honest` tells that what it said, if anything, is what a client may rely on: a refusal for now says when to ask
    again, and each event of a success has a receipt or a reason.
    """

    called: int
    returned: int
    outcome: Outcome
    status: int | None
    honest: bool = True
    said: str = ""


@dataclass(slots=True)
class Operation:
    """One request and every answer to it. `receipts` are of the last answer, by event id."""

    method: str
    path: str
    body: Any
    ids: tuple[str, ...]
    tries: list[Try] = field(default_factory=list)
    receipts: dict[str, dict[str, Any]] = field(default_factory=dict)
    refusal: dict[str, Any] = field(default_factory=dict)

    @property
    def outcome(self) -> Outcome:
        return self.tries[-1].outcome if self.tries else "unknown"


@dataclass(slots=True)
class Learner:
    """A learner to write about, and what is known to be recorded and not voided."""

    id: str
    pieces: list[str] = field(default_factory=list)


class JournalingClient:
    """Writes attempts, batches, voids and repeats for a district's learners, one at a time, until told to stop.

    `acknowledged` is every receipt that was ever given, by event id. After each operation it waits for `pause` seconds.
    Clients that share a `board` also void each other's pieces, so that they decide at once about the same streams.
    """

    def __init__(
        self,
        url: str,
        personal_token: str,
        *,
        learners: list[Learner],
        competencies: list[str],
        seed: int,
        board: list[str] | None = None,
        pause: float = 0,
    ) -> None:
        self.journal: list[Operation] = []
        self.acknowledged: dict[str, dict[str, Any]] = {}
        self._pause = pause
        self._board = board if board is not None else []
        self._http = httpx.AsyncClient(verify=authorities(), base_url=url, timeout=PATIENCE, trust_env=False)
        self._personal_token = personal_token
        self._authorization = ""
        self._random = random.Random(seed)
        self._learners, self._competencies = learners, competencies

    @property
    def sent(self) -> set[str]:
        return {id_ for operation in self.journal for id_ in operation.ids}

    async def write_until(self, stop: asyncio.Event) -> None:
        """Write, then settle what is unknown. Returns once every operation of this client is `ok` or `fail`."""
        while not stop.is_set():
            operation = self._next()
            self.journal.append(operation)
            await self.settle(operation)
            self._remember(operation)
            await asyncio.sleep(self._pause)

    async def settle(self, operation: Operation) -> None:
        """Send the operation until its outcome is known."""
        while operation.outcome == "unknown":
            await self._try(operation)
            if operation.outcome == "unknown":
                await asyncio.sleep(0.05)  # not for timing: a dead server is not asked in a tight loop

    async def close(self) -> None:
        await self._http.aclose()

    async def _try(self, operation: Operation) -> None:
        called = time.monotonic_ns()
        outcome: Outcome = "unknown"
        status: int | None = 0
        honest, said = True, ""
        try:
            response = await self._http.request(
                operation.method, operation.path, json=operation.body, headers=await self._headers()
            )
            status, said = response.status_code, f"{operation.method} {operation.path}: {response.text[:300]}"
            if status in {200, 201, 207}:
                answers = response.json()
                answers = answers if isinstance(answers, list) else [answers]
                operation.receipts |= {answer["id"]: answer for answer in answers if "outcome" in answer}
                self.acknowledged |= operation.receipts
                for_now = [answer for answer in answers if answer.get("status", 200) in {429, 503}]
                outcome = "unknown" if for_now else "ok"
                honest = all("outcome" in answer or "title" in answer for answer in answers)
            elif status == 401:
                self._authorization = ""
            elif status < 500 and status != 429:
                outcome = "fail"
                operation.refusal = response.json()
            else:
                honest = status in {429, 503} and int(response.headers["retry-after"]) > 0
        except httpx.TimeoutException:
            status = None
        except (httpx.TransportError, ValueError):
            pass
        except KeyError:
            honest = False
        operation.tries.append(Try(called, time.monotonic_ns(), outcome, status, honest, "" if honest else said))

    async def _headers(self) -> dict[str, str]:
        if not self._authorization:
            response = await self._http.post("/v1/tokens", headers={"Authorization": f"Bearer {self._personal_token}"})
            response.read()
            if response.status_code in {200, 201}:
                self._authorization = f"Bearer {response.json()['access_token']}"
        return {"Authorization": self._authorization}

    def _next(self) -> Operation:
        kind = self._random.choices(("one", "batch", "void", "repeat", "race"), (6, 3, 2, 2, 2))[0]
        if kind == "race" and self._board:
            piece, void = self._random.choice(self._board[-BOARD:]), self._id()
            return Operation("POST", f"/v1/evidence/{piece}/void", {"id": void, "expected_version": 1}, (void,))
        if kind == "void" and any(learner.pieces for learner in self._learners):
            learner = self._random.choice([learner for learner in self._learners if learner.pieces])
            piece, void = learner.pieces.pop(self._random.randrange(len(learner.pieces))), self._id()
            return Operation("POST", f"/v1/evidence/{piece}/void", {"id": void, "expected_version": 1}, (void,))
        if kind == "repeat" and self.journal:
            known = self._random.choice(self.journal)
            return Operation(known.method, known.path, known.body, known.ids)
        items = [self._item() for _ in range(1 if kind != "batch" else self._random.randint(2, 20))]
        body: Any = items if kind == "batch" else items[0]
        return Operation("POST", "/v1/evidence", body, tuple(item["id"] for item in items))

    def _item(self) -> dict[str, Any]:
        day, second = self._random.randint(1, 28), self._random.randint(0, 59)
        results = [
            {"competency": competency, "earned": str(self._random.randint(0, 4)), "possible": "4"}
            for competency in self._random.sample(self._competencies, self._random.randint(1, 2))
        ]
        body = {"learner": self._random.choice(self._learners).id, "purpose": "practice", "results": results}
        moment = f"2026-10-{day:02d}T09:00:{second:02d}.000Z"
        return {"id": self._id(), "type": "AttemptRecorded", "occurred_at": moment, "body": body}

    def _id(self) -> str:
        return str(UUID(int=self._random.getrandbits(128), version=4))

    def _remember(self, operation: Operation) -> None:
        """Pieces may be voided once their receipt is there; by one void only, so that no void is stale by our doing."""
        if operation.path != "/v1/evidence" or operation.outcome != "ok" or len(operation.tries) == 0:
            return
        by_id = {learner.id: learner for learner in self._learners}
        items = operation.body if isinstance(operation.body, list) else [operation.body]
        for item in items:
            receipt = operation.receipts.get(item["id"])
            if receipt is not None and receipt["outcome"] == "appended":
                by_id[item["body"]["learner"]].pieces.append(item["id"])
                if self._random.random() < 0.2:
                    self._board.append(item["id"])
