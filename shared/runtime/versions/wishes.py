"""What an operator may wish of the versions of a service's tables, and how it is told that it could not be."""

from typing import Literal, TypeAlias

Wish: TypeAlias = Literal["switch", "compare", "back", "drop"]
WISHES: tuple[Wish, ...] = ("switch", "compare", "back", "drop")


class NotRebuiltError(Exception):
    """Why nothing was switched: a sentence for the operator."""
