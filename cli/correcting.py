"""`void` and `supersede`: corrections of what was recorded, each with its reason."""

import asyncio
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer

from cli.connection import connect
from cli.importing.references import read_json, resolved
from cli.receipts import print_receipt

Evidence = Annotated[str, typer.Argument(help="The id of the piece of evidence.")]
Reason = Annotated[str | None, typer.Option(help="Why; kept in the vault, for those who may see the learner.")]
AsJson = Annotated[bool, typer.Option("--json", help="The answer as JSON.")]


def void(evidence: Evidence, reason: Reason = None, *, json: AsJson = False) -> None:
    """Withdraw a piece of evidence. It stays in the record and no longer counts."""
    asyncio.run(_correct(evidence, "void", _with({}, reason), json))


def supersede(
    evidence: Evidence,
    file: Annotated[Path, typer.Argument(help="The piece in its place: {type, body, occurred_at?, texts?} as JSON.")],
    reason: Reason = None,
    *,
    json: AsJson = False,
) -> None:
    """Put another piece of evidence in the place of one that was wrong."""
    asyncio.run(_correct(evidence, "supersede", _with({"item": file}, reason), json))


async def _correct(evidence: str, how: str, request: dict[str, Any], json: bool) -> None:
    async with connect() as gateway:
        if isinstance(file := request.get("item"), Path):
            request["item"] = await resolved(gateway, read_json(file), file.parent)
        piece = await gateway.get(f"/v1/evidence/{evidence}")
        request |= {"id": str(uuid4()), "expected_version": piece["version"]}
        _, receipt = await gateway.post(f"/v1/evidence/{evidence}/{how}", request)
    print_receipt(receipt, json=json)


def _with(request: dict[str, Any], reason: str | None) -> dict[str, Any]:
    return request if reason is None else {**request, "reason": reason}
