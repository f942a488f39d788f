"""`forget`: asked by one administrator of the district, approved by another."""

import asyncio
from typing import Annotated
from uuid import uuid4

import typer

from cli.connection import connect
from cli.listing import minute, table
from cli.naming import roster_id
from cli.receipts import out, print_json, print_receipt

forget = typer.Typer(help="Forget a learner: ask, approve what another asked for, and see what is open.")

Learner = Annotated[str, typer.Argument(help="The learner's id, or sourcedId in the roster.")]
AsJson = Annotated[bool, typer.Option("--json", help="The answer as JSON.")]


@forget.command("ask")
def ask(
    learner: Learner,
    reason: Annotated[str | None, typer.Option(help="Why; it is forgotten with the learner.")] = None,
    *,
    json: AsJson = False,
) -> None:
    """Ask that a learner be forgotten. Nothing happens until another administrator approves."""
    asyncio.run(_post(learner, "forget", {} if reason is None else {"reason": reason}, json))


@forget.command("approve")
def approve(
    learner: Learner,
    request: Annotated[str, typer.Argument(help="The id of the request.")],
    *,
    json: AsJson = False,
) -> None:
    """Forget a learner, for good: her texts and her name can never be read again."""
    asyncio.run(_post(learner, "forget/approve", {"request": request}, json))


@forget.command("list")
def list_requests(*, json: AsJson = False) -> None:
    """The requests, the oldest first."""
    asyncio.run(_list(json))


async def _post(learner: str, path: str, request: dict[str, str], json: bool) -> None:
    async with connect() as gateway:
        id_ = await roster_id(gateway, "user", learner)
        _, receipt = await gateway.post(f"/v1/learners/{id_}/{path}", {**request, "id": str(uuid4())})
    print_receipt(receipt, json=json)


async def _list(json: bool) -> None:
    async with connect() as gateway:
        page = await gateway.get("/v1/forgettings")
    if json:
        print_json(page)
        return
    rows = table("state", "request", "learner", "requested", whole=("state", "request"))
    for one in page["forgettings"]:
        rows.add_row(one["state"], one["request"], one["learner"], minute(one["requested_at"]))
    out.print(rows if page["forgettings"] else "Nobody asked for it.")
