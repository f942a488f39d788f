"""Attempts, decoded at once where they are written as nearly every client writes them.

What is taken here, `items.read_request` takes too, and makes the same items of. Everything else (what is to be refused,
what is only written otherwise, another kind of evidence) is left to it, for it finds the words.
"""

from typing import Literal

import msgspec

from services.evidence.domain.plain_attempts import PlainAttempt, PlainId
from services.evidence.domain.recording import Item
from services.evidence.http.items import ROUTE, Request
from services.evidence.http.pieces import MAX_ITEMS
from shared.ledger.identifiers import item_id
from shared.ledger.instants import instant


class _Attempt(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    type: Literal["AttemptRecorded"]
    occurred_at: str
    body: PlainAttempt
    id: PlainId | None = None


_decoded = msgspec.json.Decoder(_Attempt | list[_Attempt]).decode

_MARKS, _MARKS_OF_ID = 10, 4
"""Quotation marks of an item without its body, and those of its id."""


def read_attempts(text: bytes, *, actor: str, key: str | None) -> Request | None:
    """The items of a request that holds nothing but plain attempts; None of any other."""
    if b"\\" in text:  # without escapes, every quotation mark begins or ends a string
        return None
    try:
        found = _decoded(text)
        attempts = found if isinstance(found, list) else [found]
        items = [_item(attempt, actor, key, index) for index, attempt in enumerate(attempts)]
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    if not 1 <= len(items) <= MAX_ITEMS or text.count(b'"') != sum(map(_marks, attempts)):
        return None
    return Request([*items], [item.id for item in items], is_batch=isinstance(found, list))


def _item(attempt: _Attempt, actor: str, key: str | None, index: int) -> Item:
    """Raises ValueError where the attempt cannot be, or needs a key that there is not."""
    attempt.body.check()
    id_ = attempt.id
    if id_ is None:
        if key is None:
            raise ValueError("needs an id or a key")
        id_ = item_id(actor, "POST", ROUTE, key, index)
    return Item(id_, instant(attempt.occurred_at), attempt.body)


def _marks(attempt: _Attempt) -> int:
    """The quotation marks of an attempt in which no key stands twice, and none has the value null."""
    return attempt.body.canonical().count(b'"') + _MARKS + (0 if attempt.id is None else _MARKS_OF_ID)
