"""A client that reads while others write and parts fail: it is shown what was true as of what the answer says."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from shared.runtime.authorities import authorities
from tests.support.journal import JournalingClient

KEPT = 40
"""How many of the answers are kept to be compared with the plain fold, chosen by chance."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What an answer said of a learner: as of which pins, and each competency's digest."""

    learner: str
    pins: tuple[tuple[str, int, int], ...]
    digests: Mapping[str, str]


class Reader:
    """Reads learners' levels, asking for at least what their writers have a receipt for.

    `fresh` counts answers that came so far, `late` those that said they had not, `refused` those that said when to
    ask again, `silent` those that did not come. `dishonest` lists all others; `shown` are some to be compared.
    """

    def __init__(self, url: str, personal_token: str, clients: Sequence[JournalingClient], *, seed: int) -> None:
        self.dishonest: list[str] = []
        self.shown: list[Shown] = []
        self.fresh = self.late = self.refused = self.silent = 0
        self._http = httpx.AsyncClient(verify=authorities(), base_url=url, timeout=70, trust_env=False)
        self._personal_token, self._authorization = personal_token, ""
        self._clients, self._random = clients, random.Random(seed)

    async def read_until(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self._read()
            except httpx.TransportError:
                self.silent += 1
            await asyncio.sleep(0.1)  # not for timing: the writers are what matters

    async def close(self) -> None:
        await self._http.aclose()

    async def _read(self) -> None:
        item, receipt = self._written()
        if item is None or receipt is None:
            return
        place = receipt["position"]
        wanted = f"{place['ledger']}:{place['shard']}:{place['position']}"
        answer = await self._http.get(
            f"/v1/learners/{item['body']['learner']}/mastery",
            params={"at_least": wanted},
            headers={"Authorization": self._authorization},
        )
        if answer.status_code == 401:
            await self._authorize()
        elif answer.status_code == 200:
            document = answer.json()
            reaches = _reaches(document["as_of"], place)
            self.fresh, self.late = self.fresh + reaches, self.late + (not reaches)
            self._keep(document)
        elif answer.status_code in {429, 503} and int(answer.headers.get("retry-after", 0)) > 0:
            self.refused += 1
        else:
            self.dishonest.append(f"{answer.status_code} {answer.text[:200]}")

    def _keep(self, document: dict[str, Any]) -> None:
        pins = tuple((pin["ledger"], pin["shard"], pin["position"]) for pin in document["as_of"]["pins"])
        digests = {state["competency"]: state["digest"] for state in document["states"]}
        shown = Shown(document["learner"], pins, digests)
        if len(self.shown) < KEPT:
            self.shown.append(shown)
        else:
            self.shown[self._random.randrange(KEPT)] = shown

    def _written(self) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
        """Some piece of evidence, of the latest, and its receipt."""
        latest = [
            o for o in self._random.choice(self._clients).journal[-20:] if o.path == "/v1/evidence" and o.receipts
        ]
        if not latest:
            return None, None
        operation = self._random.choice(latest)
        items = operation.body if isinstance(operation.body, list) else [operation.body]
        item = self._random.choice(items)
        return item, operation.receipts.get(item["id"])

    async def _authorize(self) -> None:
        answer = await self._http.post("/v1/tokens", headers={"Authorization": f"Bearer {self._personal_token}"})
        if answer.status_code in {200, 201}:
            self._authorization = f"Bearer {answer.json()['access_token']}"


def _reaches(as_of: dict[str, Any], place: dict[str, Any]) -> bool:
    """Whether what an answer says that it is as of has come to the place."""
    return any(
        pin["ledger"] == place["ledger"] and pin["shard"] == place["shard"] and pin["position"] >= place["position"]
        for pin in as_of["pins"]
    )
