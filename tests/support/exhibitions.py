"""Exhibitions for tests: what is asked, and a whole one in a running `evidence`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from shared.contracts.documents import document_digest
from tests.support.evidence import THEME, Client, Running, address

BEST, WELL = "best-leader", "well-made"


def questions() -> dict[str, Any]:
    """A choice among characters of the novel, and a rating of every work."""
    return {
        "format": "ascertain.questions@1",
        "id": "77777777-7777-4777-8777-777777777777",
        "title": "Animal Farm",
        "language": "en",
        "questions": [
            {
                "kind": "choice",
                "code": BEST,
                "title": "Who is the best leader in the novel?",
                "options": [{"code": name, "title": name.title()} for name in ("boxer", "clover", "snowball")],
            },
            {
                "kind": "rating",
                "code": WELL,
                "title": "How well is this made?",
                "scale": [{"value": str(n), "title": f"{n} stars"} for n in (1, 2, 3, 4)],
                "competencies": [THEME],
            },
        ],
        "translations": {
            "es": {
                "title": "Rebelión en la granja",
                "questions": {BEST: {"title": "¿Quién es el mejor líder?", "options": {"boxer": "Bóxer"}}},
            }
        },
    }


@dataclass(slots=True)
class Held:
    """An open exhibition, and who holds it."""

    running: Running
    teacher: Client
    id: str
    version: int
    works: tuple[str, ...]

    async def ballots(self, role: str, count: int, **more: Any) -> list[str]:
        answer = await self.teacher.post(
            f"/v1/exhibitions/{self.id}/ballots", {"id": str(uuid4()), "role": role, "count": count, **more}
        )
        assert answer.status_code == 201, answer.text
        tokens: list[str] = answer.json()["tokens"]
        return tokens

    async def vote(self, token: str, answers: Mapping[str, str]) -> httpx.Response:
        return await self.running.service("gateway").post("/ballots/vote", {"token": token, "answers": dict(answers)})

    async def show(self, token: str) -> httpx.Response:
        return await self.running.service("gateway").post("/ballots/show", {"token": token})

    async def close(self, **more: Any) -> httpx.Response:
        wish = {"id": str(uuid4()), "expected_version": self.version, **more}
        return await self.teacher.post(f"/v1/exhibitions/{self.id}/close", wish)


async def publish_questions(running: Running) -> str:
    answer = await running.administrator.put(address(questions()), questions())
    assert answer.status_code in {200, 201}, answer.text
    return document_digest(questions())


async def held(running: Running, teacher: Client, works: Sequence[str], **more: Any) -> Held:
    """An exhibition of these works, planned and opened by this teacher."""
    plan = {
        "id": str(uuid4()),
        "school": running.id("org", "school"),
        "works": list(works),
        "questions": await publish_questions(running),
        **more,
    }
    answer = await teacher.post("/v1/exhibitions", plan)
    assert answer.status_code == 201, answer.text
    opened = {"id": str(uuid4()), "expected_version": 1}
    answer = await teacher.post(f"/v1/exhibitions/{plan['id']}/open", opened)
    assert answer.status_code == 201, answer.text
    return Held(running, teacher, plan["id"], 2, tuple(works))
