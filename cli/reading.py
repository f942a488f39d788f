"""The commands that ask: `explain`, `history`, `verify`. Tables for people, `--json` for machines."""

import asyncio
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from cli.connection import connect
from cli.errors import CommandError
from cli.following import followed
from cli.gateway import Gateway
from cli.listing import minute, table
from cli.naming import roster_id
from cli.receipts import print_json

out = Console()

Learner = Annotated[str, typer.Argument(help="The learner's id, or sourcedId in the roster.")]
AsJson = Annotated[bool, typer.Option("--json", help="The answer as JSON.")]

HISTORY_PAGE = 500


def explain(
    learner: Learner,
    competency: Annotated[str, typer.Argument(help="The competency's id.")],
    as_of: Annotated[
        str | None, typer.Option(help="An instant, a date, or pins such as evidence:12:345,definitions:0:7.")
    ] = None,
    *,
    json: AsJson = False,
) -> None:
    """Why a learner is at a level: which evidence counted, how sure it is, what would move it."""
    asyncio.run(_explain(learner, competency, as_of, json))


def history(learner: Learner, *, json: AsJson = False) -> None:
    """Everything recorded of a learner: who, when it happened, when it was recorded, under which policy."""
    asyncio.run(_history(learner, json))


def verify(
    learner: Annotated[str | None, typer.Argument(help="Only this learner; without it the whole district.")] = None,
    *,
    json: AsJson = False,
) -> None:
    """Compare ledger, topic and audit copy leaf by leaf, refold every state, and compare the schools, grades and
    reviews that are kept beside them. Exits with 1 where they differ.
    """
    asyncio.run(_verify(learner, json))


def _unknown(name: str) -> CommandError:
    return CommandError(f"There is no such learner as {name}; give a learner's id, or sourcedId in the roster.")


async def _explain(name: str, competency: str, as_of: str | None, json: bool) -> None:
    async with connect() as gateway:
        learner = await roster_id(gateway, "user", name)
        answer = await gateway.get(f"/v1/learners/{learner}/competencies/{competency}/explanation", as_of=as_of)
    if json:
        print_json(answer)
    else:
        show_explanation(out, answer)


def show_explanation(console: Console, state: dict[str, Any]) -> None:
    """A state with its reasons, as a table and sentences."""
    title = escape(state.get("code") or state["competency"])
    level = escape(state["level"] or state["status"].replace("_", " "))
    status = state["status"].replace("_", " ")
    console.print(f"[bold]{title}[/bold]: [bold]{level}[/bold] ({status}, {state['value'] or 'no value'})")
    names = ("happened", "evidence", "kind", "value", "value after", "level after")
    rows = table(*names, whole=("happened", "kind", "value", "value after", "level after"))
    for piece in state["counted"]:
        kind, level_after = piece["kind"].replace("_", " "), escape(piece["level_after"] or "-")
        row = (
            piece["occurred_at"][:10],
            piece["event"],
            kind,
            piece["value"],
            piece["value_after"] or "-",
            level_after,
        )
        rows.add_row(*row)
    if state["counted"]:
        console.print(rows)
    for piece in state["set_aside"]:
        console.print(f"  set aside: {piece['event']}: {piece['reason'].replace('_', ' ')}")
    ahead = state.get("readiness", {}).get("words", ())
    for sentence in [*state["why"], *state["certainty"]["words"], *ahead, *state["next"]]:
        console.print(f"  {sentence}", markup=False)
    console.print(
        f"  policy {state['policy'] or '-'}, method {state['method'] or '-'}, digest {state['digest']}", style="dim"
    )


async def _history(name: str, json: bool) -> None:
    async with connect() as gateway:
        learner = await roster_id(gateway, "user", name)
        entries = [entry async for entry in history_entries(gateway, learner)]
    if json:
        print_json({"learner": learner, "entries": entries})
        return
    names = ("position", "recorded", "happened", "event", "by", "id", "voided by")
    rows = table(*names, whole=("happened",))
    for entry in entries:
        place = entry["position"]
        position = f"{place['shard']}:{place['position']}"
        row = (
            position,
            minute(entry["recorded_at"]),
            entry["occurred_at"][:10],
            entry["type"],
            entry["actor"],
            entry["id"],
        )
        rows.add_row(*row, entry.get("voided_by") or "")
    out.print(rows)


async def history_entries(gateway: Gateway, learner: str) -> Any:
    """A learner's history, page after page."""
    after = 0
    while True:
        page = await gateway.get(f"/v1/learners/{learner}/history", after=after, limit=HISTORY_PAGE)
        for entry in page["entries"]:
            yield entry
            after = entry["position"]["position"]
        if len(page["entries"]) < HISTORY_PAGE:
            return


async def _verify(name: str | None, json: bool) -> None:
    async with connect() as gateway:
        asked = {"scope": "district"} if name is None else {"learner": await roster_id(gateway, "user", name)}
        result = await verification(gateway, asked)
    if name is not None and not any(phase["done"] for phase in result["phases"]):
        raise _unknown(name)
    if json:
        print_json(result)
    else:
        show_verification(out, result)
    if result["state"] != "equal":
        raise typer.Exit(1)


async def verification(gateway: Gateway, asked: dict[str, str]) -> dict[str, Any]:
    """Start a verification and follow it to its end, with a bar a phase."""
    return await followed(gateway, "/v1/verifications", asked, "Verifying", "verification")


def show_verification(console: Console, result: dict[str, Any]) -> None:
    """What was compared, and every difference with its place."""
    counts = ", ".join(f"{phase['done']:,} {phase['unit']}" for phase in result["phases"])
    console.print(f"[bold]{result['state']}[/bold]: {counts} compared.")
    for difference in result["differences"]:
        place = ":".join(str(difference[part]) for part in ("ledger", "shard", "position") if part in difference)
        console.print(f"  {place} {difference['what']}")
