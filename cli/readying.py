"""The commands that look ahead: `next` for a learner, `readiness` for a section. `--json` for machines."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from cli.connection import connect
from cli.gateway import Gateway
from cli.listing import table
from cli.naming import roster_id
from cli.reading import AsJson, Learner
from cli.receipts import print_json

out = Console()

PAGE = 200

Within = Annotated[
    str | None, typer.Option(help="Only the competencies of this framework (its id), or this competency and its parts.")
]


def following(
    learner: Learner,
    within: Within = None,
    limit: Annotated[int, typer.Option(help="How many steps at most.", min=1, max=500)] = 20,
    as_of: Annotated[
        str | None, typer.Option(help="An instant, a date, or pins such as evidence:12:345,definitions:0:7.")
    ] = None,
    *,
    json: AsJson = False,
) -> None:
    """What comes next for a learner: what she is ready for and has not mastered, those first that open most."""
    asyncio.run(_following(learner, within, limit, as_of, json))


def readiness(
    section: Annotated[str, typer.Argument(help="The section's id, or the class's sourcedId in the roster.")],
    within: Within = None,
    *,
    json: AsJson = False,
) -> None:
    """Who of a section is ready for what, by competency; who is not, and why; and of whom nobody knows."""
    asyncio.run(_readiness(section, within, json))


async def _following(name: str, within: str | None, limit: int, as_of: str | None, json: bool) -> None:
    async with connect() as gateway:
        learner = await roster_id(gateway, "user", name)
        answer = await gateway.get(f"/v1/learners/{learner}/next", within=within, limit=limit, as_of=as_of)
    if json:
        print_json(answer)
    else:
        show_next(out, answer)


async def _readiness(name: str, within: str | None, json: bool) -> None:
    async with connect() as gateway:
        section = await roster_id(gateway, "class", name)
        answer = await section_readiness(gateway, section, within)
    if json:
        print_json(answer)
    else:
        show_readiness(out, answer)


async def section_readiness(gateway: Gateway, section: str, within: str | None = None) -> dict[str, Any]:
    """The readiness of a section, all pages of it."""
    items: list[Any] = []
    after: str | None = None
    while True:
        page = await gateway.get(f"/v1/sections/{section}/readiness", within=within, limit=PAGE, after=after)
        items += page["items"]
        after = page["next"]
        if after is None:
            return {"section": section, "items": items}


def show_next(console: Console, answer: Mapping[str, Any]) -> None:
    """The steps as a table, and what is flagged in sentences."""
    steps = answer["next"]
    if steps:
        rows = table("opens", "code", "what", "so far", whole=("opens", "code"))
        for step in steps:
            rows.add_row(str(step["opens"]), step["code"], escape(step["statement"]), _so_far(step))
        console.print(rows)
    else:
        console.print("  There is nothing that she is known to be ready for and has not mastered.")
    if answer["ready"] > len(steps):
        console.print(f"  … and {answer['ready'] - len(steps)} more.")
    for one in answer["flagged"]:
        console.print(
            f"  {one['code']} ({one['status'].replace('_', ' ')}) rests on {codes(one['flagged_by'])}: slipped since, "
            "look at it again. Its own level stands.",
            markup=False,
        )


def show_readiness(console: Console, answer: Mapping[str, Any], names: Mapping[str, str] | None = None) -> None:
    """Competency by competency. `names` are shown in the place of the ids that have one."""
    called = names or {}
    for item in answer["items"]:
        console.print(f"[bold]{item['code']}[/bold] {escape(item['statement'])}", highlight=False)
        for label, rows in (("ready", item["ready"]), ("not ready", item["not_ready"]), ("not known", item["unknown"])):
            for row in rows:
                why = _because(row) if "because" in row else _so_far(row)
                who = called.get(row["learner"], row["learner"])
                console.print(f"  {label:<9}  {who}  {why}", markup=False, soft_wrap=True)
    if not answer["items"]:
        console.print("  Of nobody here is it known what they are ready for.")


def standing(one: Mapping[str, Any]) -> str:
    """Where somebody is with a competency, and what else speaks: `no evidence (diagnostic of 2026-09-01: reached)`."""
    status = str(one["status"]).replace("_", " ")
    source = one.get("source")
    if source is None:
        return status
    what = "diagnostic" if source["kind"] == "diagnostic" else "prior mastery attested"
    return f"{status} ({what}, {source['occurred_at'][:10]}: {'holds' if source['reaches'] else 'does not hold'})"


def codes(named: Iterable[Mapping[str, str]]) -> str:
    return ", ".join(one["code"] for one in named)


def grounds(rested_on: Iterable[Mapping[str, Any]]) -> str:
    return "; ".join(f"{ground['code']} {standing(ground)}" for ground in rested_on)


def _so_far(one: Mapping[str, Any]) -> str:
    """Where somebody is with what she is ready for, and what makes her so beside levels."""
    return standing(one) + (f"; {grounds(one['by'])}" if one["by"] else "")


def _because(row: Mapping[str, Any]) -> str:
    lacking = grounds(row["because"])
    first = f"; begin with {codes(row['first'])}" if row["first"] else ""
    find_out = f"; find out {codes(row['find_out'])}" if row["find_out"] else ""
    return f"{lacking}{first}{find_out}"
