"""A list of moves, as it is typed on a page: a title, and a move a line. Pure."""

from typing import Any

from services.gateway.http.pages.codes import codes_for, lines_of


def moves_document(id_: str, title: str, language: str, lines: str) -> dict[str, Any]:
    """The document of such a list. Each move's code comes of its words, so that whoever reads it can tell."""
    moves = lines_of(lines)
    return {
        "format": "ascertain.moves@1",
        "id": id_,
        "title": title.strip(),
        "language": language,
        "moves": [
            {"code": code, "title": words}
            for code, words in zip(codes_for(moves, otherwise="move"), moves, strict=True)
        ],
    }
