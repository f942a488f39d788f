"""A language whose every word is marked, so that what was never given to be translated stands out on a page.

What a message says stands between ⟦ and ⟧; what is put into it stays outside, to be found if it is English.
"""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory

from babel.core import Locale

from services.gateway.http.pages import languages, rendering
from services.gateway.http.pages.languages import add_words, words_in
from tests.support.another_language import LANGUAGE, write_words

_PLACE = re.compile(r"(%\([a-z_]+\)s)")
_MARKED = re.compile(r"⟦[^⟦⟧]*⟧")
_WORD = re.compile(r"\b[^\W\d_]{2,}\b")
_READ = ("aria-label", "alt", "title", "placeholder")
_VOID = frozenset({"br", "img", "input", "link", "meta", "hr", "wbr", "col"})
_UNSPOKEN = frozenset({"script", "style", "title", "code", "footer"})
"""Elements without words of ours: a page is called what its heading says, and languages are called in their own."""


@contextmanager
def marked_words() -> Iterator[None]:
    """The language is there within this."""
    before = list(languages._folders)
    with TemporaryDirectory() as folder:
        write_words(Path(folder), _marked)
        _forget_all()
        add_words(Path(folder))
        try:
            yield
        finally:
            languages._folders[:] = before
            _forget_all()


def unmarked(html: str, own: Collection[str] = ()) -> list[str]:
    """Texts on a page that no catalogue was asked for, and that do not say that they are English.

    `own` are the district's own words, as they stand in what the page was made of.
    """
    months = {month for width in Locale(LANGUAGE).months["format"].values() for month in width.values()}
    left: list[str] = []
    for text in _Texts(html).texts:
        if any(text.strip(".") in phrase for phrase in own):  # a line of a longer one, as on the map
            continue
        rest = _MARKED.sub(" ", text)
        for word in sorted(own, key=len, reverse=True):
            rest = rest.replace(word, " ")
        if [word for word in _WORD.findall(rest) if word not in months | {"kaj", "Ascertain"}]:
            left.append(text)
    return left


class _Texts(HTMLParser):
    """What is read on a page, piece by piece, without what is marked as English or as somebody's own."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        silent = tag in _UNSPOKEN or told.get("lang") not in {None, LANGUAGE} or self._silent
        if not silent:
            self.texts += [value for name, value in attrs if name in _READ and value]
        if tag not in _VOID:
            self._open.append((tag, silent))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._silent:
            self.texts.append(data.strip())

    @property
    def _silent(self) -> bool:
        return bool(self._open) and self._open[-1][1]


def _marked(words: str) -> str:
    parts = _PLACE.split(words)
    return "".join(part if n % 2 else (part and f"⟦{part}⟧") for n, part in enumerate(parts))


def _forget_all() -> None:
    words_in.cache_clear()
    rendering._environment.cache_clear()
