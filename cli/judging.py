"""`override` and `review`: professional judgement, and questions about the record."""

import asyncio
from typing import Annotated, Any
from uuid import uuid4

import typer

from cli.connection import connect
from cli.errors import CommandError
from cli.listing import table
from cli.naming import roster_id
from cli.receipts import out, print_json, print_receipt

override = typer.Typer(help="Set a level by professional judgement, or let the evidence decide again.")
review = typer.Typer(help="Question a level, a piece of evidence or a grade; answer; see what waits.")

Learner = Annotated[str, typer.Argument(help="The learner's id, or sourcedId in the roster.")]
AsJson = Annotated[bool, typer.Option("--json", help="The answer as JSON.")]


@override.command("set")
def set_level(
    learner: Learner,
    competency: Annotated[str, typer.Argument(help="The competency's id.")],
    level: Annotated[str, typer.Argument(help="A level's name on the scale in force.")],
    reason: Annotated[str, typer.Option(help="Why; shown beside what the evidence alone says.")],
    *,
    json: AsJson = False,
) -> None:
    """Set a learner's level. It is shown as what it is, and stands until it is cleared."""
    asyncio.run(_set(learner, {"competency": competency, "level": level, "reason": reason}, json))


@override.command("clear")
def clear_level(
    event: Annotated[str, typer.Argument(help="The id of the override.")],
    version: Annotated[int, typer.Option(help="The version of the override that you decide on, from its receipt.")],
    reason: Annotated[str | None, typer.Option(help="Why.")] = None,
    *,
    json: AsJson = False,
) -> None:
    """Let the evidence alone decide again."""
    request: dict[str, Any] = {"expected_version": version} | ({} if reason is None else {"reason": reason})
    asyncio.run(_post(f"/v1/overrides/{event}/clear", request, json))


@review.command("ask")
def ask_review(  # noqa: PLR0913 - what may be questioned
    learner: Learner,
    reason: Annotated[str, typer.Option(help="What is questioned, and why.")],
    competency: Annotated[str | None, typer.Option(help="The competency whose level is questioned.")] = None,
    evidence: Annotated[str | None, typer.Option(help="The piece of evidence that is questioned.")] = None,
    grade: Annotated[str | None, typer.Option(help="The grade that is questioned, by its release.")] = None,
    *,
    json: AsJson = False,
) -> None:
    """Ask for a review of exactly one thing."""
    about = {"competency": competency, "evidence": evidence, "grade": grade}
    given = {name: value for name, value in about.items() if value is not None}
    if len(given) != 1:
        raise CommandError("Give exactly one of --competency, --evidence and --grade.")
    asyncio.run(_ask(learner, {**given, "reason": reason}, json))


@review.command("answer")
def answer_review(
    event: Annotated[str, typer.Argument(help="The id of the review.")],
    answer: Annotated[str, typer.Option(help="What was changed, or why nothing was.")],
    change: Annotated[
        str | None, typer.Option(help="The event that changed something; without it nothing was.")
    ] = None,
    *,
    json: AsJson = False,
) -> None:
    """Answer a review that somebody else asked for."""
    outcome = {"outcome": "unchanged"} if change is None else {"outcome": "changed", "change": change}
    asyncio.run(_post(f"/v1/reviews/{event}/answer", {"expected_version": 1, "answer": answer, **outcome}, json))


@review.command("list")
def list_reviews(
    section: Annotated[str | None, typer.Option(help="A section's id or sourcedId.")] = None,
    school: Annotated[str | None, typer.Option(help="A school's id or sourcedId.")] = None,
    learner: Annotated[str | None, typer.Option(help="A learner's id or sourcedId.")] = None,
    *,
    json: AsJson = False,
) -> None:
    """The reviews that wait for an answer, the longest waiting first."""
    asyncio.run(_list(section, school, learner, json))


async def _set(learner: str, request: dict[str, Any], json: bool) -> None:
    async with connect() as gateway:
        request |= {"id": str(uuid4()), "learner": await roster_id(gateway, "user", learner)}
        _, receipt = await gateway.post("/v1/overrides", request)
    print_receipt(receipt, json=json)


async def _ask(learner: str, request: dict[str, Any], json: bool) -> None:
    async with connect() as gateway:
        request |= {"id": str(uuid4()), "learner": await roster_id(gateway, "user", learner)}
        _, receipt = await gateway.post("/v1/reviews", request)
    print_receipt(receipt, json=json)


async def _post(path: str, request: dict[str, Any], json: bool) -> None:
    async with connect() as gateway:
        _, receipt = await gateway.post(path, {**request, "id": str(uuid4())})
    print_receipt(receipt, json=json)


async def _list(section: str | None, school: str | None, learner: str | None, json: bool) -> None:
    async with connect() as gateway:
        where = {
            "section": None if section is None else await roster_id(gateway, "class", section),
            "school": None if school is None else await roster_id(gateway, "org", school),
            "learner": None if learner is None else await roster_id(gateway, "user", learner),
        }
        page = await gateway.get("/v1/reviews", state="open", **where)
    if json:
        print_json(page)
        return
    rows = table("waiting", "review", "learner", "about", whole=("waiting", "review"))
    for item in page["items"]:
        [(kind, id_)] = item["about"].items()
        rows.add_row(_waiting(item["waiting_seconds"]), item["id"], item["learner"], f"{kind} {id_}")
    out.print(rows if page["items"] else "Nothing waits.")


def _waiting(seconds: int) -> str:
    hours = seconds // 3600
    return f"{hours // 24} d {hours % 24} h" if hours else f"{seconds // 60} min"
