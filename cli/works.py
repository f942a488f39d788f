"""`work`: what learners make, in versions, and what it shows."""

import asyncio
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer

from cli.connection import connect
from cli.drafting import DRAFTING
from cli.errors import CommandError
from cli.importing.references import read_json, resolved
from cli.listing import table
from cli.naming import roster_ids
from cli.receipts import out, print_json, print_receipt

work = typer.Typer(
    help="Works: start one, add versions with texts, links and files, say something of them, score them, look at them."
)

Work = Annotated[str, typer.Argument(help="The work's id.")]
AsOf = Annotated[str | None, typer.Option(help="An instant, a date, or pins.")]
AsJson = Annotated[bool, typer.Option("--json", help="The answer as JSON.")]

for name, command in DRAFTING.items():
    work.command(name)(command)

KINDS = {
    "AttemptRecorded": "attempt",
    "RubricScored": "rubric score",
    "ObservationRecorded": "observation",
    "ReflectionRecorded": "reflection",
    "PriorMasteryAttested": "attestation",
}


@work.command("start")
def start(
    member: Annotated[list[str], typer.Option(help="A learner who works on it; repeatable.")],
    title: Annotated[str | None, typer.Option(help="Its title; kept in the vault.")] = None,
    task: Annotated[str | None, typer.Option(help="The task's id.")] = None,
    course: Annotated[list[str] | None, typer.Option(help="A course that it is for; repeatable.")] = None,
    *,
    json: AsJson = False,
) -> None:
    """Start a work of one or several learners; the receipt's id is the work's."""
    asyncio.run(_start(member, title, task, course or [], json))


@work.command("score")
def score(
    work: Work,
    file: Annotated[Path, typer.Argument(help="{rubric, purpose, occurred_at, results, feedback?, …} as JSON.")],
    *,
    json: AsJson = False,
) -> None:
    """Score a work by a rubric: one score a member, all or none."""
    asyncio.run(_score(work, file, json))


@work.command("show")
def show(work: Work, as_of: AsOf = None, *, json: AsJson = False) -> None:
    """A work with its versions, and what its members' evidence says of it."""
    asyncio.run(_show(work, as_of, json))


def show_portfolio(answer: dict[str, Any]) -> None:
    """Works first, then every piece of evidence."""
    for one in answer["works"]:
        _print_work(one)
    rows = table("happened", "evidence", "kind", "shows", "", whole=("happened", "evidence", "kind"))
    for piece in answer["evidence"]:
        skills = [skill.get("code") or skill["competency"] for skill in piece["shows"]]
        shows = ", ".join([*skills, *(f"{one['count']} × {one.get('title') or one['move']}" for one in _moves(piece))])
        rows.add_row(piece["occurred_at"][:10], piece["event"], kind_of(piece), shows, _withdrawn(piece))
    out.print(rows if answer["evidence"] else "No evidence yet.")


async def _start(members: list[str], title: str | None, task: str | None, courses: list[str], json: bool) -> None:
    async with connect() as gateway:
        request: dict[str, Any] = {
            "id": str(uuid4()),
            "members": list((await roster_ids(gateway, "user", members)).values()),
            "courses": list((await roster_ids(gateway, "course", courses)).values()),
        }
        optional = {"title": title, "task": task}
        request |= {name: value for name, value in optional.items() if value is not None}
        _, receipt = await gateway.post("/v1/works", request)
    print_receipt(receipt, json=json)


async def _score(work: str, file: Path, json: bool) -> None:
    async with connect() as gateway:
        request = await resolved(gateway, read_json(file), file.parent)
        if not isinstance(request, dict):
            raise CommandError(f"{file} must hold one object.")
        _, receipt = await gateway.post(f"/v1/works/{work}/scores", {"id": str(uuid4()), **request})
    if json:
        print_json(receipt)
        return
    for one in receipt["receipts"]:
        place = one["position"]
        out.print(f"{one['learner']}: {one['id']}, {place['ledger']}:{place['shard']}:{place['position']}")


async def _show(work: str, as_of: str | None, json: bool) -> None:
    async with connect() as gateway:
        answer = await gateway.get(f"/v1/works/{work}", as_of=as_of)
    if json:
        print_json(answer)
        return
    _print_work(answer)
    for piece in answer["pieces"]:
        shows = ", ".join(skill.get("code") or skill["competency"] for skill in piece["shows"])
        out.print(
            f"  {piece['event']}  {kind_of(piece)} of {piece['learner']}: {shows} {_withdrawn(piece)}", soft_wrap=True
        )


def _print_work(one: dict[str, Any]) -> None:
    people = len(one["members"]) + one["others"]
    out.print(
        f"[bold]work {one['work']}[/bold]: {people} {'member' if people == 1 else 'members'}, "
        f"{len(one['versions'])} {'version' if len(one['versions']) == 1 else 'versions'}, "
        f"{len(one['evidence'])} of these pieces speak of it",
        soft_wrap=True,
    )
    for version in one["versions"]:
        parts = ", ".join(f"{part['kind']} {part['content_ref']}" for part in version["artefacts"])
        out.print(f"  version {version['number']}, {version['occurred_at'][:10]}: {parts}", soft_wrap=True)
        for said in version["feedback"]:
            of, read = said.get("criterion", "the whole"), "read" if said["read"] else "not read yet"
            out.print(f"    feedback {said['event']} on {of}: {said['text_ref']}, {read}", soft_wrap=True)
    for row in one["beside"]:
        of = row.get("criterion", row["competency"])
        given, own = f"{row['earned']} of {row['possible']}", f"{row['own_earned']} of {row['own_possible']}"
        out.print(f"  {of}: {given}; {own} in her own eyes", soft_wrap=True)
    if "withheld" in one:
        out.print(f"  {one['withheld']}", soft_wrap=True)


def kind_of(piece: dict[str, Any]) -> str:
    """What kind of evidence it is, in the words of an explanation."""
    type_ = str(piece["type"])
    return KINDS.get(type_, type_)


def _moves(piece: dict[str, Any]) -> list[dict[str, Any]]:
    """What was counted of her in a seminar."""
    return list(piece.get("moves", []))


def _withdrawn(piece: dict[str, Any]) -> str:
    if "withdrawn" not in piece:
        return ""
    by = piece["withdrawn"].get("by")
    return "voided" if by is None else f"superseded by {by}"
