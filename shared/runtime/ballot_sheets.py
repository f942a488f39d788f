"""Sheets of ballots to print and cut: six a sheet, each with a QR code, twelve words and a role."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

import segno

from shared.ledger.canonical import JsonValue
from shared.runtime.ballot_words import LANGUAGES, words_of
from shared.runtime.printing import printed

A_SHEET = 6

LONGEST_TITLE = 150
"""Characters of a title that stand on a ballot."""

MOST_WORKS, ROOM_FOR_WORKS, SHORT_TITLE = 8, 200, 80
"""Works whose titles stand on a ballot, the characters that they share, and how long its own title is beside them."""

TEMPLATE = Path(__file__).parent / "ballots.typ"

PaperSize: TypeAlias = Literal["a4", "us-letter"]

_WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": {
            "ballot": "Ballot",
            "code": "QR code that opens this ballot's voting page",
            "scan": "Scan the code with a phone, or go to this address and type the twelve words below:",
            "works": "Works:",
            "once": "One ballot, one vote: the first counts. Nobody can see who cast it.",
        },
        "es": {
            "ballot": "Boleta",
            "code": "Código QR que abre la página para votar con esta boleta",
            "scan": "Escanee el código con un teléfono, o vaya a esta dirección y escriba las doce palabras de abajo:",
            "works": "Trabajos:",
            "once": "Una boleta, un voto: cuenta el primero. Nadie puede ver quién lo emitió.",
        },
    }
)
_ROLES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": {"family": "Family", "community": "Community", "staff": "Staff", "learner": "Learner"},
        "es": {"family": "Familia", "community": "Comunidad", "staff": "Personal", "learner": "Estudiante"},
    }
)


@dataclass(frozen=True, slots=True)
class Sheets:
    """What stands on every ballot: `title` in the language, `address` of the platform as people reach it.

    `works` are those that are rated, by number and title, where whoever prints them wants their titles on the paper.
    """

    title: str
    role: str
    language: str
    address: str
    paper: PaperSize = "a4"
    works: tuple[tuple[int, str], ...] = ()


def rated_titles(works: Iterable[Mapping[str, Any]], questions: Iterable[Mapping[str, Any]]) -> dict[int, str]:
    """References to the titles of the works of an exhibition, by number, as the API tells of them; none where no
    question is about each of them, for then a ballot needs no titles.
    """
    if all(question["kind"] != "rating" for question in questions):
        return {}
    return {work["number"]: work["title_ref"] for work in works if work.get("title_ref")}


def check_language(language: str) -> None:
    """Raise ValueError for a language that ballots are not printed in."""
    if language not in LANGUAGES:
        raise ValueError(f"Ballots are printed in {' or '.join(LANGUAGES)}; {language} is neither.")


def voting_address(address: str, token: str | None = None) -> str:
    """Where a ballot is voted with: the page `/vote`, where its words are typed, or `/vote/{token}`."""
    page = f"{address.rstrip('/')}/vote"
    return page if token is None else f"{page}/{token}"


def ballot_sheets(sheets: Sheets, tokens: Sequence[str], *, at: datetime) -> bytes:
    """A tagged PDF of the ballots that have these tokens, in order. Nothing of it is kept.

    Raises ValueError for a language that ballots are not printed in, and PrintingError where it cannot be set: most
    likely for letters of a title that no font of this machine has.
    """
    check_language(sheets.language)
    words = _WORDS[sheets.language]
    ballots = [_ballot(sheets, token) for token in tokens]
    works = _works(sheets.works)
    told: JsonValue = {
        "title": _shortened(sheets.title, SHORT_TITLE if works else LONGEST_TITLE),
        "language": sheets.language,
        "paper": sheets.paper,
        "role": _ROLES[sheets.language].get(sheets.role, sheets.role),
        "address": voting_address(sheets.address),
        "titles": works,
        **words,
        "sheets": [list(ballots[start : start + A_SHEET]) for start in range(0, len(ballots), A_SHEET)],
    }
    return printed(TEMPLATE, told, at=at)


def _ballot(sheets: Sheets, token: str) -> JsonValue:
    """No number stands on a ballot: nobody who cannot be found out should have to believe it."""
    return {
        "code": _qr_code(voting_address(sheets.address, token)),
        "words": list(words_of(token, sheets.language).split(" ")),
    }


def _works(works: Sequence[tuple[int, str]]) -> str:
    """The works in a few lines, each shortened to its share of them; nothing where there are too many for a ballot."""
    if not works or len(works) > MOST_WORKS:
        return ""
    longest = ROOM_FOR_WORKS // len(works) - 4
    return " · ".join(f"{number} {_shortened(title, longest)}" for number, title in works)


def _shortened(title: str, longest: int) -> str:
    """A title that leaves room for the rest of the ballot, without letters that cannot be seen."""
    plain = "".join(letter for letter in " ".join(title.split()) if letter.isprintable())
    return plain if len(plain) <= longest else f"{plain[: longest - 1]}…"


def _qr_code(address: str) -> str:
    """A QR code as SVG, with the quiet zone that scanners ask for; it can be read with 15 % of it damaged."""
    written = io.BytesIO()
    segno.make_qr(address, error="m").save(written, kind="svg", xmldecl=False, border=4)
    return written.getvalue().decode()
