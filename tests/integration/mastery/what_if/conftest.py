"""A district of letters, in which somebody may ask what if."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from tests.integration.mastery.test_states import given
from tests.support.ledger_writer import LedgerWriter
from tests.support.mastery_http import Mastery
from tests.support.what_ifs import a_district


@pytest.fixture
def ledger() -> LedgerWriter:
    return given()


@pytest.fixture
async def mastery(pool: asyncpg.Pool, ledger: LedgerWriter, tmp_path: Path) -> AsyncIterator[Mastery]:
    async with a_district(pool, ledger, tmp_path) as made:
        yield made
