"""One real stack with the demo district, and one browser, for all tests of pages. Without chromium all are skipped."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Browser

from cli.checks import NO_BROWSER
from deploy.local.services import SERVICES
from tests.browser.chromium import chromium, running_chromium
from tests.browser.district import DemoDistrict, demo_district
from tests.browser.opening import Opener

WORDY = tuple(
    replace(service, module="tests.browser.wordy_gateway") if service.name == "gateway" else service
    for service in SERVICES
)
"""The services, with one language more on the pages: one whose words are long."""

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One group, so that one process has them all with the one stack; none where there is no browser."""
    ours = [item for item in items if HERE in item.path.parents]
    for item in ours:
        item.add_marker(pytest.mark.stack)
        item.add_marker(pytest.mark.xdist_group("browser"))
        if chromium() is None:
            item.add_marker(pytest.mark.skip(reason=NO_BROWSER))


@pytest.fixture(scope="package")
def everything(pytestconfig: pytest.Config) -> bool:
    """Whether pages are looked at in the long form: in each with every rule, and at every row of their tables."""
    return bool(pytestconfig.getoption("--long"))


@pytest.fixture(scope="package")
async def browser() -> AsyncIterator[Browser]:
    async with running_chromium() as running:
        yield running


@pytest.fixture(scope="package")
async def district(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DemoDistrict]:
    async with demo_district(tmp_path_factory.mktemp("browser") / "home", WORDY) as found:
        yield found


@pytest.fixture(scope="package")
def opener(browser: Browser, district: DemoDistrict) -> Opener:
    return Opener(browser, district)
