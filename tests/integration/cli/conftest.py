"""One running district for each file of tests of the commands: one that idles costs every other test time."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.local.stack import Stack
from tests.support.running import running_stack


@pytest.fixture(scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    async with running_stack(tmp_path_factory.mktemp("stack") / "home") as stack:
        yield stack


@pytest.fixture
def demo_files() -> Path:
    return Path(__file__).parents[3] / "deploy" / "local" / "demo"
