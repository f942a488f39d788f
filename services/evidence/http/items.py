"""The body of `POST /v1/evidence` becomes items, each judged by itself: one that is malformed never fails another."""

import json
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from pydantic import TypeAdapter, ValidationError

from services.evidence.domain.errors import Invalid, Refusal
from services.evidence.domain.recording import Item
from services.evidence.http.pieces import MAX_ITEMS, EvidenceItem, body_of, text_of, told_of_pieces
from shared.contracts.wording import in_code, told
from shared.ledger.canonical import MAX_DEPTH, MAX_INTEGER, key_twice
from shared.ledger.identifiers import is_id, item_id
from shared.ledger.instants import instant

ROUTE = "/v1/evidence"

_ITEM: TypeAdapter[EvidenceItem] = TypeAdapter(EvidenceItem)
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True)
class Unfit:
    """Stands in a parsed text where something stood that may not be there, and says why."""

    detail: str


class Request(msgspec.Struct, frozen=True):
    """The items of a request, or why one is none; whether they came as an array; their ids, where they are known."""

    items: list[Item | Refusal]
    ids: list[str | None]
    is_batch: bool


def read_request(text: bytes, *, actor: str, key: str | None) -> Request:
    """The items that a body holds. Raises Invalid where the body as a whole is none."""
    reading = _Parsing()
    value = reading.parse(text)
    if not isinstance(value, list):
        if not isinstance(value, dict | Unfit):
            raise Invalid("The body must be one item, or an array of items.", field="")
        item, item_id_ = _read(value, 0, actor, key, suspicious=reading.suspicious)
        return Request([item], [item_id_], is_batch=False)
    if not 1 <= len(value) <= MAX_ITEMS:
        raise Invalid(f"An array must hold from 1 to {MAX_ITEMS} items; this one has {len(value)}.", field="")
    read = [_read(raw, index, actor, key, suspicious=reading.suspicious) for index, raw in enumerate(value)]
    return Request([item for item, _ in read], [id_ for _, id_ in read], is_batch=True)


def _read(
    raw: object, index: int, actor: str, key: str | None, *, suspicious: bool
) -> tuple[Item | Refusal, str | None]:
    id_ = raw.get("id") if isinstance(raw, dict) else None
    known_id = id_ if isinstance(id_, str) and is_id(id_) else None
    try:
        if suspicious:
            _check_fit(raw)
        item = _ITEM.validate_python(raw)
        if item.id is None and key is None:
            raise Invalid("Give the item an id, or send the header Idempotency-Key.", field="/id")  # noqa: TRY301
    except ValidationError as error:
        return _from_validation(error), known_id
    except Invalid as refusal:
        return refusal, known_id
    given = item.id if item.id is not None else item_id(actor, "POST", ROUTE, key or "", index)
    return Item(given, instant(item.occurred_at), body_of(item), text_of(item)), given


class _Parsing:
    """Parses JSON and notes whether anything unfit stood in it, so that only then every value is looked at."""

    def __init__(self) -> None:
        self.suspicious = False

    def parse(self, text: bytes) -> Any:
        """The value, with Unfit in the places of what may not be there. Raises Invalid where it is no JSON at all."""
        self.suspicious = _SURROGATE.search(text) is not None
        try:
            return json.loads(
                text.decode(),
                object_pairs_hook=self._object,
                parse_float=self._float,
                parse_int=self._integer,
                parse_constant=self._float,
            )
        except UnicodeDecodeError as error:
            raise Invalid("The body must be UTF-8.", field="") from error
        except json.JSONDecodeError as error:
            raise Invalid(
                f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.", field=""
            ) from error
        except RecursionError as error:
            raise Invalid(f"JSON may be nested at most {MAX_DEPTH} deep.", field="") from error

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any] | Unfit:
        members = dict(pairs)
        if len(members) == len(pairs):
            return members
        return self._unfit(f"The key {key_twice(pairs)[:64]!r} stands twice in one object.")

    def _float(self, text: str) -> Unfit:
        return self._unfit(f'The number {text[:40]} must be written as a decimal string, such as "3.5".')

    def _integer(self, text: str) -> int | Unfit:
        if len(text) > 17 or abs(int(text)) > MAX_INTEGER:
            return self._unfit("Integers must lie between -(2^53 - 1) and 2^53 - 1; a score is a decimal string.")
        return int(text)

    def _unfit(self, detail: str) -> Unfit:
        self.suspicious = True
        return Unfit(detail)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value stands. Its pointer is put together only for the one that is told of: thousands may share a long
    beginning.
    """

    above: "_Place | None" = None
    token: str | int = ""

    def pointer(self) -> str:
        tokens: list[str] = []
        place: _Place | None = self
        while place is not None and place.above is not None:
            tokens.append(f"/{_token(str(place.token))}")
            place = place.above
        return "".join(reversed(tokens))


def _check_fit(raw: object) -> None:
    """Raise Invalid for the first thing in an item that may not be there, naming its place."""
    for place, value in _places(raw):
        if isinstance(value, Unfit):
            raise Invalid(value.detail, field=place.pointer())
        if isinstance(value, str) and not _is_unicode(value):
            raise Invalid("Text must be well-formed Unicode, without lone surrogates.", field=place.pointer())


def _places(raw: object) -> Iterator[tuple[_Place, object]]:
    """Every value and key within an item with its place, without recursion, for depth is not ours to trust."""
    waiting: deque[tuple[_Place, object]] = deque([(_Place(), raw)])
    while waiting:
        place, value = waiting.popleft()
        yield place, value
        if isinstance(value, dict):
            for key, member in value.items():
                yield place, key
                waiting.append((_Place(place, key), member))
        elif isinstance(value, list):
            waiting.extend((_Place(place, index), member) for index, member in enumerate(value))


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _token(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _from_validation(error: ValidationError) -> Invalid:
    [first, *_] = told_of_pieces(error.errors(include_url=False, include_input=False))
    field = "".join(f"/{_token(str(part))}" for part in first["loc"])
    reason, figures = in_code(first)
    return Invalid(f"{field or 'The item'}: {told(first)}.", field=field, reason=reason, **figures)
