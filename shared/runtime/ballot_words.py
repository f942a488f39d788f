"""A ballot's token as twelve words that a person can type: BIP-39, 128 bits and a checksum of four (decision 34)."""

import re
import unicodedata
from functools import cache

from mnemonic import Mnemonic

LANGUAGES = {"en": "english", "es": "spanish"}
"""Languages that ballots are printed in, and their lists of words."""

WORDS = 12

_TOKEN = re.compile(r"[0-9a-f]{32}", re.ASCII)
_BETWEEN = re.compile(r"[\s,.;·-]+")


def words_of(token: str, language: str) -> str:
    """The twelve words of a token (32 lowercase hexadecimal digits), with a blank between them.

    Raises KeyError for a language that ballots are not printed in.
    """
    return unicodedata.normalize("NFC", _words(language).to_mnemonic(bytes.fromhex(token)))


def token_of(typed: str) -> str | None:
    """The token that somebody typed, as hexadecimal digits or as words; None where it is neither.

    Case does not matter, nor accents, nor what stands between words; of each word four letters are enough. Words in
    another order, or one that was misread, are mostly found out by the checksum: fifteen of sixteen.
    """
    plain = typed.strip().lower()
    if _TOKEN.fullmatch(plain):
        return plain
    typed_words = [word for word in _BETWEEN.split(_bare(plain)) if word]
    if len(typed_words) != WORDS:
        return None
    return next((token for language in LANGUAGES if (token := _read(typed_words, language))), None)


def _read(typed_words: list[str], language: str) -> str | None:
    known = _by_beginning(language)
    words = [known.get(word[:4], "") for word in typed_words]
    if not all(_bare(word).startswith(typed) for word, typed in zip(words, typed_words, strict=True)):
        return None
    phrase, list_ = " ".join(words), _words(language)
    return bytes(list_.to_entropy(phrase)).hex() if list_.check(phrase) else None


def _bare(text: str) -> str:
    """A text without its accents."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))


@cache
def _by_beginning(language: str) -> dict[str, str]:
    """Each word by its first four letters: in a list of BIP-39 no two have the same."""
    return {_bare(word)[:4]: word for word in _words(language).wordlist}


@cache
def _words(language: str) -> Mnemonic:
    return Mnemonic(LANGUAGES[language])
