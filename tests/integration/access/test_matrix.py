"""Every route of the API × everyone: who may, who may not, and that what is not one's own looks as if it were absent.

`TABLE` is the whole of it. A route in the running gateway's document without a row there fails, and so does a row
without a route. Real services, a real sign-in, the relations brought by a roster.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from services.gateway.domain.routes import ROUTES, RouteTable
from shared.ledger.instants import instant_text
from shared.runtime.authorities import authorities
from shared.runtime.clock import now
from shared.runtime.keys import SigningKey
from shared.runtime.tokens import AccessTokens
from tests.support.gateway import SERVICES
from tests.support.matrix import PEOPLE, SEE, SIGNED_IN, Subject, World
from tests.support.matrix_district import furnish
from tests.support.matrix_rows import TABLE
from tests.support.relations import new_id
from tests.support.running import running_stack
from tests.support.waiting import until

pytestmark = pytest.mark.stack

ROOT = Path(__file__).parents[3]

NOT_OF_HER = {
    ("GET", "/v1/learners/{}/disclosures"),  # the log itself
    ("GET", "/v1/accounts"),  # who signs in as whom, for administrators: nothing of her record
}


@pytest.fixture(scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with running_stack(tmp_path_factory.mktemp("matrix") / "home") as stack:
        access = AccessTokens(stack.tenant, SigningKey.read(stack.home.keys, "gateway"))
        async with httpx.AsyncClient(
            verify=authorities(), base_url=stack.urls["gateway"], trust_env=False, timeout=60
        ) as http:
            world = World(http, stack, access)
            await furnish(world)
            yield world


@pytest.mark.parametrize("route", TABLE, ids=" ".join)
async def test_everyone_at_every_route(world: World, route: tuple[str, str]) -> None:
    row = TABLE[route]
    seen = dict(zip(PEOPLE, await asked(world, route, PEOPLE, world.real), strict=True))
    assert {person: answer.status_code for person, answer in seen.items()} == {
        person: row.expected(person) for person in PEOPLE
    }
    others = [person for person in SIGNED_IN if person not in row.may]
    for person, absent in zip(others, await asked(world, route, others, world.absent), strict=True):
        assert told(seen[person]) == told(absent), f"{person} could tell what is hidden from what is not there"
        assert world.real.learner not in seen[person].text


async def asked(
    world: World, route: tuple[str, str], people: Sequence[str], subject: Subject
) -> Sequence[httpx.Response]:
    """What each is answered: whoever may change something one after the other, all others at once, as it takes half as
    long.
    """
    row = TABLE[route]

    async def answered(person: str) -> httpx.Response:
        return await world.ask(route[0], person, row.request(world, subject, person))

    in_turn = row.may if route[0] != "GET" and subject is world.real else ()
    answers = {person: await answered(person) for person in people if person in in_turn}
    others = [person for person in people if person not in answers]
    answers.update(zip(others, await asyncio.gather(*map(answered, others)), strict=True))
    return [answers[person] for person in people]


def told(answer: httpx.Response) -> tuple[int, bytes, dict[str, str]]:
    """Everything that a client learns from an answer, but for when it was given."""
    headers = {name: value for name, value in answer.headers.items() if name != "date"}
    return answer.status_code, answer.content, headers


async def test_the_table_has_every_route_of_the_document_and_no_other(world: World) -> None:
    document = (await world.http.get("/v1/openapi.json")).json()
    assert "x-missing-services" not in document
    routes = {(method.upper(), shape(path)) for path, item in document["paths"].items() for method in item}
    assert routes == TABLE.keys()
    # pages stand in no document: they ask the API in the name of whoever looks (integration/gateway/test_pages.py)
    assert {(route.method, shape(route.template)) for route in ROUTES if not route.page} == TABLE.keys()


def shape(path: str) -> str:
    """A path with its places unnamed."""
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


async def test_the_committed_document_is_the_gateways(world: World) -> None:
    """Where not: `curl $URL/v1/openapi.json | python -m json.tool --indent 1 --no-ensure-ascii > docs/openapi.json`."""
    committed = json.loads((ROOT / "docs" / "openapi.json").read_text())
    assert (await world.http.get("/v1/openapi.json")).json() == committed


async def test_whatever_a_service_offers_people_is_routed(world: World) -> None:
    table = RouteTable()
    async with httpx.AsyncClient(verify=authorities(), trust_env=False) as http:
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
    async with httpx.AsyncClient(verify=authorities(), trust_env=False) as http:
        for service, path in (
            ("evidence", f"/v1/evidence/{world.real.evidence}"),
            ("mastery", f"/v1/learners/{learner}/mastery"),
            ("audit", f"/v1/learners/{learner}/history"),
            ("portfolio", f"/v1/learners/{learner}/portfolio"),
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
            ("mastery", "/mastery/kept"),
            ("mastery", f"/mastery/learners/{learner}/kept"),
        ):
            url = world.stack.urls[service] + path
            for headers in ({}, own, {"Authorization": f"Bearer {forged}"}):
                assert (await http.get(url, headers=headers)).status_code in {401, 404}, url


async def test_whoever_may_see_a_learner_reads_her_name_and_she_sees_who_did(world: World) -> None:
    learner = world.real.learner
    wish = {"purpose": "teaching", "names": [learner]}
    for person in SIGNED_IN:
        shown = (await world.ask("POST", person, {"url": "/v1/reveal", "json": wish})).json()
        if person in SEE:
            assert shown["names"][learner] == {"given": "Learner", "family": "Matrix"}, person
        else:
            assert shown == {"texts": {}, "names": {}, "withheld": [learner]}, person
    page = (await world.ask("GET", "guardian", {"url": f"/v1/learners/{learner}/disclosures?limit=1000"})).json()
    read = {
        noted["person"] for noted in page["disclosures"] if (noted["what"], noted["purpose"]) == ("names", "teaching")
    }
    assert read == {world.people[person] for person in SEE if person != "learner"}
    assert "Matrix" not in str(page)


async def test_every_read_of_a_learner_by_somebody_else_is_in_her_log(world: World) -> None:
    learner, teacher = world.real.learner, world.people["teacher"]
    for template in (route.template for route in ROUTES if route.method == "GET"):
        if not template.startswith("/v1/learners/{id}/") or template.endswith("/disclosures"):
            continue
        path = template.replace("{id}", learner).replace("{competency}", world.real.competency)
        if (await world.ask("GET", "teacher", {"url": path})).status_code != 200:
            continue
        url = f"/v1/learners/{learner}/disclosures?limit=1"
        [newest] = (await world.ask("GET", "learner", {"url": url})).json()["disclosures"]
        assert (newest["person"], newest["what"]) == (teacher, template.rpartition("/")[2])


@pytest.mark.parametrize("route", [route for route in TABLE if route[0] == "GET"], ids=" ".join)
async def test_whoever_is_shown_anything_of_a_learner_is_in_her_log(world: World, route: tuple[str, str]) -> None:
    row = TABLE[route]
    for person in ("teacher", "district administrator"):
        answer = await world.ask("GET", person, row.request(world, world.real, person))
        if answer.status_code != 200 or world.real.learner not in answer.text or route in NOT_OF_HER:
            continue
        url = f"/v1/learners/{world.real.learner}/disclosures?limit=1"
        [newest] = (await world.ask("GET", "learner", {"url": url})).json()["disclosures"]
        assert newest["person"] == world.people[person]


async def test_a_forgotten_learner_signs_in_no_more_and_nobody_speaks_for_her(world: World) -> None:
    leaving = world.people["leaving"]
    approval = TABLE["POST", "/v1/learners/{}/forget/approve"].request(world, world.real, "district administrator")
    assert (await world.ask("POST", "district administrator", approval)).status_code in {200, 201}
    token = {"Authorization": f"Bearer {world.personal_tokens['leaving']}"}

    async def out() -> bool:
        return (await world.http.post("/v1/tokens", headers=token)).status_code == 401

    await until(out, "the token of the forgotten opens nothing")
    own = {"url": f"/v1/learners/{leaving}/disclosures"}
    assert (await world.ask("GET", "guardian", own)).status_code == 404
    assert (await world.ask("GET", "auditor", own)).status_code == 200


async def test_a_substitute_loses_everything_at_that_very_instant(world: World) -> None:
    substitute, ends = new_id(), now() + 4_000
    world.people["substitute"] = substitute
    grant = {"person": substitute, "role": "teacher", "scope": f"section/{world.real.section}"}
    await world.done("district administrator", "/v1/roles", {"id": new_id(), **grant, "ends_at": instant_text(ends)})
    paths = [
        f"/v1/evidence/{world.real.evidence}",
        f"/v1/learners/{world.real.learner}/mastery",
        f"/v1/learners/{world.real.learner}/portfolio",
        f"/v1/learners/{world.real.learner}/history",
    ]

    async def seen() -> list[tuple[int, int, int]]:
        """Of each service what it answers, between these two instants."""
        return [(now(), (await world.ask("GET", "substitute", {"url": path})).status_code, now()) for path in paths]

    async def gone() -> bool:
        answers = await seen()
        assert all(status == 404 for begun, status, _ in answers if begun >= ends)
        return all(begun >= ends for begun, _, _ in answers)

    await until(lambda: _all_shown(seen), "every service knows the substitute")
    await until(gone, "the substitute's hour has come")


async def _all_shown(seen: Any) -> bool:
    return all(status == 200 for _, status, _ in await seen())


async def test_access_is_compared_with_the_ledger_in_every_service(world: World) -> None:
    for service in (*SERVICES, "gateway"):
        connection = await asyncpg.connect(world.stack.databases[service].app)
        looked = await connection.fetchval("SELECT bool_and(looked) FROM access.complete")
        await connection.close()
        assert looked, f"{service} runs no AccessLag"
