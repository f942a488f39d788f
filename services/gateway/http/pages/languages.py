"""The languages of the pages: which one a reader gets, and the words in it.

English is what templates are written in. The words of another language stand in `words/{language}/`, in a file for each
area of the pages (what several areas say is in `everywhere.po`), and are read once. A district may have a folder of the
same form: its languages come beside ours, and its words before ours, in English too (`add_words`).
"""

from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Protocol

from babel.core import Locale, negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

FOLDER = Path(__file__).parent / "words"
SOURCE = "en"
_folders = [FOLDER]

CHOSEN = "__Host-ascertain-language"
"""The cookie of a reader who chose for herself."""


class Gettext(Protocol):
    """What a template asks for words."""

    def gettext(self, message: str) -> str: ...

    def ngettext(self, singular: str, plural: str, n: int) -> str: ...


def later(message: str) -> str:
    """Marks words for the catalogues where they are written, as `_`; they are translated when they are said."""
    return message


def add_words(folder: Path) -> None:
    """Take a district's own words, before any page is made. Raises OSError where there is no such folder."""
    folder.stat()
    _folders.append(folder)
    languages.cache_clear()


@cache
def languages() -> tuple[str, ...]:
    """All there are, English first."""
    found = {file.parent.name for folder in _folders for file in folder.glob("*/*.po")}
    return (SOURCE, *sorted(found - {SOURCE}))


@cache
def words_in(language: str) -> NullTranslations:
    """The words of a language. Raises FileNotFoundError where there is none such."""
    files = [file for folder in _folders for file in sorted((folder / language).glob("*.po"))]
    if not files:
        if language != SOURCE:
            raise FileNotFoundError(language)
        return NullTranslations()
    catalogue, *more = [read_po(BytesIO(file.read_bytes()), locale=language) for file in files]
    for message in (message for part in more for message in part if message.id):
        catalogue.delete(message.id)  # an assignment alone would leave the words that were there first
        catalogue[message.id] = message
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def locale_of(language: str) -> Locale:
    """How dates and numbers are written in a language."""
    return Locale.parse(language, sep="-")


def language_for(chosen: str | None, accepted: str) -> str:
    """The language that a reader chose, else the one of ours that her browser's `Accept-Language` likes best."""
    known = languages()
    if chosen in known:
        return str(chosen)
    liked = [tag for tag, _ in sorted(_preferences(accepted).items(), key=lambda item: -item[1])]
    return negotiate_locale(liked, known, sep="-") or SOURCE


def _preferences(accepted: str) -> Mapping[str, float]:
    """Tags by how much they are liked; what cannot be read is passed over."""
    found: dict[str, float] = {}
    for part in accepted.split(",")[:20]:
        tag, _, quality = part.strip().partition(";q=")
        try:
            found.setdefault(tag.strip(), float(quality) if quality else 1.0)
        except ValueError:
            continue
    return found
