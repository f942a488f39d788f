"""`audit`: replay a grade, or all of them, and say whether they are what the record comes to."""

import asyncio
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from cli.connection import connect
from cli.errors import CommandError
from cli.following import followed
from cli.gateway import Gateway
from cli.listing import table
from cli.receipts import print_json
from shared.ledger.identifiers import is_id

out = Console()


def audit(
    grade: Annotated[
        str | None, typer.Argument(help="The grade: the id of the event that released it, or of a later word of it.")
    ] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="All grades of the district.")] = False,
    json: Annotated[bool, typer.Option("--json", help="The answer as JSON.")] = False,
) -> None:
    """Fold a grade again from audit's own copy at its pins, and compare all that it rests on with the ledger.

    Exits with 1 where they differ.
    """
    if (grade is None) == (not every):
        raise CommandError("Name a grade by its id, or give --all; not both.", 2)
    if grade is not None and not is_id(grade):
        raise CommandError(
            f"{grade} is no id of a grade: those are lowercase UUIDs, such as a release answers with.", 2
        )
    asyncio.run(_audit(grade, json))


async def _audit(grade: str | None, json: bool) -> None:
    async with connect() as gateway:
        result = await audit_of(gateway, {"scope": "district"} if grade is None else {"grade": grade})
    if json:
        print_json(result)
    else:
        show_audit(out, result)
    if result["state"] != "equal":
        raise typer.Exit(1)


async def audit_of(gateway: Gateway, asked: dict[str, str]) -> dict[str, Any]:
    """Start an audit and follow it to its end. Raises CommandError where it cannot be finished."""
    return await followed(gateway, "/v1/audits", asked, "Auditing", "audit")


def show_audit(console: Console, result: dict[str, Any]) -> None:
    """The verdict, how each level came to be, and every difference with its place."""
    counts = ", ".join(f"{phase['done']:,} {phase['unit']}" for phase in result["phases"])
    differing = f"; {result['different']:,} differ" if result["different"] else ""
    console.print(f"[bold]{result['state']}[/bold]: {counts} compared{differing}.")
    for word in result["grades"]:
        _show_word(console, word)
    for difference in result["differences"]:
        place = ":".join(str(difference[part]) for part in ("ledger", "shard", "position") if part in difference)
        console.print(f"  {place} {difference['what']}", markup=False)
    if result["found"] > len(result["differences"]):
        console.print(f"  … and {result['found'] - len(result['differences']):,} more differences.")


def _show_word(console: Console, word: dict[str, Any]) -> None:
    pins = ", ".join(_place(pin) for pin in word["pins"])
    console.print(
        f"[bold]{word['spoken']}[/bold] {word['recorded_at']} by event {word['event']}, as of {pins}:"
        f" [bold]{word['state']}[/bold]"
    )
    if word["begins"]:
        console.print(f"  They disagree from {', '.join(_place(place) for place in word['begins'])} on.")
    for account in word["contributions"]:
        _show_account(console, account)


def _show_account(console: Console, account: dict[str, Any]) -> None:
    level = account["level"] or account["status"].replace("_", " ")
    by = "" if account["override"] is None else f", set by a teacher in event {account['override']}"
    value = "no value" if account["value"] is None else f"value {account['value']}"
    console.print(f"  competency {account['competency']}: {level} ({value}{by})", markup=False)
    names = ("position", "happened", "recorded", "evidence", "value", "after", "level")
    rows = table(*names, whole=set(names) - {"evidence"})
    for piece in account["pieces"]:
        rows.add_row(
            *(str(piece["position"]), piece["occurred_at"][:10], piece["recorded_at"][:10], piece["event"]),
            *(piece["value"] or "-", piece["value_after"] or "-", _level_after(piece)),
        )
    if account["pieces"]:
        console.print(rows)
    if account["left_out"]:
        console.print(f"  {account['left_out']:,} pieces are not listed: they are too many for one answer.")


def _level_after(piece: dict[str, Any]) -> str:
    """The level after a piece of evidence; of one that did not count, why."""
    if piece["set_aside"] is not None:
        return f"[dim]{piece['set_aside'].replace('_', ' ')}[/dim]"
    return escape(piece["level_after"] or "-")


def _place(place: dict[str, Any]) -> str:
    return f"{place['ledger']}:{place['shard']}:{place['position']}"
