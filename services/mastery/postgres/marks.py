"""Marks: of packed contributions, what a level rests on in the common case, taken out without unpacking the rest.

A mark is two runs of the row's own bytes: kind and purpose, and the results. A district's marks are few, its
contributions many: who folds a million rows reads each different mark once (`read_apart`), and looks the others up.
Where all contributions of a row are of one kind and purpose, as most are, those are taken out once.

The pattern is one contribution as `packing` writes it, from its first byte to its last. It matches nothing that was
withdrawn or does over another, and nothing whose texts are no plain codes. Where a kind and a purpose stand side by
side a contribution begins, and they do so nowhere else; so as many matches as there are contributions are all of them.
"""

import re
from collections.abc import Hashable, Sequence
from typing import NamedTuple, TypeAlias, cast

import msgspec

from shared.rulebook.contribution import Result

Mark: TypeAlias = tuple[bytes, bytes]
"""A kind and purpose, and results, as a row holds them."""

_POSITION = rb"(?:\xcd..|\xcc.|[\x00-\x7f]|\xce....|\xcf.{8})"
_WHOLE = rb"(?:[\x00-\x7f]|\xce....|\xcd..|\xcc.|\xcf.{8})"
_INSTANT = rb"\xcf.{8}"  # of whenever but the first weeks of 1970
_CODE = rb"[\xa1-\xbf][a-z0-9._-]+"
_RESULT = rb"\x93" + _WHOLE + _WHOLE + rb"(?:\xc0|" + _CODE + rb")"
_ID_OR_NONE = rb"(?:\xd9\x24.{36}|\xc0)"
_BEGINS = rb"\x9c\xd9\x24.{36}"
_ENDS = (
    (_INSTANT + _INSTANT + _POSITION)
    + (rb"([\x91-\x9f](?:" + _RESULT + rb")+)")
    + (_ID_OR_NONE + _ID_OR_NONE + _ID_OR_NONE + rb"\xc0\xc0")
)
_PIECE = re.compile(_BEGINS + rb"([\xa1-\xbf][a-z_]+[\xa0-\xbf][a-z_]*)" + _ENDS, re.DOTALL)
_WORDS = re.compile(rb"[\xa1-\xbf][a-z_]+[\xa0-\xbf][a-z_]*")
_WORDS_AT = 39
"""Where kind and purpose stand in a contribution, behind its event."""

_FEW, _MANY, _VERY_MANY = 0x90, 0xDC, 0xDD

_results = msgspec.msgpack.Decoder(tuple[Result, ...])
_text = msgspec.msgpack.Decoder(str)


class ReadMark(NamedTuple):
    """What a mark says."""

    kind: str
    purpose: str
    results: tuple[Result, ...]


class Marks(NamedTuple):
    """The marks of one row, in order: where `words` are given, each is its results, and those are kind and purpose of
    all of them. `key` is the same for the same marks, and for no others.
    """

    key: Hashable
    words: bytes | None
    results: Sequence[bytes | Mark]


_BY_WORDS: dict[bytes, re.Pattern[bytes]] = {}
"""Patterns of contributions of one kind and purpose: a few, for both are words of the contract."""

_MOST_WORDS = 64


def marks(packed: bytes) -> Marks | None:
    """The marks of packed contributions; None where one of them has none."""
    first = packed[0]
    if first < _MANY:
        count, begins = first - _FEW, 1
    elif first == _MANY:
        count, begins = int.from_bytes(packed[1:3]), 3
    else:
        count, begins = int.from_bytes(packed[1:5]), 5
    words = _words(packed, begins + _WORDS_AT)
    if words is not None:
        own: list[bytes] = _BY_WORDS[words].findall(packed, begins)
        if len(own) == count:
            return Marks(words + b"".join(own), words, own)
    found: list[Mark] = _PIECE.findall(packed, begins)
    return Marks(tuple(found), None, found) if len(found) == count else None


def _words(packed: bytes, at: int) -> bytes | None:
    """Kind and purpose as they stand there, for which there is a pattern then; None where none stand there."""
    for words in _BY_WORDS:
        if packed.startswith(words, at):
            return words
    found = _WORDS.match(packed, at)
    if found is None or len(_BY_WORDS) == _MOST_WORDS:
        return None
    _BY_WORDS[found[0]] = re.compile(_BEGINS + re.escape(found[0]) + _ENDS, re.DOTALL)
    return found[0]


def read_apart(words: bytes | None, mark: bytes | Mark) -> ReadMark:
    """What one of `Marks.results` says, whose `words` these are. Raises msgspec.MsgspecError for other bytes."""
    own, results = cast("Mark", mark) if words is None else (words, cast("bytes", mark))
    length = own[0] - 0xA0
    return ReadMark(own[1 : length + 1].decode(), _text.decode(own[length + 1 :]), _results.decode(results))
