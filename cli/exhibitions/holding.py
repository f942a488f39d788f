"""Planning, opening and closing an exhibition, and printing its ballots."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from cli.connection import connect
from cli.errors import CommandError
from cli.gateway import Gateway
from cli.importing.references import read_json, resolved
from cli.receipts import out, print_json, print_receipt
from shared.runtime.ballot_sheets import PaperSize, Sheets, ballot_sheets, check_language, rated_titles
from shared.runtime.printing import PrintingError

AT_ONCE = 1_000
"""Ballots that are issued by one request."""

OWNER_ALONE = 0o600


@dataclass(frozen=True, slots=True)
class Ballots:
    """Which ballots are wished for: as the options of `exhibition ballots` say."""

    role: str
    count: int
    to: Path
    language: str
    paper: PaperSize
    title: str | None
    address: str | None
    titles: bool = True


async def plan(file: Path, exhibition: str | None, *, json: bool) -> None:
    async with connect() as gateway:
        request = await resolved(gateway, read_json(file), file.parent)
        if not isinstance(request, dict):
            raise CommandError(f"{file} must hold one object.")
        request = {"id": str(uuid4()), **request}
        if exhibition is not None:
            known = await gateway.get(f"/v1/exhibitions/{exhibition}")
            request |= {"exhibition": exhibition, "expected_version": known["version"]}
        _, receipt = await gateway.post("/v1/exhibitions", request)
    print_receipt(receipt, json=json)


async def change(exhibition: str, what: str, *, json: bool) -> None:
    """Open or close it, on the version of it that there is now."""
    async with connect() as gateway:
        known = await gateway.get(f"/v1/exhibitions/{exhibition}")
        request = {"id": str(uuid4()), "expected_version": known["version"]}
        _, receipt = await gateway.post(f"/v1/exhibitions/{exhibition}/{what}", request)
    if json:
        print_json(receipt)
        return
    print_receipt(receipt)
    if "tally" in receipt:
        told = "published" if receipt["tally"] == "published" else "being counted"
        out.print(f"What the audience said is {told}: ./ascertain exhibition results {exhibition}", soft_wrap=True)


async def print_ballots(exhibition: str, wish: Ballots) -> None:
    """The file is made before any ballot is issued, so that none is issued in vain. Raises CommandError."""
    try:
        check_language(wish.language)
    except ValueError as error:
        raise CommandError(str(error)) from error
    async with connect() as gateway:
        known = await gateway.get(f"/v1/exhibitions/{exhibition}")
        questions = await questions_of(gateway, known)
        title = wish.title or await _title(gateway, known, questions, wish.language)
        works = await _works(gateway, known, questions) if wish.titles else ()
        sheets = Sheets(title, wish.role, wish.language, wish.address or gateway.url, wish.paper, works)
        _try_out(sheets)
        file = _new_file(wish.to)
        try:
            with os.fdopen(file, "wb") as made:
                tokens = await _issued(gateway, exhibition, wish.role, wish.count)
                made.write(ballot_sheets(sheets, tokens, at=datetime.now(tz=UTC)))
        except BaseException:
            wish.to.unlink()
            raise
    out.print(f"{wish.count} ballots for {wish.role} are in {wish.to}, and nowhere else.", soft_wrap=True)


def _try_out(sheets: Sheets) -> None:
    """Find out now about a title that cannot be printed. Raises CommandError."""
    try:
        ballot_sheets(sheets, ["0" * 32], at=datetime.now(tz=UTC))
    except PrintingError as error:
        raise CommandError(f"The ballots cannot be printed: {error}") from error


async def questions_of(gateway: Gateway, exhibition: dict[str, Any]) -> dict[str, Any]:
    """The document that an exhibition's questions stand in; nothing where it asks none."""
    digest = exhibition.get("questions")
    return dict(await gateway.get(f"/v1/documents/{digest}")) if digest is not None else {}


async def _issued(gateway: Gateway, exhibition: str, role: str, count: int) -> list[str]:
    tokens: list[str] = []
    while len(tokens) < count:
        request = {"id": str(uuid4()), "role": role, "count": min(AT_ONCE, count - len(tokens))}
        _, answer = await gateway.post(f"/v1/exhibitions/{exhibition}/ballots", request)
        tokens += answer["tokens"]
    return tokens


async def _title(gateway: Gateway, known: dict[str, Any], questions: dict[str, Any], language: str) -> str:
    """In the language asked where the questions were translated, else as it was planned."""
    translated = questions.get("translations", {}).get(language, {}).get("title")
    if translated is not None:
        return str(translated)
    planned = await _texts(gateway, [known["title_ref"]]) if "title_ref" in known else {}
    return next(iter(planned.values()), str(questions.get("title") or known["id"]))


async def _works(gateway: Gateway, known: dict[str, Any], questions: dict[str, Any]) -> tuple[tuple[int, str], ...]:
    """Works that are rated, by number and title, as far as they are the caller's to read; each reading is logged."""
    refs = rated_titles(known["works"], questions.get("questions", ()))
    texts = await _texts(gateway, refs.values()) if refs else {}
    return tuple((number, texts[ref]) for number, ref in sorted(refs.items()) if ref in texts)


async def _texts(gateway: Gateway, refs: Iterable[str]) -> dict[str, str]:
    asked = {"purpose": "administration", "texts": sorted(set(refs)), "names": []}
    return dict((await gateway.post("/v1/reveal", asked))[1]["texts"])


def _new_file(path: Path) -> int:
    """A new file that its owner alone may read. Raises CommandError where there is one, or it cannot be made."""
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ALONE)
    except FileExistsError as error:
        raise CommandError(f"{path} is there already; ballots are never written over others.") from error
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
