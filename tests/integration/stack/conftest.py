"""Homes for the tests of the stack, and the promise that nothing of a home is left after its test."""

import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from deploy.local.home import Home, open_home
from deploy.local.stack import Stack
from tests.support.processes import end_all_of, processes_of
from tests.support.tiny_supervisor import TINY_SERVICES


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """An empty home for one test."""
    with _emptied_home(tmp_path / "home") as home:
        yield home


@pytest.fixture(scope="module")
def told() -> list[str]:
    """What the module's stack told."""
    return []


@pytest.fixture(scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory, told: list[str]) -> AsyncIterator[Stack]:
    """A stack with tiny services that the tests of a module share, as a start takes seconds. Leave it up."""
    with _emptied_home(tmp_path_factory.mktemp("stack") / "home") as home:
        async with Stack(home, services=TINY_SERVICES, notice=told.append) as stack:
            yield stack


@contextlib.contextmanager
def _emptied_home(path: Path) -> Iterator[Home]:
    home = open_home(path)
    yield home
    left = processes_of(home.path)
    end_all_of(home.path)
    home.erase()
    assert not left, f"processes were left behind: {left}"
