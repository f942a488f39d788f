"""`what-if`: what a policy would come to, before anybody adopts it. Nothing is recorded, and no state changes."""

import asyncio
import csv
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer
from rich.console import Console
from rich.markup import escape

from cli.connection import connect
from cli.errors import CommandError
from cli.gateway import Gateway
from cli.importing.commands import mode_of
from cli.importing.references import read_json
from cli.importing.tables import inert
from cli.listing import table
from cli.naming import scope_named
from cli.progress import bar
from cli.receipts import print_json

out = Console()

_EVERY = 0.2
_PAGE = 100

Row = dict[str, str]


def what_if(  # noqa: PLR0913 - an option each
    policy: Annotated[Path, typer.Argument(help="A policy document (ascertain.policy@1 or @2, JSON).")],
    scope: Annotated[
        str, typer.Option(help="district, school/ID (or sourcedId), framework/ID, competency/ID or learner/ID.")
    ] = "district",
    csv_file: Annotated[Path | None, typer.Option("--csv", help="Write the rows into this file, too.")] = None,
    *,
    keep_attained: Annotated[
        bool, typer.Option("--keep-attained", help="What was attained stays, whatever the policy’s own mode says.")
    ] = False,
    learners: Annotated[bool, typer.Option("--learners", help="Who would stand elsewhere, and why.")] = False,
    json: Annotated[bool, typer.Option("--json", help="The answer as JSON.")] = False,
) -> None:
    """Where learners would stand under a policy: by competency, from where to where, how many.

    Ctrl-C cancels it.
    """
    document = read_json(policy)
    body = {"policy": document, "mode": mode_of(document, keep_attained=keep_attained)}
    asyncio.run(_what_if(body, scope, csv_file, learners, json))


async def _what_if(body: dict[str, Any], scope: str, file: Path | None, with_learners: bool, json: bool) -> None:
    async with connect() as gateway:
        body["scope"] = await scope_named(gateway, scope)
        document = await tried(gateway, body)
        listed = [row async for row in _learners(gateway, document)] if with_learners else []
    rows = list(learner_rows(listed) if with_learners else count_rows(document))
    if file is not None:
        write_rows(file, rows, LEARNER if with_learners else COUNT)
    if json:
        print_json(document | ({"learners": listed} if with_learners else {}))
        return
    show(out, document)
    if with_learners:
        show_learners(out, listed)


async def tried(gateway: Gateway, body: dict[str, Any]) -> dict[str, Any]:
    """Ask for a what-if and follow it to its end, with a bar; given up amid it, it is cancelled.

    Raises CommandError where it could not be finished.
    """
    id_ = str(uuid4())
    path = f"/v1/what-ifs/{id_}"
    try:
        _, document = await gateway.post("/v1/what-ifs", {**body, "id": id_})
        with bar("Trying the policy, parts", None) as progress:
            done = 0
            while document["state"] in {"waiting", "running"}:
                await asyncio.sleep(_EVERY)
                document = await gateway.get(path)
                progress(document["progress"]["done"] - done)
                done = document["progress"]["done"]
    except asyncio.CancelledError:
        await gateway.delete(path)
        raise
    if document["state"] == "failed":
        raise CommandError(f"The what-if could not be finished: {document['reason'] or 'see mastery’s log'}.")
    return dict(document)


COUNT = ("competency", "code", "status before", "level before", "status after", "level after", "number")
LEARNER = ("learner", "competency", "status before", "level before", "status after", "level after", "why")


def count_rows(document: dict[str, Any]) -> Iterator[Row]:
    """A row a move of each competency, those that stay where they are among them."""
    for each in document["result"]["competencies"]:
        for move in each["moves"]:
            number = "" if move["number"] is None else str(move["number"])
            own = (each["competency"], each.get("code", ""), *_stands(move), number)
            yield dict(zip(COUNT, own, strict=True))


def learner_rows(listed: Iterable[dict[str, Any]]) -> Iterator[Row]:
    """A row a learner who would stand elsewhere with a competency."""
    for each in listed:
        own = (each["learner"], each["competency"], *_stands(each), " ".join(each["why"]))
        yield dict(zip(LEARNER, own, strict=True))


def write_rows(file: Path, rows: Iterable[Row], columns: tuple[str, ...]) -> None:
    """Write a CSV table in which no cell is a formula, whatever a level is called. Raises CommandError."""
    try:
        with file.open("w", newline="", encoding="utf-8") as opened:
            writer = csv.writer(opened)
            writer.writerow(columns)
            for row in rows:
                writer.writerow([inert(row[name]) for name in columns])
    except OSError as error:
        raise CommandError(f"{file} cannot be written: {error.strerror}.") from error


def show(console: Console, document: dict[str, Any]) -> None:
    """What changes, by competency, and the whole of it in sentences."""
    rows = table("competency", "from", "to", "learners", whole=("learners",))
    for each in document["result"]["competencies"]:
        for move in each["moves"]:
            if move["before"] != move["after"]:
                number = "under ten" if move["number"] is None else f"{move['number']:,}"
                name = escape(each.get("code") or each["competency"])
                rows.add_row(name, _words(move["before"]), _words(move["after"]), number)
    if rows.row_count:
        console.print(rows)
    for sentence in document["result"]["summary"]:
        console.print(sentence, markup=False, soft_wrap=True)
    if document["elsewhere"] is not None and document["elsewhere"]["competencies"]:
        console.print("Of everyone else in its scope:")
        for sentence in document["elsewhere"]["summary"]:
            console.print(f"  {sentence}", markup=False, soft_wrap=True)
    console.print(f"Nothing was adopted. It is kept as {document['id']}.", style="dim", soft_wrap=True)


def show_learners(console: Console, listed: Iterable[dict[str, Any]]) -> None:
    """Who would stand elsewhere, and why."""
    for each in listed:
        moved = f"{_words(each['before'])} → {_words(each['after'])}"
        console.print(f"[bold]{each['learner']}[/bold] {each['competency']}: {moved}", soft_wrap=True)
        for sentence in each["why"]:
            console.print(f"  {sentence}", markup=False, soft_wrap=True)


async def _learners(gateway: Gateway, document: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
    """Everyone who would stand elsewhere, page after page."""
    for each in document["result"]["competencies"]:
        if not each["changed"]:
            continue
        cursor: str | None = None
        while True:
            page = await gateway.get(
                f"/v1/what-ifs/{document['id']}/learners",
                competency=each["competency"],
                cursor=cursor,
                limit=_PAGE,
            )
            for learner in page["learners"]:
                yield {**learner, "competency": each["competency"]}
            cursor = page["next"]
            if cursor is None:
                break


def _stands(move: dict[str, Any]) -> tuple[str, str, str, str]:
    before, after = move["before"], move["after"]
    return before["status"], before["level"] or "", after["status"], after["level"] or ""


def _words(stand: dict[str, Any]) -> str:
    status = stand["status"].replace("_", " ")
    return escape(f"{stand['level']} ({status})" if stand["level"] else status)
