"""The gateway with one language more, for tests alone: `python -m tests.browser.wordy_gateway`, as `services.gateway`.

Its words are English, but accented and half as long again: what does not fit in them would not fit in somebody's
language, and what stands there without accents was never given to be translated. Its tag is that of Esperanto, so that
there is a way to write dates.
"""

import os
import runpy
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from services.gateway.http.pages.languages import FOLDER

LANGUAGE = "eo"
ACCENTED = str.maketrans("aceginorsuyAEINOSU", "åçéğîñöřšüýÅÉÎÑÖŠÜ")
LONGER = 1.5


def longer(words: str) -> str:
    """The words as they would be in a long-winded language; what stands for a value (`%(name)s`) stays."""
    parts = words.split("%(")
    said = [_accented(parts[0])]
    for part in parts[1:]:
        value, _, rest = part.partition(")s")
        said.append(f"%({value})s{_accented(rest)}")
    return "".join(said) + " " + _more(len(words))


def _accented(words: str) -> str:
    return words.translate(ACCENTED)


def _more(length: int) -> str:
    """Words to make a message of this length half as long again, one of them as long as people's get."""
    needed = max(3, int(length * (LONGER - 1)))
    return ("ñöñdïsčørnïblëmëñtås " * (needed // 20 + 1))[:needed].strip()


def write_words(folder: Path) -> None:
    """The catalogue of every message that pages have, as `folder/eo/all.po`."""
    made = Catalog(locale=LANGUAGE)
    for file in sorted((FOLDER / "es").glob("*.po")):
        with file.open("rb") as source:
            for message in read_po(source, locale="es"):
                if isinstance(message.id, tuple | list):
                    made.add(message.id, tuple(longer(words) for words in message.id))
                elif message.id:
                    made.add(message.id, longer(message.id))
    (folder / LANGUAGE).mkdir(parents=True, exist_ok=True)
    with (folder / LANGUAGE / "all.po").open("wb") as target:
        write_po(target, made)


if __name__ == "__main__":
    words = Path(os.environ["ASCERTAIN_KEYS"]).parent / "words"
    write_words(words)
    os.environ["ASCERTAIN_WORDS"] = str(words)
    runpy.run_module("services.gateway", run_name="__main__", alter_sys=True)
