"""One running `evidence` with two administrators for these tests; each test enrols and forgets learners of its own."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from deploy.local.postgres import PostgresServer
from deploy.setup.databases import drop_databases, make_databases
from tests.support.evidence import running_evidence
from tests.support.forgetting import Forgettable, forgettable_district
from tests.support.servers import PASSWORD, District, unique_prefix


@pytest.fixture(scope="package")
async def forgettable(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Forgettable]:
    prefix = unique_prefix()
    folder: Path = tmp_path_factory.mktemp("forgetting")
    district = District(prefix, await make_databases(postgres, prefix, PASSWORD, ["evidence"]))
    try:
        async with running_evidence(district, folder) as running:
            yield await forgettable_district(running, district, postgres)
    finally:
        await drop_databases(postgres, prefix, ["evidence"])


@pytest.fixture
def sourced_id() -> str:
    """What a roster calls a learner whom no other test knows."""
    return f"learner-{uuid4().hex[:12]}"
