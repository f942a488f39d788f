"""`transcript`: a learner's levels with what they rest on, written to a file or told; and whether one still stands."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from cli.connection import connect
from cli.errors import CommandError
from cli.listing import table
from cli.naming import roster_id
from cli.receipts import out, print_json

STANDINGS = {
    "valid": "It says what the record says now.",
    "superseded": "It said what the record said once; the record has moved on.",
    "unknown": "There is no such transcript.",
}


def transcript(  # noqa: PLR0913 - options
    learner: Annotated[str, typer.Argument(help="The learner's id or sourcedId; with --check, a code, however typed.")],
    to: Annotated[Path | None, typer.Option(help="A file that ends in .pdf or .html; with her name.")] = None,
    as_of: Annotated[str | None, typer.Option(help="An instant, a date, or pins.")] = None,
    purpose: Annotated[
        str | None, typer.Option(help="Why another reads her name, such as family; it is written down.")
    ] = None,
    *,
    check: Annotated[bool, typer.Option("--check", help="Ask whether the transcript with this code stands.")] = False,
    json: Annotated[bool, typer.Option("--json", help="The answer as JSON.")] = False,
) -> None:
    """A learner's transcript, to be read in two minutes, in the order of the frameworks."""
    if check:
        asyncio.run(_check(learner, json))
    elif to is not None:
        _write(to, asyncio.run(_content(learner, to, as_of, purpose)))
    else:
        asyncio.run(_tell(learner, as_of, json))


async def _check(code: str, json: bool) -> None:
    async with connect() as gateway:
        answer = await gateway.get(f"/v1/transcripts/{typed_code(code)}")
    if json:
        print_json(answer)
    else:
        out.print(f"{answer['standing']}: {STANDINGS[answer['standing']]}")


def typed_code(written: str) -> str:
    """A code as it is asked by: a path has no spaces, while what is copied from paper does."""
    code = "".join(letter for letter in written if letter.isascii() and letter.isalnum())
    if not code:
        raise CommandError("A code is of letters and digits, as it stands on the transcript.")
    return code


async def _content(learner: str, to: Path, as_of: str | None, purpose: str | None) -> bytes:
    if to.suffix not in {".pdf", ".html"}:
        raise CommandError(f"{to} must end in .pdf or .html.")
    async with connect() as gateway:
        id_ = await roster_id(gateway, "user", learner)
        why = purpose if purpose is not None or await gateway.person() == id_ else "administration"
        return await gateway.content(f"/v1/learners/{id_}/transcript{to.suffix}", as_of=as_of, purpose=why)


def _write(to: Path, content: bytes) -> None:
    try:
        to.write_bytes(content)
    except OSError as error:
        raise CommandError(f"{to} cannot be written: {error.strerror}.") from error
    out.print(f"{to}: {len(content):,} bytes.", soft_wrap=True)


async def _tell(learner: str, as_of: str | None, json: bool) -> None:
    async with connect() as gateway:
        id_ = await roster_id(gateway, "user", learner)
        answer = await gateway.get(f"/v1/learners/{id_}/transcript", as_of=as_of)
    if json:
        print_json(answer)
        return
    print_transcript(answer)


def print_transcript(answer: dict[str, Any], console: Console = out) -> None:
    """Levels in the order of the answer; which kinds of evidence each rests on, never how many pieces."""
    for section in answer["frameworks"]:
        console.print(f"[bold]{section.get('title') or 'Other competencies'}[/bold]")
        rows = table("code", "level", "latest", "rests on", whole=("code", "latest"))
        for area in section["areas"]:
            for line in area["competencies"]:
                rests = ", ".join([*(["judgement"] if line["judged"] else []), *line["kinds"]])
                level = f"{line['level']} (under review)" if line["under_review"] else line["level"]
                rows.add_row(line.get("code") or line["competency"], level, line.get("at", "")[:10], rests)
        console.print(rows)
    console.print(f"{len(answer['grades'])} grades released. Code {answer['code']}")
