"""Names as people type them: a sourcedId of the roster, or the platform's own id."""

from collections.abc import Iterable

from cli.errors import CommandError, Refused
from cli.gateway import Gateway
from shared.ledger.identifiers import is_id

PAGE = 1000
"""Names that are asked for at once."""


async def roster_id(gateway: Gateway, kind: str, name: str) -> str:
    """The id of what the roster calls `name`; an id is left as it is. Raises CommandError where the caller may not ask.

    `kind` is user, org, course, class or academicSession.
    """
    return (await roster_ids(gateway, kind, [name]))[name]


async def person_id(gateway: Gateway, name: str) -> str:
    """The id of somebody whom the roster calls `name`; an id is left as it is.

    Every word has an id in a roster, also one that was mistyped: so it is asked whether anybody has this one. Raises
    CommandError where nobody has, and as `roster_id`.
    """
    person = await roster_id(gateway, "user", name)
    if person != name:
        asked = {"purpose": "administration", "texts": [], "names": [person]}
        _, answer = await gateway.post("/v1/reveal", asked)
        if person not in answer["names"]:
            raise CommandError(f"Nobody is called {name} in a roster that was imported.")
    return person


async def scope_named(gateway: Gateway, scope: str) -> str:
    """The scope with ids, where a school or a learner is named as the roster does; others are left as they are.

    Raises as `person_id`.
    """
    kind, _, name = scope.partition("/")
    if kind == "learner" and name:
        return f"{kind}/{await person_id(gateway, name)}"
    if kind == "school" and name:
        return f"{kind}/{await roster_id(gateway, 'org', name)}"
    return scope


async def roster_ids(gateway: Gateway, kind: str, names: Iterable[str]) -> dict[str, str]:
    """The ids of what the roster calls these names, by name. Raises CommandError for who may not ask, and Refused."""
    found = {name: name for name in names}
    unknown = [name for name in found if not is_id(name)]
    for start in range(0, len(unknown), PAGE):
        asked = {"kind": kind, "sourced_ids": unknown[start : start + PAGE]}
        try:
            _, answer = await gateway.post("/v1/rosters/ids", asked)
        except Refused as error:
            if error.status != 404:
                raise
            raise CommandError(
                f"Only administrators of the district may name somebody or something as the roster does; give the id"
                f" of {unknown[start]}, a UUID."
            ) from error
        found |= answer["ids"]
    return found
