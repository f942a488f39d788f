"""A district whose disks are small and whose clocks can be set."""

from collections.abc import AsyncIterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.local.home import open_home
from tests.support.clocks import Clocks, library
from tests.support.servers import reachable_folder
from tests.support.small_disk import NoMountError, small_disk
from tests.support.trial import Trial, on_trial, pause_between

MEGABYTES = 700


@dataclass(frozen=True, slots=True)
class Machine:
    """`disks` are the folders that lie on disks of their own, by whose they are; none where mounting is not allowed.

    `no_disks` and `no_clocks` say why the one or the other cannot be tried here.
    """

    trial: Trial
    disks: dict[str, Path]
    no_disks: str | None
    no_clocks: str | None


@pytest.fixture(scope="module")
async def machine(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> AsyncIterator[Machine]:
    folder = tmp_path_factory.mktemp("machine") / "home"
    home = open_home(folder)
    home.kafka.mkdir(mode=0o700, exist_ok=True)
    places = {"postgres": home.postgres(), "kafka": home.kafka}
    found, no_disks = library(), None
    with ExitStack() as opened:
        clocks = Clocks(opened.enter_context(reachable_folder("clocks")), found) if found else None
        try:
            for place in places.values():
                opened.enter_context(small_disk(place, MEGABYTES))
        except NoMountError as error:
            no_disks = f"mounting a small disk is not allowed here: {error}"
        name = request.path.stem.removeprefix("test_")
        seed, pause = request.config.getoption("--seed"), pause_between(request.config)
        async with on_trial(folder, name, seed, clocks=clocks, pause=pause) as trial:
            yield Machine(trial, places, no_disks, None if found else "libfaketime is not installed here")
        with suppress(OSError):
            opened.close()
