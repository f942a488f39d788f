"""The shards of a district's owners, remembered: they never change, and the same learners come again and again."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TypeAlias

from shared.ledger.identifiers import Ledger, is_id, shard_of

REMEMBERED = 200_000

ShardOf: TypeAlias = Mapping[Ledger, Callable[[str], int]]
"""For each ledger, the shard of an owner. Raises ValueError for what can be no owner's id."""


def shards_of_owners(tenant: str) -> ShardOf:
    @lru_cache(REMEMBERED)
    def evidence(owner: str) -> int:
        _check(owner)
        return shard_of(tenant, owner)

    @lru_cache(REMEMBERED)
    def definitions(owner: str) -> int:
        _check(owner)
        return 0

    return {"evidence": evidence, "definitions": definitions}


def _check(owner: str) -> None:
    if not is_id(owner):
        raise ValueError(f"{owner[:64]!r} must be a lowercase UUID with hyphens.")
