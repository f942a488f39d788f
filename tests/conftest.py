"""Fixtures for every test: real servers once a session, and a corner of them for each test."""

import os
from collections.abc import AsyncIterator
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]  # it says no types

from deploy.local.kafka import KafkaServer
from deploy.setup.databases import OWNERS, Server, drop_databases, make_databases
from tests.support.servers import (
    PASSWORD,
    District,
    learning_how_kafka_starts,
    quick_place,
    running_kafka,
    running_postgres,
    unique_prefix,
)
from tests.support.standing import Standing

if TYPE_CHECKING:
    from tests.support.containers import KafkaAt

TOGETHER = (
    "tests/browser/",
    "tests/faults/district/",
    *(f"tests/integration/{name}/" for name in ("cli", "commands", "audit")),
)
"""Folders whose tests look at one thing that takes long to start."""

os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(quick_place()))

# A property is true or false; how long it takes says how busy the machine is.
# `--hypothesis-profile long` looks further.
for name, examples in (("ascertain", 50), ("long", 1000)):
    settings.register_profile(name, deadline=None, max_examples=examples, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ascertain")


@pytest.fixture(scope="session")
async def postgres(pytestconfig: pytest.Config) -> AsyncIterator[Server]:
    """A running PostgreSQL. `postgres.dsn()` is the superuser's, `postgres.dsn(database, user, password)` anyone's."""
    async with (
        running_postgres(quick_place())
        if not _in_containers(pytestconfig)
        else _containers().contained_postgres(PASSWORD) as server
    ):
        yield server


@pytest.fixture(scope="session")
async def kafka(pytestconfig: pytest.Config) -> AsyncIterator["KafkaServer | KafkaAt"]:
    """A running Kafka. `kafka.bootstrap` is its address; `make_topics` of `deploy.setup.topics` makes topics."""
    async with (
        running_kafka(quick_place()) if not _in_containers(pytestconfig) else _containers().contained_kafka() as server
    ):
        yield server


def _containers() -> ModuleType:
    """Imported where it is used: it takes two seconds, which most runs need not wait."""
    return import_module("tests.support.containers")


def _in_containers(config: pytest.Config) -> bool:
    return bool(config.getoption("--containers"))


@pytest.fixture
def owners() -> tuple[str, ...]:
    """The services whose databases `district` is. Who needs few of them says so: each one costs time."""
    return OWNERS


@pytest.fixture(scope="session")
def standing(postgres: Server) -> Standing:
    """Migrated databases, lent to one test after the other."""
    return Standing(postgres)


@pytest.fixture
async def district(standing: Standing, owners: tuple[str, ...]) -> AsyncIterator[District]:
    """A district's databases as their migrations leave them, with nothing in them that another test wrote."""
    async with standing.lent(owners) as lent:
        yield lent


@pytest.fixture
async def bare_district(postgres: Server, owners: tuple[str, ...]) -> AsyncIterator[District]:
    """Databases and roles of a district before any migration; dropped after the test."""
    prefix = unique_prefix()
    try:
        yield District(prefix, await make_databases(postgres, prefix, PASSWORD, owners))
    finally:
        await drop_databases(postgres, prefix, owners)


@pytest.fixture
def topic_prefix() -> str:
    """A prefix of the test's own for topics and consumer groups, ending in a dot."""
    return unique_prefix() + "."


def pytest_configure(config: pytest.Config) -> None:
    """Where several processes test, many brokers start: learn beside them, once, how one starts sooner."""
    workers, is_worker = config.getoption("numprocesses", None), hasattr(config, "workerinput")
    if workers and not is_worker and not _in_containers(config) and not config.getoption("collectonly"):
        config.add_cleanup(learning_how_kafka_starts())


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked `long`, unless it was asked for: all of it, or a test by its name."""
    if config.getoption("--long") or config.getoption("--minutes") or any("::" in named for named in config.args):
        return
    left_out = [item for item in items if item.get_closest_marker("long")]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    """Where files are shared out, all of such a folder go to one process."""
    return FoldersTogether(config, log) if config.getoption("dist") == "loadfile" else None


class FoldersTogether(LoadFileScheduling):  # type: ignore[misc]  # as above
    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        return next((folder for folder in TOGETHER if file.startswith(folder)), file)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--containers", action="store_true", help="PostgreSQL and Kafka in containers of the official images"
    )
    parser.addoption("--long", action="store_true", help="also what is marked `long`, and each check in its long form")
    parser.addoption(
        "--rounds", type=int, default=0, help="rounds of kill -9 (tests/faults/district/test_kill_rounds.py; 0: a few)"
    )
    parser.addoption("--answers", type=int, default=10_000, help="real answers to import (there are 203,442)")
    parser.addoption("--edits", type=int, default=0, help="random edits as superuser (0: one of each sort)")
    parser.addoption("--seed", type=int, default=20261124, help="seed of random moments and edits")
    parser.addoption("--minutes", type=float, default=0, help="minutes for the fault tests (0: their short form)")
    parser.addoption("--results", default=None, help="a file to which each fault test adds what it did, as JSON Lines")
    parser.addoption("--history", default=None, help="a file to which fault tests add their journal, as JSON Lines")
