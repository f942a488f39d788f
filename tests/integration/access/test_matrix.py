"""Every route of the API × everyone: who may, who may not, and that what is not one's own looks as if it were absent.

`TABLE` is the whole of it. A route in the running gateway's document without a row here fails, and so does a row
without a route. Real services, a real sign-in, the relations brought by a roster.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import asyncpg
import httpx
import pytest

from cli.importing.commands import adopt_policy, publish
from deploy.local.stack import Stack
from services.gateway.domain.routes import ROUTES, RouteTable
from shared.contracts.documents import document_digest
from shared.runtime.keys import SigningKey
from shared.runtime.tokens import AccessTokens
from tests.support.gateway import SERVICES
from tests.support.ledger_writer import framework_document, policy_document
from tests.support.relations import new_id
from tests.support.running import administrator, running_stack, until_applied

pytestmark = pytest.mark.stack

PEOPLE = (
    "learner",
    "classmate",
    "teacher",
    "other teacher",
    "school administrator",
    "other school's administrator",
    "district administrator",
    "school auditor",
    "auditor",
    "stranger",
    "nobody",
)
SEE = ("learner", "teacher", "school administrator", "district administrator", "school auditor", "auditor")
RECORD = ("teacher", "school administrator", "district administrator")
VERIFY = ("school administrator", "district administrator", "school auditor", "auditor")
DISTRICT = ("district administrator",)
SIGNED_IN = tuple(person for person in PEOPLE if person != "nobody")

Request = Mapping[str, Any]
"""What httpx's `request` takes beside the method: the address, and a body where there is one."""


@dataclass(frozen=True)
class Subject:
    """What a request is about: the district's own learner with what is hers, or one whom nobody knows."""

    learner: str
    competency: str
    school: str
    policy: str
    evidence: str
    verification: str
    personal_token: str
    to_void: Mapping[str, str]


@dataclass
class World:
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


def framework(world: World, person: str) -> dict[str, Any]:
    return framework_document(one(world, person, "framework"), [one(world, person, "competency")])


def attempt(learner: str, competency: str, id_: str) -> dict[str, Any]:
    results = [{"competency": competency, "earned": "1", "possible": "2"}]
    body = {"learner": learner, "purpose": "performance", "results": results}
    return {"id": id_, "type": "AttemptRecorded", "occurred_at": "2026-01-05T09:00:00.000Z", "body": body}


def role(world: World, person: str) -> dict[str, str]:
    return {"person": one(world, person, "grantee"), "role": "auditor", "scope": f"school/{new_id()}"}


TABLE: dict[tuple[str, str], Row] = {
    ("GET", "/v1/learners/{}/mastery"): Row(lambda _w, s, _p: {"url": f"/v1/learners/{s.learner}/mastery"}, may=SEE),
    ("GET", "/v1/learners/{}/competencies/{}/explanation"): Row(
        lambda _w, s, _p: {"url": f"/v1/learners/{s.learner}/competencies/{s.competency}/explanation"}, may=SEE
    ),
    ("GET", "/v1/learners/{}/history"): Row(lambda _w, s, _p: {"url": f"/v1/learners/{s.learner}/history"}, may=SEE),
    ("GET", "/v1/evidence/{}"): Row(lambda _w, s, _p: {"url": f"/v1/evidence/{s.evidence}"}, may=SEE),
    ("POST", "/v1/evidence"): Row(
        lambda w, s, p: {"url": "/v1/evidence", "json": attempt(s.learner, w.real.competency, one(w, p, "attempt"))},
        may=RECORD,
        status=201,
    ),
    ("POST", "/v1/evidence/{}/void"): Row(
        lambda w, s, p: {
            "url": f"/v1/evidence/{s.to_void[p]}/void",
            "json": {"id": one(w, p, "void"), "expected_version": 1},
        },
        may=RECORD,
        status=201,
    ),
    ("PUT", "/v1/documents/{}"): Row(
        lambda w, _s, p: {
            "url": f"/v1/documents/{document_digest(framework(w, p))}",
            "json": framework(w, p),
        },
        may=DISTRICT,
        status=201,
    ),
    ("GET", "/v1/documents/{}"): Row(lambda w, _s, _p: {"url": f"/v1/documents/{w.real.policy}"}, may=SIGNED_IN),
    ("POST", "/v1/adoptions"): Row(
        lambda w, s, p: {
            "url": "/v1/adoptions",
            "json": {
                "id": one(w, p, "adoption"),
                "scope": f"school/{s.school}",
                "policy": w.real.policy,
                "mode": "recompute",
            },
        },
        may=("school administrator", "district administrator"),
        status=201,
    ),
    ("GET", "/v1/adoptions"): Row(
        lambda _w, s, _p: {"url": "/v1/adoptions", "params": {"scope": f"learner/{s.learner}"}}, may=SEE
    ),
    ("POST", "/v1/rosters"): Row(
        lambda _w, _s, _p: {"url": "/v1/rosters", "json": {"orgs": [], "users": []}}, may=DISTRICT
    ),
    ("POST", "/v1/rosters/ids"): Row(
        lambda _w, _s, _p: {"url": "/v1/rosters/ids", "json": {"kind": "user", "sourced_ids": ["learner"]}},
        may=DISTRICT,
    ),
    ("POST", "/v1/roles"): Row(
        lambda w, _s, p: {"url": "/v1/roles", "json": {"id": one(w, p, "grant"), **role(w, p)}},
        may=DISTRICT,
        status=201,
    ),
    ("POST", "/v1/roles/revocations"): Row(
        lambda w, _s, p: {"url": "/v1/roles/revocations", "json": {"id": one(w, p, "revocation"), **role(w, p)}},
        may=DISTRICT,
        status=201,
    ),
    ("POST", "/v1/verifications"): Row(
        lambda _w, s, _p: {"url": "/v1/verifications", "json": {"learner": s.learner}}, may=VERIFY, status=202
    ),
    ("GET", "/v1/verifications/{}"): Row(lambda _w, s, _p: {"url": f"/v1/verifications/{s.verification}"}, may=VERIFY),
    ("POST", "/v1/tokens"): Row(
        lambda w, _s, p: {"url": "/v1/tokens", "headers": {"Authorization": f"Bearer {w.personal_tokens.get(p, p)}"}},
        may=SIGNED_IN,
    ),
    ("GET", "/v1/personal-tokens"): Row(lambda _w, _s, _p: {"url": "/v1/personal-tokens"}, may=SIGNED_IN),
    ("POST", "/v1/personal-tokens"): Row(
        lambda _w, _s, _p: {"url": "/v1/personal-tokens", "json": {"label": "one more"}}, may=SIGNED_IN, status=201
    ),
    ("DELETE", "/v1/personal-tokens/{}"): Row(
        lambda _w, s, _p: {"url": f"/v1/personal-tokens/{s.personal_token}"}, may=("learner",), status=204
    ),
    ("GET", "/v1/openapi.json"): Row(lambda _w, _s, _p: {"url": "/v1/openapi.json"}, may=PEOPLE),
    ("GET", "/.well-known/jwks.json"): Row(lambda _w, _s, _p: {"url": "/.well-known/jwks.json"}, may=PEOPLE),
    ("GET", "/docs"): Row(lambda _w, _s, _p: {"url": "/docs"}, may=PEOPLE),
    ("GET", "/health"): Row(lambda _w, _s, _p: {"url": "/health"}, may=PEOPLE),
}


@pytest.fixture(scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with running_stack(tmp_path_factory.mktemp("matrix") / "home") as stack:
        access = AccessTokens(stack.tenant, SigningKey.read(stack.home.keys, "gateway"))
        async with httpx.AsyncClient(base_url=stack.urls["gateway"], trust_env=False, timeout=60) as http:
            world = World(http, stack, access)
            await furnish(world)
            yield world


def roster() -> dict[str, list[dict[str, str]]]:
    """Two schools, a section each, a teacher and a learner in each of them."""
    places = {"here": ("learner", "teacher"), "there": ("classmate", "other teacher")}
    active = {"status": "active"}
    return {
        "orgs": [{"sourcedId": f"school {place}", "type": "school", **active} for place in places],
        "courses": [{"sourcedId": f"course {place}", "orgSourcedId": f"school {place}", **active} for place in places],
        "classes": [
            {
                "sourcedId": f"class {place}",
                "courseSourcedId": f"course {place}",
                "schoolSourcedId": f"school {place}",
                **active,
            }
            for place in places
        ],
        "users": [{"sourcedId": person, **active} for people in places.values() for person in people],
        "enrollments": [
            {
                "sourcedId": f"enrollment {person}",
                "classSourcedId": f"class {place}",
                "schoolSourcedId": f"school {place}",
                "userSourcedId": person,
                "role": kind,
                **active,
            }
            for place, people in places.items()
            for person, kind in zip(people, ("student", "teacher"), strict=True)
        ],
    }


async def furnish(world: World) -> None:
    """Bring everyone and everything in, through the API, and wait until every service knows."""
    async with administrator(world.stack) as gateway:
        _, answer = await gateway.post("/v1/rosters", roster())
        assert answer["refused"] == []
        names = ["learner", "classmate", "teacher", "other teacher"]
        _, people = await gateway.post("/v1/rosters/ids", {"kind": "user", "sourced_ids": names})
        _, schools = await gateway.post(
            "/v1/rosters/ids", {"kind": "org", "sourced_ids": ["school here", "school there"]}
        )
        here, there = (f"school/{id_}" for id_ in schools["ids"].values())
        world.people |= people["ids"] | {"district administrator": world.stack.operator.person, "stranger": new_id()}
        for person, kind, scope in (
            ("school administrator", "administrator", here),
            ("other school's administrator", "administrator", there),
            ("school auditor", "auditor", here),
            ("auditor", "auditor", "district"),
        ):
            world.people[person] = new_id()
            await gateway.post(
                "/v1/roles", {"id": new_id(), "person": world.people[person], "role": kind, "scope": scope}
            )
        learner, competency = world.people["learner"], new_id()
        await publish(gateway, framework_document(new_id(), [competency]))
        policy = await publish(gateway, policy_document())
        await adopt_policy(gateway, policy, "district")
        pieces = [new_id() for _ in range(len(PEOPLE) + 1)]
        await gateway.post("/v1/evidence", [attempt(learner, competency, id_) for id_ in pieces])
        await until_applied(world.stack)
        _, verification = await gateway.post("/v1/verifications", {"learner": learner})
    await sign_everyone_in(world)
    listed = (await world.ask("GET", "learner", {"url": "/v1/personal-tokens"})).json()["personal_tokens"]
    world.real = Subject(
        learner,
        competency,
        here.removeprefix("school/"),
        policy,
        pieces[-1],
        verification["id"],
        listed[0]["id"],
        dict(zip(PEOPLE, pieces, strict=False)),
    )
    voids = dict.fromkeys(PEOPLE, new_id())
    world.absent = Subject(new_id(), competency, new_id(), policy, new_id(), new_id(), new_id(), voids)


async def sign_everyone_in(world: World) -> None:
    for person in SIGNED_IN:
        made = await world.ask("POST", person, {"url": "/v1/personal-tokens", "json": {"label": "a script"}})
        world.personal_tokens[person] = made.json()["token"]


@pytest.mark.parametrize("route", TABLE, ids=" ".join)
async def test_everyone_at_every_route(world: World, route: tuple[str, str]) -> None:
    method, row = route[0], TABLE[route]
    seen = {person: await world.ask(method, person, row.request(world, world.real, person)) for person in PEOPLE}
    assert {person: answer.status_code for person, answer in seen.items()} == {
        person: row.expected(person) for person in PEOPLE
    }
    for person in set(SIGNED_IN) - set(row.may):
        absent = await world.ask(method, person, row.request(world, world.absent, person))
        assert told(seen[person]) == told(absent), f"{person} could tell what is hidden from what is not there"
        assert world.real.learner not in seen[person].text


def told(answer: httpx.Response) -> tuple[int, bytes, dict[str, str]]:
    """Everything that a client learns from an answer, but for when it was given."""
    headers = {name: value for name, value in answer.headers.items() if name != "date"}
    return answer.status_code, answer.content, headers


async def test_the_table_has_every_route_of_the_document_and_no_other(world: World) -> None:
    document = (await world.http.get("/v1/openapi.json")).json()
    assert "x-missing-services" not in document
    routes = {(method.upper(), shape(path)) for path, item in document["paths"].items() for method in item}
    assert routes == TABLE.keys()
    assert {(route.method, shape(route.template)) for route in ROUTES} == TABLE.keys()


def shape(path: str) -> str:
    """A path with its places unnamed."""
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


async def test_whatever_a_service_offers_people_is_routed(world: World) -> None:
    table = RouteTable()
    async with httpx.AsyncClient(trust_env=False) as http:
        for service in SERVICES:
            document = (await http.get(f"{world.stack.urls[service]}/openapi.json")).json()
            for path, item in document["paths"].items():
                for method in item:
                    routed = table.named(service, method, path) is not None
                    assert routed == path.startswith("/v1/"), f"{service}: {method} {path}"


async def test_every_link_in_the_document_leads_somewhere(world: World) -> None:
    document = (await world.http.get("/v1/openapi.json")).json()
    for link in links(document):
        kind, name = link.removeprefix("#/components/").split("/")
        assert name in document["components"][kind], link
    names = [operation["operationId"] for item in document["paths"].values() for operation in item.values()]
    assert len(names) == len(set(names))


def links(value: Any) -> set[str]:
    if isinstance(value, dict | list):
        items = value.values() if isinstance(value, dict) else value
        return {link for item in items for link in links(item)}
    return {value} if isinstance(value, str) and value.startswith("#/") else set()


async def test_services_check_tokens_themselves(world: World) -> None:
    """Whoever gets past the gateway stands before the same question; the doors take no person's token."""
    learner = world.real.learner
    forged = AccessTokens(world.stack.tenant, SigningKey.generated()).mint(world.people["teacher"])
    own = world.headers("district administrator")
    async with httpx.AsyncClient(trust_env=False) as http:
        for service, path in (
            ("evidence", f"/v1/evidence/{world.real.evidence}"),
            ("mastery", f"/v1/learners/{learner}/mastery"),
            ("audit", f"/v1/learners/{learner}/history"),
        ):
            url = world.stack.urls[service] + path
            assert (await http.get(url, headers=own)).status_code == 200
            assert (await http.get(url)).status_code == 401
            assert (await http.get(url, headers={"Authorization": f"Bearer {forged}"})).status_code == 401
        for service, path in (
            ("evidence", "/ledger/heads"),
            ("evidence", "/ledger/evidence/0"),
            ("evidence", f"/ledger/owners/{learner}"),
            ("evidence", f"/documents/{world.real.policy}"),
            ("mastery", "/mastery/states"),
            ("mastery", f"/mastery/learners/{learner}/states"),
        ):
            url = world.stack.urls[service] + path
            for headers in ({}, own, {"Authorization": f"Bearer {forged}"}):
                assert (await http.get(url, headers=headers)).status_code in {401, 404}, url


async def test_access_is_compared_with_the_ledger_in_every_service(world: World) -> None:
    for service in SERVICES:
        connection = await asyncpg.connect(world.stack.databases[service].app)
        looked = await connection.fetchval("SELECT bool_and(looked) FROM access.complete")
        await connection.close()
        assert looked, f"{service} runs no AccessLag"
