"""`task` and `rubric`: what a district's teachers share, by version, with what names it."""

import asyncio
from typing import Annotated, Any, Literal

import typer

from cli.connection import connect
from cli.errors import CommandError
from cli.listing import table
from cli.receipts import out, print_json

Kind = Literal["task", "rubric"]

task = typer.Typer(help="Tasks that teachers share: list them, show one.", no_args_is_help=True)
rubric = typer.Typer(help="Rubrics that teachers share: list them, show one.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(help="The document's id; every version of it has the same.")]
InLanguage = Annotated[
    str | None, typer.Option("--language", help="The language that you would rather have, such as es.")
]
AsJson = Annotated[bool, typer.Option("--json", help="The answer as JSON.")]


@task.command("list")
def list_tasks(language: InLanguage = None, *, json: AsJson = False) -> None:
    """The latest version of each task, newest first, with how much names it."""
    asyncio.run(_list("task", language, json))


@task.command("show")
def show_task(id_: Id, language: InLanguage = None, *, json: AsJson = False) -> None:
    """A task in its latest version, and the versions before."""
    asyncio.run(_show("task", id_, language, json))


@rubric.command("list")
def list_rubrics(language: InLanguage = None, *, json: AsJson = False) -> None:
    """The latest version of each rubric, newest first, with how much was judged by it."""
    asyncio.run(_list("rubric", language, json))


@rubric.command("show")
def show_rubric(id_: Id, language: InLanguage = None, *, json: AsJson = False) -> None:
    """A rubric in its latest version, and the versions before."""
    asyncio.run(_show("rubric", id_, language, json))


async def _list(kind: Kind, language: str | None, json: bool) -> None:
    found: list[dict[str, Any]] = []
    async with connect() as gateway:
        after: int | None = None
        while True:
            page = await gateway.get(f"/v1/{kind}s", language=language, after=after)
            found += page[f"{kind}s"]
            after = page["next"]
            if after is None:
                break
    if json:
        print_json({f"{kind}s": found})
        return
    rows = table("id", "title", "kind" if kind == "task" else "criteria", "versions", "used by", whole=("id",))
    for one in found:
        about = one["kind"] if kind == "task" else ", ".join(criterion["title"] for criterion in one["criteria"])
        rows.add_row(one["id"], one["title"], about, str(len(one["versions"])), _used(one))
    out.print(rows if found else f"Nobody has shared a {kind} yet.")


async def _show(kind: Kind, id_: str, language: str | None, json: bool) -> None:
    async with connect() as gateway:
        versions = (await gateway.get(f"/v1/{kind}s", language=language, id=id_))[f"{kind}s"]
    if not versions:
        raise CommandError(f"There is no {kind} of this id.")
    if json:
        print_json({f"{kind}s": versions})
        return
    latest = versions[0]
    out.print(f"[bold]{latest['title']}[/bold]", soft_wrap=True)
    if kind == "task":
        out.print(latest["prompt"], markup=False, soft_wrap=True)
        out.print(f"{latest['kind']}, {latest['purpose']}", soft_wrap=True)
        for one in latest.get("relearning", []):
            out.print(f"  before a redo: {one['title']} ({one['kind']})", markup=False, soft_wrap=True)
        if latest.get("reflect_first"):
            out.print("  Learners look at their work themselves before they are shown its result.")
    for criterion in latest.get("criteria", []):
        step = f", by steps of {criterion['step']}" if criterion.get("step") else ""
        out.print(f"  {criterion['title']} ({criterion['code']}) of {criterion['possible']}{step}", soft_wrap=True)
        for level in criterion["levels"]:
            told = f"    {level['earned']}: {level['title']}. {level['descriptor']}"
            out.print(told, markup=False, soft_wrap=True)
    for one in versions:
        out.print(f"  {one['recorded_at'][:10]}  {one['digest']}  {_used(one)}", soft_wrap=True)


def _used(one: dict[str, Any]) -> str:
    used = one["used_by"]
    named = _several(used["works"], "work") if "works" in used else _several(len(used["tasks"]), "task")
    return f"{named}, {_several(used['pieces'], 'piece')}"


def _several(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
