"""`redo`: relearn, and do it over."""

import asyncio
from collections.abc import Iterator
from typing import Annotated, Any
from uuid import uuid4

import typer
from rich.console import Console

from cli.connection import connect
from cli.listing import table
from cli.naming import roster_id
from cli.receipts import out, print_json, print_receipt

redo = typer.Typer(help="Offer a redo or ask for one, log what was relearned, open it; see what waits.")

Learner = Annotated[str, typer.Argument(help="The learner's id, or sourcedId in the roster.")]
Competency = Annotated[str, typer.Argument(help="The competency's id.")]
Redo = Annotated[str, typer.Argument(help="The id of the redo: of the receipt by which it began.")]
Note = Annotated[str | None, typer.Option(help="A word about it, kept in the vault.")]
Piece = Annotated[str | None, typer.Option("--evidence", help="The piece of evidence that is done over.")]
AsJson = Annotated[bool, typer.Option("--json", help="The answer as JSON.")]


@redo.command()
def offer(
    learner: Learner, competency: Competency, evidence: Piece = None, note: Note = None, *, json: AsJson = False
) -> None:
    """Offer a learner to do something over: for who may record."""
    asyncio.run(_begin(learner, competency, {"evidence": evidence, "note": note}, json))


@redo.command()
def request(
    learner: Learner, competency: Competency, evidence: Piece = None, note: Note = None, *, json: AsJson = False
) -> None:
    """Ask to do something over: for the learner, and who speaks for her."""
    asyncio.run(_begin(learner, competency, {"evidence": evidence, "note": note}, json))


@redo.command()
def relearn(
    event: Redo,
    kind: Annotated[str, typer.Argument(help="practice, reflection, conference, or a code of your own.")],
    evidence: Annotated[str | None, typer.Option(help="The practice or the reflection, where it was recorded.")] = None,
    note: Note = None,
    *,
    json: AsJson = False,
) -> None:
    """Log what was done to relearn it. A learner logs practice and reflection herself."""
    asyncio.run(_post(f"/v1/redos/{event}/relearn", {"kind": kind, "evidence": evidence, "note": note}, json))


@redo.command("open")
def open_(  # noqa: PLR0913 - what may be opened
    event: Redo,
    version: Annotated[int, typer.Option(help="The version of the redo that you decide on; `redo list` shows it.")],
    evidence: Annotated[str | None, typer.Option(help="Another piece than the redo's own.")] = None,
    task: Annotated[str | None, typer.Option(help="The task that she may do.")] = None,
    note: Note = None,
    *,
    anew: Annotated[bool, typer.Option("--anew", help="No piece is done over; the competency is shown anew.")] = False,
    json: AsJson = False,
) -> None:
    """Let a learner do it over, once what policy and task ask for was logged."""
    body = {"expected_version": version, "evidence": evidence, "task": task, "note": note}
    asyncio.run(_post(f"/v1/redos/{event}/open", body | ({"anew": True} if anew else {}), json))


@redo.command("list")
def list_redos(
    section: Annotated[str | None, typer.Option(help="A section's id or sourcedId: who waits for the teacher.")] = None,
    school: Annotated[str | None, typer.Option(help="A school's id or sourcedId: who waits for the teacher.")] = None,
    learner: Annotated[str | None, typer.Option(help="A learner's id or sourcedId: what she does over.")] = None,
    *,
    json: AsJson = False,
) -> None:
    """Who waits longest for a conference, an opening or a score; or one learner's redos, and what comes next."""
    asyncio.run(_list(section, school, learner, json))


async def _begin(learner: str, competency: str, more: dict[str, Any], json: bool) -> None:
    async with connect() as gateway:
        body = {"learner": await roster_id(gateway, "user", learner), "competency": competency, **_given(more)}
        _, receipt = await gateway.post("/v1/redos", {**body, "id": str(uuid4())})
    print_receipt(receipt, json=json)


async def _post(path: str, body: dict[str, Any], json: bool) -> None:
    async with connect() as gateway:
        _, receipt = await gateway.post(path, {**_given(body), "id": str(uuid4())})
    print_receipt(receipt, json=json)


async def _list(section: str | None, school: str | None, learner: str | None, json: bool) -> None:
    async with connect() as gateway:
        if learner is not None and section is None and school is None:
            path = f"/v1/learners/{await roster_id(gateway, 'user', learner)}/redos"
            page, items = await gateway.get(path), "redos"
        else:
            where = {
                "section": None if section is None else await roster_id(gateway, "class", section),
                "school": None if school is None else await roster_id(gateway, "org", school),
                "learner": None if learner is None else await roster_id(gateway, "user", learner),
            }
            page, items = await gateway.get("/v1/redos", **where), "items"
    if json:
        print_json(page)
        return
    if not page[items]:
        out.print("Nothing waits for the teacher." if items == "items" else "Nothing is done over.")
        return
    print_waiting(page[items]) if items == "items" else print_own(page[items])


def print_waiting(redos: list[dict[str, Any]], console: Console = out) -> None:
    """Who waits for the teacher, in the order of the answer."""
    rows = table("waiting", "for", "competency", "version", "redo, learner", whole=("waiting", "for", "redo, learner"))
    for one in redos:
        waits = one["missing"][0] if one["waits_for"] == "conference" else one["waits_for"]
        waits += ", anew" if one["waits_for"] == "opening" and one["anew"] else ""
        what, who = one.get("code", one["competency"]), f"{one['id']}\n{one['learner']}"
        rows.add_row(_waiting(one["waiting_seconds"]), waits, what, str(one["version"]), who)
    console.print(rows)


def print_own(redos: list[dict[str, Any]], console: Console = out) -> None:
    """What one learner does over, what there is to relearn while it is not over, and what comes next."""
    for one in redos:
        console.print(f"{one.get('code', one['competency'])}  redo {one['id']}  version {one['version']}")
        for line in () if one["waits_for"] == "over" else _to_relearn(one["relearn"]):
            console.print(f"  {line}", soft_wrap=True)
        console.print(f"  {one['next']}")


def _to_relearn(relearn: dict[str, Any]) -> Iterator[str]:
    if "criterion" in relearn:
        yield f"The most room to grow: {relearn['criterion']}."
    if "feedback_ref" in relearn:
        yield f"What was said of it: ./ascertain reveal {relearn['feedback_ref']}"
    if "work" in relearn:
        yield f"Feedback on its versions: ./ascertain work show {relearn['work']}"
    for words, which in (("First", "first"), ("To find out", "find_out")):
        if relearn[which]:
            yield f"{words}: {', '.join(named['code'] for named in relearn[which])}."


def _given(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _waiting(seconds: int) -> str:
    hours = seconds // 3600
    return f"{hours // 24} d {hours % 24} h" if hours else f"{seconds // 60} min"
