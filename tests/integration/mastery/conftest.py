"""A migrated mastery database for each test."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.support.mastery import mastery_pool
from tests.support.servers import District


@pytest.fixture
def owners() -> tuple[str, ...]:
    return ("mastery",)


@pytest.fixture
async def pool(district: District) -> AsyncIterator[asyncpg.Pool]:
    async with mastery_pool(district) as opened:
        yield opened
