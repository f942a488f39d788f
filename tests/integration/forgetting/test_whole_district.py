"""Forgotten means gone (I10), in a whole running district: nothing of her is told or revealed, from any service; what
is not hers is as it was; and the record verifies, whole and for everyone else.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from cli.gateway import Gateway
from deploy.local.stack import Stack
from shared.contracts.documents import document_digest
from tests.support.canaries import AnyOf, Canaries, files_with, references, tables_with, topics_with
from tests.support.evidence import THEME, Client, address, attempt, enrolment, framework, policy, roster, rubric
from tests.support.forgetting import said, write_much
from tests.support.running import running_stack, until_applied, verified
from tests.support.waiting import until

NAMES = ("lindgren", "amara", "bao")
GONE = (410, "gone")

REBUILT = ("mastery", "portfolio", "audit")
"""The services of whose tables there may be several versions."""

REMAINS = {
    *("ledger.stored_entry", "ledger.stream", "audit.entry", "verified.verification", "projection.owner"),
    "published.state_change",  # that there is no such state any more
    *("forgetting.request", "forgetting.learner", "forgetting.member", "forgetting.destruction", "keys.key"),
    *("mastery.forgotten", "portfolio.forgotten", "gateway.forgotten", "gateway.disclosures"),
    *("portfolio.work_entry", "portfolio.member"),  # of a work that others still have
}
"""The tables in which a forgotten learner's id stays: the record, that she is forgotten, and who was shown what."""


@dataclass
class World:
    stack: Stack
    http: httpx.AsyncClient
    administrator: Gateway
    ids: dict[str, str]

    async def client(self, person: str, token: str | None = None) -> Client:
        """A person at the gateway, with an access token."""
        token = token or await self.stack.personal_token(person)
        answer = await self.http.post("/v1/tokens", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200, answer.text
        token = str(answer.json()["access_token"])
        return Client(self.http, lambda: token, person)

    async def of(self, database: str, query: str, *arguments: Any) -> Any:
        connection = await asyncpg.connect(self.stack.superuser, database=self.stack.databases[database].name)
        try:
            return await connection.fetchval(query, *arguments)
        finally:
            await connection.close()


@pytest.fixture(scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder: Path = tmp_path_factory.mktemp("forgotten")
    async with AsyncExitStack() as opened:
        stack = await opened.enter_async_context(running_stack(folder))
        administrator = await opened.enter_async_context(Gateway(stack.urls["gateway"], stack.operator.token))
        http = await opened.enter_async_context(
            httpx.AsyncClient(base_url=stack.urls["gateway"], timeout=60, trust_env=False)
        )
        for document in (framework(), rubric(), policy()):
            await administrator.put(address(document), document)
        adoption = {"id": str(uuid4()), "scope": "district", "policy": document_digest(policy()), "mode": "recompute"}
        await administrator.post("/v1/adoptions", adoption)
        _, answer = await administrator.post("/v1/rosters", nightly())
        assert answer["refused"] == []
        _, answer = await administrator.post("/v1/rosters/ids", {"kind": "user", "sourced_ids": [*NAMES, "abara"]})
        yield World(stack, http, administrator, answer["ids"])


def nightly() -> dict[str, Any]:
    users = [{"sourcedId": name, "givenName": f"Given {name}", "familyName": f"Family {name}"} for name in NAMES]
    return roster(("amara", "bao"), users=[*users, {"sourcedId": "abara"}])


@pytest.mark.stack
async def test_forgotten_means_gone(world: World) -> None:
    amara, bao = world.ids["amara"], world.ids["bao"]
    first = await world.client(world.stack.operator.person, world.stack.operator.token)
    second_id, teacher = str(uuid4()), await world.client(world.ids["lindgren"])
    await world.administrator.post(
        "/v1/roles", {"id": str(uuid4()), "person": second_id, "role": "administrator", "scope": "district"}
    )
    await until_applied(world.stack)
    second, learner = await world.client(second_id), await world.client(amara)
    solo, group = await write_much(teacher, amara, bao)
    recorded = attempt(amara)
    assert (await teacher.post("/v1/evidence", recorded)).status_code == 201
    account = {"issuer": "https://issuer.example", "subject": "amara", "person": amara}
    assert (await first.put("/v1/accounts", account)).status_code in {200, 201, 204}
    await until_applied(world.stack)

    refs = await references(world.stack)
    before = await reveal(first, refs, world.ids)
    of_amara, solo_refs = await refs_of(world, amara), await refs_of(world, solo)
    assert len(before["texts"]) == len(refs) == 13
    assert len(of_amara) == 6
    assert before["names"][amara] == {"given": "Given amara", "family": "Family amara"}
    bao_before = (await first.get(f"/v1/learners/{bao}/mastery")).json()["states"]

    for service in REBUILT:
        await keep_before(world, service, amara)

    asked = await first.post(f"/v1/learners/{amara}/forget", {"id": str(uuid4()), "reason": f"{amara} moved."})
    assert asked.status_code == 201, asked.text
    approval = {"id": str(uuid4()), "request": asked.json()["id"]}
    assert said(await first.post(f"/v1/learners/{amara}/forget/approve", approval)) == (409, "conflict")
    assert (await second.post(f"/v1/learners/{amara}/forget/approve", approval)).status_code == 201
    await until(lambda: keys_of(world, amara, solo, count=0), "the keys are destroyed", seconds=60)
    await until_applied(world.stack)

    after = await reveal(first, [*refs, *await references(world.stack)], world.ids)
    assert after["texts"] == {
        ref: text for ref, text in before["texts"].items() if ref not in of_amara and ref not in solo_refs
    }
    assert amara not in after["names"]
    assert after["names"][bao] == before["names"][bao]
    assert {text for ref, text in after["texts"].items() if ref in await refs_of(world, group)} == {
        "A poster", "Four legs good.", "First.",
    }  # fmt: skip
    await nobody_is_told(world, amara, first, teacher)
    await nothing_is_kept(world, amara)
    assert (
        await world.http.post("/v1/tokens", headers={"Authorization": f"Bearer {learner.token}"})
    ).status_code == 401

    assert said(await first.post("/v1/evidence", attempt(amara))) == GONE
    assert said(await teacher.post("/v1/evidence", recorded)) == GONE
    again = (await first.post("/v1/rosters", nightly())).json()
    assert {(row["file"], row["sourcedId"], row["status"]) for row in again["refused"]} == {
        ("users", "amara", 410),
        ("enrollments", enrolment("amara")["sourcedId"], 410),
    }

    assert (await first.get(f"/v1/learners/{bao}/mastery")).json()["states"] == bao_before
    assert (await verified(world.administrator))["state"] == "equal"
    for one in (bao, amara):
        found = await verified_of(world, one)
        assert (found["state"], found["differences"]) == ("equal", [])
    words = ("Given amara", "Family amara", f"Well argued by {amara}", f"I, {amara}, learned")
    assert await told_anywhere(world, *words) == []


async def nobody_is_told(world: World, amara: str, administrator: Client, teacher: Client) -> None:
    paths = {
        f"/v1/learners/{amara}/mastery": 200,
        f"/v1/learners/{amara}/competencies/{THEME}/explanation": 410,
        f"/v1/learners/{amara}/portfolio": 410,
        f"/v1/learners/{amara}/redos": 410,
        f"/v1/learners/{amara}/history": 200,
    }
    for path, expected in paths.items():
        assert (await teacher.get(path)).status_code == 404, path
        answer = await administrator.get(path)
        assert answer.status_code == expected, (path, answer.text)
        if path.endswith("mastery"):
            assert (answer.json()["states"], answer.json()["forgotten"]) == ([], True)


async def keep_before(world: World, service: str, learner: str) -> None:
    """Leave a version of the service's tables there that does not serve any more, as a rebuild does."""
    database = world.stack.databases[service].name
    await world.of(service, f'CREATE SCHEMA {service}_before AUTHORIZATION "{database}_migrator"')
    await world.of(service, f"CREATE TABLE {service}_before.kept AS SELECT '{learner}'::uuid AS learner")


async def nothing_is_kept(world: World, amara: str) -> None:
    """Her id stands in no row of any table of any service but those that docs/forgetting.md tells of."""
    kept = {where.partition(" ")[2] for where in await tables_with(world.stack, Canaries(mark=amara))}
    assert kept - REMAINS == set()


async def keys_of(world: World, *owners: str, count: int) -> bool:
    found = await world.of(
        "keys", "SELECT count(*) FROM keys.key WHERE owner = ANY ($1::uuid[]) AND wrapped IS NOT NULL", list(owners)
    )
    return bool(found == count)


async def refs_of(world: World, owner: str) -> set[str]:
    rows = await world.of(
        "evidence", "SELECT array_agg(convert_from(body, 'UTF8')) FROM ledger.stored_entry WHERE owner = $1", owner
    )
    words = " ".join(rows)
    return {ref for ref in await references(world.stack) if ref in words}


async def reveal(client: Client, refs: list[str], people: dict[str, str]) -> dict[str, Any]:
    answer = await client.post("/v1/reveal", {"purpose": "audit", "texts": refs, "names": [*people.values()]})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def verified_of(world: World, learner: str) -> dict[str, Any]:
    _, job = await world.administrator.post("/v1/verifications", {"learner": learner})

    async def ended() -> dict[str, Any] | None:
        found: dict[str, Any] = await world.administrator.get(f"/v1/verifications/{job['id']}")
        return None if found["state"] == "running" else found

    ended_: dict[str, Any] | None = await until(ended, "the verification has ended", seconds=90)
    assert ended_ is not None
    return ended_


async def told_anywhere(world: World, *words: str) -> list[str]:
    planted = AnyOf(*(Canaries(mark=word) for word in words))
    return [
        *await tables_with(world.stack, planted),
        *await topics_with(world.stack, planted),
        *files_with(world.stack, planted),
    ]
