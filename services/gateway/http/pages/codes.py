"""Codes for what people name in words: criteria, questions, options. Pure."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence

LONGEST = 40
_OTHER = re.compile(r"[^a-z0-9]+")


def codes_for(titles: Iterable[str], *, otherwise: str, taken: Collection[str] = ()) -> Sequence[str]:
    """A code for each title, none twice and none of those `taken`: its plain letters, or `otherwise` where it has none,
    with a number if need be.

    The same titles get the same codes.
    """
    given: list[str] = []
    for title in titles:
        plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
        wish = _OTHER.sub("-", plain).strip("-")[:LONGEST].strip("-") or otherwise
        code, n = wish, 2
        while code in given or code in taken:
            code, n = f"{wish}-{n}", n + 1
        given.append(code)
    return given


def lines_of(text: str) -> list[str]:
    """What stands on the lines of a field, those without anything left out."""
    return [line.strip() for line in text.splitlines() if line.strip()]
