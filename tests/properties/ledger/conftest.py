"""One ledger for all examples: each brings owners and ids of its own."""

from collections.abc import AsyncIterator

import pytest

from deploy.setup.databases import Database
from tests.support.standing import Standing


@pytest.fixture(scope="module")
async def database(standing: Standing) -> AsyncIterator[Database]:
    async with standing.lent(("evidence",)) as district:
        yield district.databases["evidence"]
