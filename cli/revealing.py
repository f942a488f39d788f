"""`reveal`, `disclosures` and `guardian`: who may read what of a learner, and who did."""

import asyncio
from typing import Annotated, Any
from uuid import uuid4

import typer

from cli.connection import connect
from cli.listing import minute, table
from cli.naming import person_id, roster_id, roster_ids
from cli.receipts import out, print_json, print_receipt

guardian = typer.Typer(help="Who speaks for a learner.")

Learner = Annotated[str, typer.Argument(help="The learner's id, or sourcedId in the roster.")]
Person = Annotated[str, typer.Argument(help="The guardian's id, or sourcedId in the roster.")]
AsJson = Annotated[bool, typer.Option("--json", help="The answer as JSON.")]


def reveal(
    texts: Annotated[list[str] | None, typer.Argument(help="References of texts, as reads give them.")] = None,
    name: Annotated[list[str] | None, typer.Option(help="A person whose name is asked for; repeatable.")] = None,
    purpose: Annotated[str, typer.Option(help="A code for why, such as teaching; it is written down.")] = "teaching",
    *,
    json: AsJson = False,
) -> None:
    """Read texts and names out of the vault. Whose and why is written into the disclosure log first."""
    asyncio.run(_reveal(texts or [], name or [], purpose, json))


def disclosures(learner: Learner, *, json: AsJson = False) -> None:
    """Who read what of a learner, when, and why."""
    asyncio.run(_disclosures(learner, json))


@guardian.command("link")
def link(learner: Learner, person: Person, *, json: AsJson = False) -> None:
    """Make somebody a guardian of a learner."""
    asyncio.run(_guardian("/v1/guardians", learner, person, json))


@guardian.command("unlink")
def unlink(learner: Learner, person: Person, *, json: AsJson = False) -> None:
    """Somebody is no longer a guardian of a learner."""
    asyncio.run(_guardian("/v1/guardians/unlink", learner, person, json))


async def _reveal(texts: list[str], names: list[str], purpose: str, json: bool) -> None:
    async with connect() as gateway:
        people = list((await roster_ids(gateway, "user", names)).values())
        _, answer = await gateway.post("/v1/reveal", {"purpose": purpose, "texts": texts, "names": people})
    if json:
        print_json(answer)
        return
    for ref, text in answer["texts"].items():
        out.print(f"{ref}  {text}", markup=False, soft_wrap=True)
    for person, name in answer["names"].items():
        out.print(f"{person}  {name['given']} {name['family']}", markup=False, soft_wrap=True)
    for withheld in answer["withheld"]:
        out.print(f"{withheld}  is not here, or not yours to read.", markup=False, soft_wrap=True)


async def _disclosures(learner: str, json: bool) -> None:
    async with connect() as gateway:
        id_ = await roster_id(gateway, "user", learner)
        rows: list[dict[str, Any]] = []
        after: Any = None
        while True:
            page = await gateway.get(f"/v1/learners/{id_}/disclosures", after=after)
            rows += page["disclosures"]
            after = page.get("next")
            if after is None:
                break
    if json:
        print_json({"learner": id_, "disclosures": rows})
        return
    shown = table("when", "who", "what", "why", "how many", whole=("when", "why"))
    for row in rows:
        who = row["person"] or f"by share {row['share']}"
        shown.add_row(minute(row["at"]), who, row["what"], row.get("purpose") or "", str(row["count"]))
    out.print(shown if rows else "Nobody else has read anything.")


async def _guardian(path: str, learner: str, person: str, json: bool) -> None:
    async with connect() as gateway:
        learner, person = await roster_id(gateway, "user", learner), await person_id(gateway, person)
        request = {"id": str(uuid4()), "learner": learner, "guardian": person}
        _, receipt = await gateway.post(path, request)
    print_receipt(receipt, json=json)
