"""Every route × everyone: who there is, what is asked about, and what a row of the matrix says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import httpx

from deploy.local.stack import Stack
from shared.runtime.tokens import AccessTokens

PEOPLE = (
    "learner",
    "guardian",
    "classmate",
    "teacher",
    "other teacher",
    "school administrator",
    "other school's administrator",
    "district administrator",
    "school auditor",
    "auditor",
    "panelist",
    "stranger",
    "nobody",
)
ADMINISTER = ("school administrator", "district administrator")
AUDIT = ("school auditor", "auditor")
FAMILY = ("learner", "guardian")
SEE = (*FAMILY, "teacher", *ADMINISTER, *AUDIT)
RECORD = ("teacher", *ADMINISTER)
GRADE = RECORD
VERIFY = (*ADMINISTER, *AUDIT)
STAFF = ("teacher", "other teacher", *ADMINISTER, "other school's administrator", *AUDIT)
DISTRICT = ("district administrator",)
SIGNED_IN = tuple(person for person in PEOPLE if person != "nobody")

Request = Mapping[str, Any]
"""What httpx's `request` takes beside the method: the address, and a body where there is one."""


@dataclass(frozen=True)
class Subject:
    """What a request is about: the district's own learner with what is hers, or one whom nobody knows.

    `of` gives what is there once for each person, by kind: what one of them does with it, no other finds done.
    """

    learner: str
    competency: str
    graded: str
    digest: str
    school: str
    section: str
    course: str
    policy: str
    rubric: str
    moves: str
    evidence: str
    work: str
    version: str
    feedback: str
    artefact: str
    grade: str
    batch: str
    what_if: str
    verification: str
    audit: str
    personal_token: str
    account: str
    leaving: str
    panel: str
    guest: str
    of: Callable[[str, str], str]


@dataclass
class World:
    """A running district, and everyone's way to its gateway."""

    http: httpx.AsyncClient
    stack: Stack
    access: AccessTokens
    people: dict[str, str] = field(default_factory=dict)
    personal_tokens: dict[str, str] = field(default_factory=dict)
    real: Subject = field(init=False)
    absent: Subject = field(init=False)

    def headers(self, person: str) -> dict[str, str]:
        return {} if person == "nobody" else {"Authorization": f"Bearer {self.access.mint(self.people[person])}"}

    async def ask(self, method: str, person: str, request: Request) -> httpx.Response:
        headers = self.headers(person) | dict(request.get("headers", {}))
        rest = {name: value for name, value in request.items() if name not in {"url", "headers"}}
        return await self.http.request(method, request["url"], headers=headers, **rest)

    async def done(self, person: str, url: str, body: Mapping[str, Any], status: int = 201) -> Any:
        """The answer to a write that is to succeed."""
        answer = await self.ask("POST", person, {"url": url, "json": dict(body)})
        assert answer.status_code == status, f"{url}: {answer.text}"
        return answer.json()


@dataclass(frozen=True)
class Row:
    """A route: a request about a subject by a person; those who `may` are answered with `status`.

    Everyone else is answered with 404, exactly as if the subject were not there, and nobody without a token with 401.
    """

    request: Callable[[World, Subject, str], Request]
    may: tuple[str, ...]
    status: int = 200

    def expected(self, person: str) -> int:
        if person in self.may:
            return self.status
        return 401 if person == "nobody" else 404


def one(world: World, person: str, what: str) -> str:
    """An id that is the same whenever this person asks for this."""
    return str(uuid5(NAMESPACE_OID, f"{world.people.get(person)} {what}"))


def attempt(learner: str, competency: str, id_: str) -> dict[str, Any]:
    results = [{"competency": competency, "earned": "1", "possible": "2"}]
    body = {"learner": learner, "purpose": "performance", "results": results}
    return {"id": id_, "type": "AttemptRecorded", "occurred_at": "2026-01-05T09:00:00.000Z", "body": body}
