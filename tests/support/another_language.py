"""One language more on the pages, for tests alone: every message of theirs, changed in some way."""

from collections.abc import Callable
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from services.gateway.http.pages.languages import FOLDER

LANGUAGE = "eo"
"""Its tag is that of Esperanto, so that there is a way to write dates."""


def write_words(folder: Path, changed: Callable[[str], str]) -> None:
    """Its catalogue, as `folder/eo/all.po`: in place of each message what `changed` makes of it."""
    made = Catalog(locale=LANGUAGE)
    for file in sorted((FOLDER / "es").glob("*.po")):
        with file.open("rb") as source:
            for message in read_po(source, locale="es"):
                if isinstance(message.id, tuple | list):
                    made.add(message.id, tuple(changed(words) for words in message.id))
                elif message.id:
                    made.add(message.id, changed(message.id))
    (folder / LANGUAGE).mkdir(parents=True, exist_ok=True)
    with (folder / LANGUAGE / "all.po").open("wb") as target:
        write_po(target, made)
