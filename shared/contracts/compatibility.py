"""What may change in a released schema, and what breaks who reads. All rules stand here.

Events are read for ever, so both directions count: a consumer that knows the old schema reads new events, and one that
knows the new schema reads old events, from the first. Under the same name and number, therefore:

- a schema never goes away (`removed`): entries of that type lie in the ledger
- a member never goes away (`member removed`), and one that was always there stays so (`no longer required`)
- a new member may come where it is optional; old entries do not have it (`newly required`). Consumers pass over members
  that they do not know; our own services refuse them, which is why consumers are deployed first
- what may stand in a member stays what it was: type, values of an enum, pattern, format, bounds (`retyped`). Wider, an
  old consumer meets what it does not know; narrower, a new one refuses what was written before
- a document takes no new member either: a richer form has a new number in `format`, for unknown members are refused

Titles and descriptions may change. All else is another version: a new number, and an upcaster (`upcasting`).
"""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

ANNOTATIONS = frozenset({"title", "description", "examples", "$schema", "$defs", "$comment"})
_MEMBERS = frozenset({"properties", "required"})


def breaks(released: Mapping[str, Schema], generated: Mapping[str, Schema]) -> list[str]:
    """One sentence a break, in order: `schema at/place: what broke`. Empty where every consumer can go on."""
    found = []
    for name, before in sorted(released.items()):
        after = generated.get(name)
        if after is None:
            found.append(f"{name}: removed, but entries of that schema are in the ledger for ever")
        else:
            found += [f"{name}{place}: {what}" for place, what in _Comparison(before, after).broken()]
    return found


class _Comparison:
    """Two versions of one schema, each with definitions of its own."""

    def __init__(self, before: Schema, after: Schema) -> None:
        self._before, self._after = before, after
        self._seen: set[tuple[str, str]] = set()

    def broken(self) -> Iterator[tuple[str, str]]:
        yield from self._parts(self._before, self._after, "")

    def _parts(self, before: Any, after: Any, place: str) -> Iterator[tuple[str, str]]:
        if not isinstance(before, Mapping) or not isinstance(after, Mapping):
            if before != after:
                yield place, f"retyped from {before!r} to {after!r}"
            return
        pair = str(before.get("$ref", "")), str(after.get("$ref", ""))
        if all(pair):
            if pair in self._seen:
                return
            self._seen.add(pair)
        before, after = _resolved(before, self._before), _resolved(after, self._after)
        yield from self._members(before, after, place)
        for word in sorted((before.keys() | after.keys()) - ANNOTATIONS - _MEMBERS):
            yield from self._word(word, before.get(word), after.get(word), place)

    def _members(self, before: Schema, after: Schema, place: str) -> Iterator[tuple[str, str]]:
        had, has = before.get("properties", {}), after.get("properties", {})
        needed, needs = set(before.get("required", ())), set(after.get("required", ()))
        for name in sorted(had.keys() - has.keys()):
            yield f"{place}/{name}", "member removed"
        for name in sorted((needed - needs) & has.keys()):
            yield f"{place}/{name}", "no longer required"
        for name in sorted(needs - needed):
            yield f"{place}/{name}", "newly required, and old entries do not have it"
        if before.get("additionalProperties") is False:
            for name in sorted(has.keys() - had.keys()):
                yield f"{place}/{name}", "new member of a form that takes none"
        for name in sorted(had.keys() & has.keys()):
            yield from self._parts(had[name], has[name], f"{place}/{name}")

    def _word(self, word: str, before: Any, after: Any, place: str) -> Iterator[tuple[str, str]]:
        if word == "enum" and isinstance(before, list) and isinstance(after, list):
            before, after = sorted(map(str, before)), sorted(map(str, after))
        if isinstance(before, Mapping) and isinstance(after, Mapping) and word != "discriminator":
            yield from self._parts(before, after, f"{place}/{word}")
        elif isinstance(before, list) and isinstance(after, list) and word != "enum" and len(before) == len(after):
            for number, (one, other) in enumerate(zip(before, after, strict=True)):
                yield from self._parts(one, other, f"{place}/{word}/{number}")
        elif before != after:
            yield place, f"retyped: {word} was {before!r}, is {after!r}"


def _resolved(schema: Schema, whole: Schema) -> Schema:
    """The schema with a `$ref` into the same document put in its place."""
    reference = schema.get("$ref")
    if reference is None:
        return schema
    found = whole["$defs"][reference.removeprefix("#/$defs/")]
    return {**_resolved(found, whole), **{word: part for word, part in schema.items() if word != "$ref"}}
