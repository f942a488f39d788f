"""Marks: of packed contributions, what a level rests on in the common case, taken out without unpacking the rest.

A mark is two runs of the row's own bytes: kind and purpose, and the results. A district's marks are few, its
contributions many: who folds a million rows reads each different mark once (`read_mark`), and looks the others up.

The pattern is one contribution as `packing` writes it, from its first byte to its last. It matches nothing that was
withdrawn or does over another, and nothing whose texts are no plain codes. Where a kind and a purpose stand side by
side a contribution begins, and they do so nowhere else; so as many matches as there are contributions are all of them.
"""

import re
from typing import NamedTuple, TypeAlias

import msgspec

from shared.rulebook.contribution import Result

Mark: TypeAlias = tuple[bytes, bytes]
"""A kind and purpose, and results, as a row holds them."""

_WHOLE = rb"(?:[\x00-\x7f]|\xce.{4}|\xcd..|\xcc.|\xcf.{8})"
_INSTANT = rb"(?:\xcf.{8}|\xce.{4})"
_CODE = rb"[\xa1-\xbf][a-z0-9._-]+"
_RESULT = rb"\x93" + _WHOLE + _WHOLE + rb"(?:\xc0|" + _CODE + rb")"
_ID_OR_NONE = rb"(?:\xc0|\xd9\x24.{36})"
_PIECE = re.compile(
    rb"\x9c\xd9\x24.{36}([\xa1-\xbf][a-z_]+[\xa0-\xbf][a-z_]*)"
    + (_INSTANT * 2 + _WHOLE)
    + (rb"([\x91-\x9f](?:" + _RESULT + rb")+)")
    + (_ID_OR_NONE * 3 + rb"\xc0\xc0"),
    re.DOTALL,
)
_FEW, _MANY, _VERY_MANY = 0x90, 0xDC, 0xDD

_results = msgspec.msgpack.Decoder(tuple[Result, ...])
_text = msgspec.msgpack.Decoder(str)


class ReadMark(NamedTuple):
    """What a mark says."""

    kind: str
    purpose: str
    results: tuple[Result, ...]


def marks(packed: bytes) -> list[Mark] | None:
    """The marks of packed contributions, in their order; None where one of them has none."""
    first = packed[0]
    if first < _MANY:
        count, begins = first - _FEW, 1
    elif first == _MANY:
        count, begins = int.from_bytes(packed[1:3]), 3
    else:
        count, begins = int.from_bytes(packed[1:5]), 5
    found: list[Mark] = _PIECE.findall(packed, begins)
    return found if len(found) == count else None


def read_mark(mark: Mark) -> ReadMark:
    """Raises msgspec.MsgspecError for bytes that are no mark."""
    words, results = mark
    length = words[0] - 0xA0
    return ReadMark(words[1 : length + 1].decode(), _text.decode(words[length + 1 :]), _results.decode(results))
