"""A corner of the real servers for each test of the runtime."""

from tests.support.corner_fixtures import corner, two_databases

__all__ = ["corner", "two_databases"]
