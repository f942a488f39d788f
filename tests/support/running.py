"""A whole district on this machine for tests: the embedded stack with a home of its own, and a client of it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from cli.gateway import Gateway
from cli.importing.commands import adopt_policy, publish
from deploy.local.home import open_home
from deploy.local.services import SERVICES, Service
from deploy.local.stack import Stack
from shared.runtime.authorities import authorities
from tests.support.invariants import until
from tests.support.ledger_writer import framework_document, policy_document


@asynccontextmanager
async def running_stack(
    folder: Path, services: Sequence[Service] = SERVICES, *, durable: bool = False
) -> AsyncIterator[Stack]:
    """A new stack whose home is `folder`; ended, and its state removed, afterwards.

    Its record waits for no disk, unless it is to be `durable`: nobody cuts the power of a test.
    """
    home = open_home(folder)
    try:
        async with Stack(home, services=services, durable=durable) as stack:
            try:
                yield stack
            finally:
                await give_up(stack)
    finally:
        home.erase()


async def give_up(stack: Stack) -> None:
    """End all that need not end in order, as nobody reads what it leaves. A stop in order has tests of its own."""
    await asyncio.gather(*(stack.keeper(name).kill() for name in (*stack.urls, "kafka")))


@asynccontextmanager
async def administrator(stack: Stack) -> AsyncIterator[Gateway]:
    async with Gateway(stack.urls["gateway"], stack.operator.token) as gateway:
        yield gateway


class SmallDistrict:
    """A framework, a policy for the district and learners in one section; made through the public API."""

    def __init__(self, learners: list[str], competencies: list[str], documents: dict[str, Any]) -> None:
        self.learners, self.competencies, self.documents = learners, competencies, documents


async def small_district(gateway: Gateway, *, learners: int, competencies: int) -> SmallDistrict:
    """Make one. Its documents are given by digest, as the oracle wants them."""
    names = [f"learner-{number}" for number in range(learners)]
    ids = [str(uuid4()) for _ in range(competencies)]
    framework, policy = framework_document(str(uuid4()), ids), policy_document()
    documents = {await publish(gateway, document): document for document in (framework, policy)}
    await adopt_policy(gateway, list(documents)[1], "district")
    school = {"sourcedId": "school", "type": "school", "status": "active"}
    course = {"sourcedId": "course", "orgSourcedId": "school", "status": "active"}
    section = {"sourcedId": "class", "courseSourcedId": "course", "schoolSourcedId": "school", "status": "active"}
    enrollment = {"classSourcedId": "class", "schoolSourcedId": "school", "role": "student", "status": "active"}
    roster = {
        "orgs": [school],
        "academicSessions": [],
        "courses": [course],
        "classes": [section],
        "users": [{"sourcedId": name, "status": "active"} for name in names],
        "enrollments": [{**enrollment, "sourcedId": f"enrollment-{name}", "userSourcedId": name} for name in names],
    }
    _, answer = await gateway.post("/v1/rosters", roster)
    assert answer["refused"] == []
    _, answer = await gateway.post("/v1/rosters/ids", {"kind": "user", "sourced_ids": names})
    return SmallDistrict([answer["ids"][name] for name in names], ids, documents)


async def until_applied(stack: Stack) -> None:
    """Wait until every shard is on its topic up to the ledger's head, and applied by every service."""
    import httpx  # noqa: PLC0415 - beside its one use

    async with httpx.AsyncClient(verify=authorities(), timeout=10, trust_env=False) as client:

        async def applied() -> Any:
            heads = {}
            for name in ("evidence", "mastery", "portfolio", "audit", "gateway"):
                try:
                    health = (await client.get(f"{stack.urls[name]}/health")).json()
                except httpx.TransportError as error:
                    return f"{name} does not answer ({type(error).__name__})"
                if not health["shards"]:
                    return f"{name} does not tell of its shards"
                for ledger, shards in health["shards"].items():
                    for shard in shards:
                        place = ledger, shard["shard"]
                        if name == "evidence":
                            heads[place] = shard["head"]
                        if shard["applied"] < heads[place]:
                            return f"{name} is at {shard['applied']} of {heads[place]} in {place}"
                        if shard.get("relayed", heads[place]) < heads[place]:  # a gap is filled without the topic
                            return f"the topic is at {shard['relayed']} of {heads[place]} in {place}"
            return True

        await until(applied)


async def states_shown(gateway: Gateway, learners: list[str]) -> dict[tuple[str, str], dict[str, Any]]:
    """What mastery shows of the learners, by learner and competency."""
    pages = await asyncio.gather(*(gateway.get(f"/v1/learners/{learner}/mastery") for learner in learners))
    return {(page["learner"], state["competency"]): state for page in pages for state in page["states"]}


async def verified(gateway: Gateway) -> dict[str, Any]:
    """The result of a verification of the whole district, once it has ended."""
    _, job = await gateway.post("/v1/verifications", {"scope": "district"})
    while job["state"] == "running":
        await asyncio.sleep(0.1)
        job = await gateway.get(f"/v1/verifications/{job['id']}")
    return dict(job)
