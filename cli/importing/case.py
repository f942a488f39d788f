"""A CASE package (1EdTech CASE 1.0 or 1.1, `CFDocument`, `CFItems`, `CFAssociations`) as a framework document.

Items become competencies, `isChildOf` parents, `precedes` prerequisites: what comes before is rested on. Identifiers
are UUIDs of any version, kept as they are, in lowercase; one that is no UUID becomes one that is made from it. A code
is the item's `humanCodingScheme`, or else the beginning of its statement, in the letters that our codes have.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

from cli.errors import CommandError
from cli.importing.links import Link, Links
from cli.importing.told import LeftOut
from shared.contracts.documents import circle

FORMAT = "ascertain.framework@1"
MAX_STATEMENT, MAX_TITLE, MAX_CODE = 20_000, 400, 64

_MADE = UUID("4f3d3a0e-8a7b-5c61-9d1e-7b2f60c4a915")
"""Namespace of the ids that stand for identifiers that are no UUIDs."""

_FOREIGN = re.compile(r"[^a-z0-9._-]+")
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]+")
"""What no text of a document may hold: control characters, and halves of characters."""
_SLUG = 40


@dataclass(slots=True)
class _Item:
    id: str
    code: str | None
    statement: str


@dataclass(slots=True)
class _Codes:
    """Gives every competency a code of its own."""

    taken: set[str] = field(default_factory=set)

    def own(self, wanted: str, id_: str) -> str:
        code = wanted if wanted and wanted not in self.taken else f"{wanted[: MAX_CODE - 9]}-{id_[:8]}".lstrip("-._")
        code = code if code not in self.taken else id_
        self.taken.add(code)
        return code


def is_case(document: object) -> bool:
    """Whether a JSON value looks like a CASE package."""
    return isinstance(document, dict) and "CFDocument" in document


def framework_of(package: Mapping[str, Any], left_out: LeftOut) -> dict[str, Any]:
    """The framework document that a package is; what it leaves out is told to `left_out`.

    Raises CommandError where there is no framework in it, and where parents go round in a circle.
    """
    about = package.get("CFDocument")
    if not isinstance(about, dict) or not _text(about.get("title")) or not _text(about.get("identifier")):
        raise CommandError("The CASE package has no CFDocument with an identifier and a title.")
    items = _items(_objects(package, "CFItems"), left_out)
    if not items:
        raise CommandError("The CASE package has no item with an identifier and a statement.")
    document_id, known = _id(_text(about["identifier"])), {item.id for item in items}
    parents, prerequisites = _associations(_objects(package, "CFAssociations"), document_id, known, left_out)
    codes = _codes(items, left_out)
    found = circle({child: [parent] for child, parent in parents.items()})
    if found is not None:
        raise CommandError(f"The parents go round in a circle: {' → '.join(codes[id_] for id_ in found)}.")
    return {
        "format": FORMAT,
        "id": document_id,
        "title": _text(about["title"])[:MAX_TITLE],
        "competencies": [
            {
                "id": item.id,
                "code": codes[item.id],
                "statement": item.statement,
                **({"parent": parents[item.id]} if item.id in parents else {}),
            }
            for item in items
        ],
        "prerequisites": prerequisites.documents(),
    }


def code_of(text: str) -> str:
    """A text in the letters that a code has: `HSA-APR.A.1` as `hsa-apr.a.1`; empty where nothing is left of it."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return _FOREIGN.sub("-", plain).lstrip("-._")[:MAX_CODE].rstrip("-._")


def _items(objects: Sequence[Any], left_out: LeftOut) -> list[_Item]:
    found: dict[str, _Item] = {}
    for raw in objects:
        identifier = _text(raw.get("identifier")) if isinstance(raw, dict) else ""
        if not identifier:
            left_out.add("item without an identifier")
            continue
        code = _text(raw.get("humanCodingScheme"))
        statement = _text(raw.get("fullStatement")) or _text(raw.get("abbreviatedStatement"))
        if not statement:
            left_out.add("item without a statement", code or identifier)
            continue
        id_ = _id(identifier)
        if id_ in found:
            left_out.add("item whose identifier stands there already", code or identifier)
            continue
        if len(statement) > MAX_STATEMENT:
            left_out.add(f"end of a statement beyond {MAX_STATEMENT:,} characters", code or identifier)
        found[id_] = _Item(id_, code_of(code) or None, statement[:MAX_STATEMENT])
    return list(found.values())


def _codes(items: Sequence[_Item], left_out: LeftOut) -> dict[str, str]:
    """A code for each item: those that have one of their own come first, so that no statement takes it away."""
    codes, given = _Codes(), {}
    for item in sorted(items, key=lambda item: item.code is None):
        wanted = item.code or code_of(item.statement[:_SLUG])
        given[item.id] = codes.own(wanted, item.id)
        if item.code is not None and given[item.id] != item.code:
            left_out.add("code that another item has too, which got an ending of its own", given[item.id])
    return given


def _associations(
    objects: Sequence[Any], document: str, known: set[str], left_out: LeftOut
) -> tuple[dict[str, str], Links]:
    """Parents by child, and prerequisites."""
    parents: dict[str, str] = {}
    links = Links()
    others: Counter[str] = Counter()
    for kind, origin, destination in _ends(objects, left_out):
        if kind not in {"isChildOf", "precedes"}:
            others[kind] += 1
            continue
        if kind == "isChildOf" and destination == document:
            continue
        if dangling := {origin, destination} - known:
            left_out.add(f"{kind} link to what is not in the package", min(dangling))
        elif kind == "precedes":
            links.add(Link(competency=destination, rests_on=origin))
        elif parents.setdefault(origin, destination) != destination:
            left_out.add("further parent of an item", origin)
    for kind, count in sorted(others.items()):
        left_out.add(f"{kind} link, which says neither parent nor prerequisite", count=count)
    return parents, links


def _ends(objects: Sequence[Any], left_out: LeftOut) -> Iterator[tuple[str, str, str]]:
    for raw in objects:
        ends = (
            [_end(raw.get(name)) for name in ("originNodeURI", "destinationNodeURI")] if isinstance(raw, dict) else []
        )
        kind = _text(raw.get("associationType")) if isinstance(raw, dict) else ""
        if len(ends) < 2 or not all([kind, *ends]):
            left_out.add("association without a type, an origin or a destination")
            continue
        yield kind[:64], _id(ends[0]), _id(ends[1])


def _end(node: object) -> str:
    return _text(node.get("identifier")) if isinstance(node, dict) else ""


def _objects(package: Mapping[str, Any], name: str) -> Sequence[Any]:
    value = package.get(name, [])
    if not isinstance(value, list):
        raise CommandError(f"{name} of the CASE package is no list.")
    return value


def _text(value: object) -> str:
    return _UNFIT.sub(" ", value).strip() if isinstance(value, str) else ""


def _id(identifier: str) -> str:
    try:
        return str(UUID(identifier))
    except ValueError:
        return str(uuid5(_MADE, identifier))
