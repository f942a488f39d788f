"""Effort of the fault tests."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.effort import Effort, Tally

WORK = 0.7
"""The part of the minutes that is spent on rounds; the rest goes to starts, ends and checks."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    config.stash[SHARES] = sum(_share(item) for item in items)


SHARES = pytest.StashKey[float]()


def _share(item: pytest.Item) -> float:
    mark = item.get_closest_marker("fault")
    return float(mark.kwargs.get("share", 1)) if mark else 0.0


@pytest.fixture
def effort(request: pytest.FixtureRequest) -> Iterator[Effort]:
    mark = request.node.get_closest_marker("fault")
    assert mark is not None, "a test with effort says which fault it tries"
    minutes, results = request.config.getoption("--minutes"), request.config.getoption("--results")
    history = request.config.getoption("--history")
    workers = int(getattr(request.config, "workerinput", {}).get("workercount", 1))
    share = _share(request.node) / request.config.stash[SHARES]
    budget = minutes * 60 * WORK * workers * share if minutes else None
    tally = Tally(mark.args[0], mark.args[1])
    begun = time.monotonic()
    yield Effort(tally, request.config.getoption("--seed"), budget, Path(history) if history else None)
    tally.seconds = time.monotonic() - begun
    if results:
        tally.write(Path(results))
