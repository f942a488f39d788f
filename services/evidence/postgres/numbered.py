"""Lists for the ledger's functions: a call names each type, owner or stream once, and then by its subscript."""

from collections.abc import Hashable
from typing import TypeVar

_Key = TypeVar("_Key", bound=Hashable)


class Numbered(dict[_Key, int]):
    """Subscripts from 1, given out in the order in which keys are first asked for; the keys, in order, are the list."""

    def __missing__(self, key: _Key) -> int:
        self[key] = subscript = len(self) + 1
        return subscript
