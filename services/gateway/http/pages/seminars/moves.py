"""A list of moves, as it is typed on a page: a title, and a move a line. Pure."""

import re
import unicodedata
from typing import Any

_LONGEST = 40
"""Letters of a code at most: with a number behind it it is still one."""


def moves_document(id_: str, title: str, language: str, lines: str) -> dict[str, Any]:
    """The document of such a list. Each move's code comes of its words, so that whoever reads it can tell."""
    moves: dict[str, str] = {}
    for line in (line.strip() for line in lines.splitlines()):
        if line:
            moves[_code(line, moves)] = line
    return {
        "format": "ascertain.moves@1",
        "id": id_,
        "title": title.strip(),
        "language": language,
        "moves": [{"code": code, "title": words} for code, words in moves.items()],
    }


def _code(words: str, taken: dict[str, str]) -> str:
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    code = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST].rstrip("-") or "move"
    found, n = code, 1
    while found in taken:
        n += 1
        found = f"{code}-{n}"
    return found
