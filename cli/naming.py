"""Names as people type them: a sourcedId of the roster, or the platform's own id."""

from collections.abc import Iterable
from typing import Literal, TypeAlias

from cli.gateway import Gateway
from shared.ledger.identifiers import is_id

Kind: TypeAlias = Literal["user", "org", "course", "class", "academicSession"]


async def roster_id(gateway: Gateway, kind: Kind, name: str) -> str:
    """The id of what the roster calls `name`. Raises Refused where the caller may not ask."""
    return (await roster_ids(gateway, kind, [name]))[0]


async def roster_ids(gateway: Gateway, kind: Kind, names: Iterable[str]) -> list[str]:
    """The ids of what the roster calls these names, in their order; ids are left as they are."""
    names = list(names)
    unknown = sorted({name for name in names if not is_id(name)})
    found: dict[str, str] = {}
    if unknown:
        _, answer = await gateway.post("/v1/rosters/ids", {"kind": kind, "sourced_ids": unknown})
        found = answer["ids"]
    return [found.get(name, name) for name in names]
