"""One running `evidence` for all of these tests: each uses people of its own, or looks only at what it changes."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from deploy.local.postgres import PostgresServer
from deploy.setup.databases import drop_databases, make_databases
from tests.support.evidence import (
    Client,
    Running,
    address,
    applied,
    framework,
    policy,
    roster,
    rubric,
    running_evidence,
)
from tests.support.servers import PASSWORD, District, unique_prefix


@pytest.fixture(scope="package")
async def evidence(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """The service with a small district in it: a roster, a framework, a rubric and a policy."""
    prefix = unique_prefix()
    folder: Path = tmp_path_factory.mktemp("evidence")
    databases = await make_databases(postgres, prefix, PASSWORD, ["evidence"])
    try:
        async with running_evidence(District(prefix, databases), folder) as running:
            administrator = running.administrator
            for document in (framework(), rubric(), policy()):
                answer = await administrator.put(address(document), document)
                assert answer.status_code == 201, answer.text
            answer = await administrator.post("/v1/rosters", roster())
            assert answer.status_code == 200, answer.text
            assert not answer.json()["refused"], answer.text
            yield running
    finally:
        await drop_databases(postgres, prefix, ["evidence"])


@dataclass(frozen=True, slots=True)
class People:
    """Who is who in the small district."""

    administrator: Client
    teacher: Client
    other_teacher: Client
    stranger: Client
    amara: str
    bao: str


@pytest.fixture(scope="package")
def people(evidence: Running) -> People:
    return People(
        administrator=evidence.administrator,
        teacher=evidence.person(evidence.id("user", "lindgren")),
        other_teacher=evidence.person(evidence.id("user", "abara")),
        stranger=evidence.person(),
        amara=evidence.id("user", "amara"),
        bao=evidence.id("user", "bao"),
    )


@pytest.fixture
async def newcomer(evidence: Running) -> str:
    """A learner of English whom no other test knows: for what would hold for her from then on, as a policy does."""
    name = f"newcomer-{uuid4()}"
    answer = await evidence.administrator.post("/v1/rosters", roster([name]))
    assert (answer.status_code, answer.json()["refused"]) == (200, []), answer.text
    await applied(evidence)
    return evidence.id("user", name)
