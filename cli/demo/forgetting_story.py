"""The last chapter: a learner is forgotten, and the record still proves itself."""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from cli.demo.cast import Cast
from cli.demo.level_story import THEME, verify_all
from cli.demo.telling import Telling
from cli.errors import CommandError, Refused

PATIENCE = 60
"""Seconds within which a key must be destroyed."""

JONAS, APPROVER = "learner-jonas", "teacher-novak"


@dataclass(frozen=True, slots=True)
class ForgettingStory:
    """Tells it. Raises CommandError where the platform refuses or does not answer."""

    cast: Cast
    telling: Telling

    async def tell(self) -> None:
        """The whole chapter, in order."""
        jonas = await self.cast.person(JONAS)
        await self._name(jonas, "Jonas Lindqvist")
        request = await self._ask(jonas)
        await self._approve(jonas, request)
        await self._name(jonas, None)
        await self._refused(jonas)
        await verify_all(self.cast, self.telling)

    async def _name(self, jonas: str, wanted: str | None) -> None:
        _, answer = await self.cast.district.post(
            "/v1/reveal", {"purpose": "administration", "texts": [], "names": [jonas]}
        )
        name = answer["names"].get(jonas)
        written = None if name is None else f"{name['given']} {name['family']}"
        self.telling.step(f"Who is {jonas}? {written or 'Nobody can say any more.'}")
        self.telling.expect("the name", written, wanted)

    async def _ask(self, jonas: str) -> str:
        self.telling.step("Jonas has moved away, and his parents ask that he be forgotten.")
        request = {"id": str(uuid4()), "reason": "The family asked for it in writing."}
        _, receipt = await self.cast.district.post(f"/v1/learners/{jonas}/forget", request)
        self.telling.receipt(receipt)
        return str(receipt["id"])

    async def _approve(self, jonas: str, request: str) -> None:
        self.telling.step("Who asked may not approve it; a second administrator must. Then his key is destroyed.")
        path, approval = f"/v1/learners/{jonas}/forget/approve", {"id": str(uuid4()), "request": request}
        self.telling.expect("an approval by the one who asked", await self._refusal(path, approval), 409)
        role = {"id": str(uuid4()), "person": await self.cast.person(APPROVER), "role": "administrator"}
        await self.cast.district.post("/v1/roles", {**role, "scope": "district"})
        other = await self.cast.as_person(APPROVER)
        _, receipt = await other.post(path, {"id": str(uuid4()), "request": request})
        self.telling.receipt(receipt)
        done = await self._until_done(request)
        self.telling.say(f"his key is destroyed: {done['done_at']}")

    async def _until_done(self, request: str) -> dict[str, Any]:
        """How the request stands once the key is destroyed, which is tried again until it is."""
        for _ in range(PATIENCE):
            page = await self.cast.district.get("/v1/forgettings", state="done")
            for forgetting in page["forgettings"]:
                if forgetting["request"] == request:
                    return dict(forgetting)
            await asyncio.sleep(1)
        raise CommandError(f"After {PATIENCE} s the key is not destroyed.")

    async def _refused(self, jonas: str) -> None:
        self.telling.step("Nothing more is recorded of him.")
        results = [{"competency": THEME, "earned": "1", "possible": "1"}]
        item = {
            "id": str(uuid4()),
            "type": "AttemptRecorded",
            "occurred_at": "2026-11-20T09:00:00.000Z",
            "body": {"learner": jonas, "purpose": "practice", "results": results},
        }
        self.telling.expect("another score", await self._refusal("/v1/evidence", item), 410)

    async def _refusal(self, path: str, request: dict[str, Any]) -> int:
        """Try what must be refused, and say in which words it was; the status of the answer."""
        try:
            status, _ = await self.cast.district.post(path, request)
        except Refused as refusal:
            self.telling.say(f"refused ({refusal.status}): {refusal}")
            return refusal.status
        return status
