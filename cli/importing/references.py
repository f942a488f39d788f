"""References in a JSON file that a person writes: `roster:KIND/SOURCEDID` and `document:FILE`.

They are put in before anything is sent, for the ids of a district are made with its own key, and digests are no
reading for people.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cli.errors import CommandError
from cli.gateway import Gateway
from cli.naming import roster_ids
from shared.contracts.documents import document_digest
from shared.ledger.canonical import NotCanonicalError, parse

_ROSTER, _DOCUMENT = "roster:", "document:"


async def resolved(gateway: Gateway, value: Any, folder: Path) -> Any:
    """The value with every reference replaced; files are looked for in `folder`.

    Raises CommandError where a referred file cannot be read, Refused where the platform knows no such kind.
    """
    names: dict[str, set[str]] = {}
    for text in _texts(value):
        if text.startswith(_ROSTER):
            kind, _, sourced_id = text.removeprefix(_ROSTER).partition("/")
            names.setdefault(kind, set()).add(sourced_id)
    replacements = await _roster_ids(gateway, names)
    for text in set(_texts(value)):
        if text.startswith(_DOCUMENT):
            file = folder / text.removeprefix(_DOCUMENT)
            replacements[text] = document_digest(await resolved(gateway, read_json(file), file.parent))
    return _replaced(value, replacements)


async def _roster_ids(gateway: Gateway, names: dict[str, set[str]]) -> dict[str, str]:
    return {
        f"{_ROSTER}{kind}/{name}": id_
        for kind, sourced_ids in names.items()
        for name, id_ in (await roster_ids(gateway, kind, sorted(sourced_ids))).items()
    }


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        yield from _texts(list(value.values()))


def _replaced(value: Any, replacements: dict[str, str]) -> Any:
    if isinstance(value, str):
        return replacements.get(value, value)
    if isinstance(value, list):
        return [_replaced(item, replacements) for item in value]
    if isinstance(value, dict):
        return {key: _replaced(item, replacements) for key, item in value.items()}
    return value


def read_json(file: Path) -> Any:
    """A JSON document from a file. Raises CommandError where it cannot be read or is none."""
    try:
        return parse(file.read_bytes())
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
    except NotCanonicalError as error:
        raise CommandError(f"{file}: {error}") from error
