"""The outline of the frameworks as known."""

import asyncpg

from shared.rulebook.outline import Outline
from shared.runtime.definitions.latest_frameworks import LatestFrameworks


class Outlines(LatestFrameworks[Outline]):
    """The frameworks as people read them."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        super().__init__(pool, Outline.of)
