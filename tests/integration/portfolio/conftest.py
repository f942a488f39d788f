"""A migrated portfolio database for each test."""

import pytest


@pytest.fixture
def owners() -> tuple[str, ...]:
    return ("portfolio",)
