"""One running district for the commands of the record, where nobody else releases grades."""

from collections.abc import AsyncIterator

import pytest

from deploy.local.stack import Stack
from tests.support.running import running_stack


@pytest.fixture(scope="package")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    async with running_stack(tmp_path_factory.mktemp("stack") / "home") as stack:
        yield stack
