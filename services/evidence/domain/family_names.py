"""Family names left out of texts that are shown to whoever has a link. Pure.

Rather a word too many is left out than a name too few; what cannot be guaranteed, docs/portfolio.md says.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final

LEFT_OUT: Final = "[…]"
"""Stands where a family name was left out."""

_SHORT = 3
"""Letters up to which a name is left out only where it is written with a capital: *So* is a name, *so* a word."""

_ALIKE = str.maketrans(dict.fromkeys("’‘ʼʻ´`′＇", "'") | dict.fromkeys("‐‑‒–—", "-") | {"ı": "i"})

_OPEN, _CLOSED = r"(?<![^\W\d_])", r"(?![^\W\d_])"
"""No letter stands before, and none after: digits and `_` are no part of a name."""


def without_families(text: str, families: Iterable[str]) -> str:
    """A text in which the family names of those who made a work are left out, each of their parts too.

    They are compared without case, accents, kinds of apostrophes and invisible marks; whole words, but in scripts
    without case, many of which do not part words.
    """
    words = {word for family in families for word in _words(family)}
    if not words:
        return text
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    named = re.compile("|".join(map(_pattern, longest_first)))
    folded, places = _folded_with_places(text)
    kept, shown = 0, list[str]()
    for found in named.finditer(folded):
        start, end = places[found.start()], places[found.end()]
        is_word = len(found.group()) <= _SHORT and text[start].islower()
        if start >= kept and not is_word:
            shown += (text[kept:start], LEFT_OUT)
            kept = end
    return "".join((*shown, text[kept:]))


def _words(family: str) -> Iterator[str]:
    """What is left out of a family name, folded: the whole of it, and its parts but for particles such as *de la*."""
    whole = " ".join(family.split())
    has_capitals = any(letter.isupper() or letter.istitle() for letter in whole)
    if len(whole) > 1 or not _has_case(whole):
        yield from filter(_says_something, [_folded(whole)])
    for part in re.split(r"[\s'-]+", whole.translate(_ALIKE)):
        is_name = any(map(str.isupper, part)) if has_capitals and _has_case(part) else len(part) >= _SHORT
        if is_name and len(part) > 1:
            yield from filter(_says_something, [_folded(part)])


def _has_case(word: str) -> bool:
    return any(letter.isupper() or letter.islower() or letter.istitle() for letter in word)


def _says_something(folded: str) -> bool:
    return any(map(str.isalpha, folded))


def _pattern(folded: str) -> str:
    written = r"\s+".join(re.escape(part).replace("'", "'?") for part in folded.split())
    return f"{_OPEN}(?:{written}){_CLOSED}" if _has_case(folded) else written


def _folded(text: str) -> str:
    return _folded_with_places(text)[0]


def _folded_with_places(text: str) -> tuple[str, Sequence[int]]:
    """A text as it is compared; and of each of its letters, and of its end, the place that it comes from."""
    if text.isascii():
        return text.translate(_ALIKE).lower(), range(len(text) + 1)
    letters, places = list[str](), list[int]()
    for place, letter in enumerate(text):
        folded = _folded_letter(letter)
        letters.append(folded)
        places += [place] * len(folded)
    return "".join(letters), [*places, len(text)]


@lru_cache(maxsize=4096)
def _folded_letter(letter: str) -> str:
    """A letter without case and accents: none of a mark, several of a ligature, a syllable of Hangul whole."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", letter.translate(_ALIKE)).casefold())
    return unicodedata.normalize("NFC", "".join(one for one in plain if unicodedata.category(one) not in {"Mn", "Cf"}))
