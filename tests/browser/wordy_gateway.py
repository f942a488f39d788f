"""The gateway with one language more, for tests alone: `python -m tests.browser.wordy_gateway`, as `services.gateway`.

Its words are English, but accented and half as long again: what does not fit in them would not fit in somebody's
language, and what stands there without accents was never given to be translated.
"""

import os
import runpy
from pathlib import Path

from tests.support.another_language import write_words

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


if __name__ == "__main__":
    words = Path(os.environ["ASCERTAIN_KEYS"]).parent / "words"
    write_words(words, longer)
    os.environ["ASCERTAIN_WORDS"] = str(words)
    runpy.run_module("services.gateway", run_name="__main__", alter_sys=True)
