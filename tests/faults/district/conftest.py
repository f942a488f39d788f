"""One district under fault for all files here: each test leaves it healed, and checked from its first event on."""

from collections.abc import AsyncIterator

import pytest

from tests.support.trial import Trial, on_trial, pause_between


@pytest.fixture(scope="package")
async def trial(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> AsyncIterator[Trial]:
    """A whole district whose wires can be made to fail, with clients that write."""
    folder = tmp_path_factory.mktemp("trial") / "home"
    async with on_trial(
        folder, "district", pytestconfig.getoption("--seed"), pause=pause_between(pytestconfig)
    ) as trial:
        yield trial
