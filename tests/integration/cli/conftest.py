"""One running district for these tests: each imports what it needs, and looks at that alone."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.local.stack import Stack
from tests.support.running import running_stack


@pytest.fixture(scope="package")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    async with running_stack(tmp_path_factory.mktemp("stack") / "home") as stack:
        yield stack


@pytest.fixture
def demo_files() -> Path:
    return Path(__file__).parents[3] / "deploy" / "local" / "demo"
