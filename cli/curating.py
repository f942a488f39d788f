"""`portfolio`: what a learner chooses to show, in which order, to whom; and what it shows and not yet."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any
from uuid import uuid4

import typer
from typer.core import TyperGroup

from cli.connection import connect
from cli.errors import CommandError
from cli.gateway import Gateway
from cli.listing import table
from cli.naming import roster_id
from cli.receipts import out, print_json, print_receipt
from cli.works import show_portfolio
from shared.ledger.instants import instant_text


class ShowByDefault(TyperGroup):
    """`portfolio LEARNER` is `portfolio show LEARNER`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = ["show", *args]
        return super().parse_args(ctx, args)


portfolio = typer.Typer(
    cls=ShowByDefault,
    help="What a learner shows: choose, withdraw, order, share, revoke; show it, its coverage and suggestions.",
)

Learner = Annotated[str, typer.Argument(help="The learner's id, or sourcedId in the roster.")]
Exhibit = Annotated[str, typer.Argument(help="The exhibit's id: that of the receipt by which it was chosen.")]
AsOf = Annotated[str | None, typer.Option(help="An instant, a date, or pins.")]
AsJson = Annotated[bool, typer.Option("--json", help="The answer as JSON.")]

_SHOWN = {"exhibit": "by an exhibit", "evidence": "by evidence alone", "not_yet": "not yet"}


@portfolio.command("show")
def show(learner: Learner, as_of: AsOf = None, *, json: AsJson = False) -> None:
    """Exhibits and shares, works, and every piece of evidence with the skills that it shows."""
    asyncio.run(_show(learner, as_of, json))


@portfolio.command("coverage")
def coverage(learner: Learner, as_of: AsOf = None, *, json: AsJson = False) -> None:
    """Of each framework: skills that exhibits show, that only evidence shows, and not yet."""
    asyncio.run(_coverage(learner, as_of, json))


@portfolio.command("suggestions")
def suggestions(learner: Learner, *, json: AsJson = False) -> None:
    """Versions that she might show, and why: from her own record alone."""
    asyncio.run(_suggestions(learner, json))


@portfolio.command("choose")
def choose(
    learner: Learner,
    version: Annotated[str, typer.Argument(help="The version of a work: the id of the event that added it.")],
    shows: Annotated[list[str], typer.Option(help="A competency that it shows, by id; repeatable.")],
    reason: Annotated[str | None, typer.Option(help="Why; kept in the vault.")] = None,
    *,
    json: AsJson = False,
) -> None:
    """Show a version of one of one's works. For the learner herself."""
    body = {"version": version, "competencies": shows} | ({} if reason is None else {"reason": reason})
    asyncio.run(_decide(learner, "exhibits", body, json))


@portfolio.command("withdraw")
def withdraw(learner: Learner, exhibit: Exhibit, *, json: AsJson = False) -> None:
    """Show an exhibit no longer, by links neither."""
    asyncio.run(_decide(learner, f"exhibits/{exhibit}/withdraw", {}, json))


@portfolio.command("order")
def order(
    learner: Learner,
    exhibits: Annotated[list[str], typer.Argument(help="Exhibits in their order; the others stand after them.")],
    *,
    json: AsJson = False,
) -> None:
    """Put exhibits in order."""
    asyncio.run(_order(learner, exhibits, json))


@portfolio.command("share")
def share(
    learner: Learner,
    audience: Annotated[str, typer.Option(help="For whom: public, college, family, employer, school or other.")],
    days: Annotated[int, typer.Option(help="Days until it ends.", min=1, max=366)] = 30,
    exhibit: Annotated[list[str] | None, typer.Option(help="An exhibit; repeatable. All, where none is given.")] = None,
    *,
    json: AsJson = False,
) -> None:
    """Make a link by which exhibits are seen as they are now. Its secret is told this once."""
    asyncio.run(_share(learner, audience, days, exhibit or [], json))


@portfolio.command("revoke")
def revoke(
    learner: Learner, share: Annotated[str, typer.Argument(help="The share's id.")], *, json: AsJson = False
) -> None:
    """End a link at once."""
    asyncio.run(_decide(learner, f"shares/{share}/revoke", {}, json))


async def _path(gateway: Gateway, learner: str) -> str:
    return f"/v1/learners/{await roster_id(gateway, 'user', learner)}/portfolio"


async def _show(learner: str, as_of: str | None, json: bool) -> None:
    async with connect() as gateway:
        answer = await gateway.get(await _path(gateway, learner), as_of=as_of)
    if json:
        print_json(answer)
        return
    curated = answer["portfolio"]
    for place, one in enumerate(curated["exhibits"], start=1):
        shows = ", ".join(skill.get("code") or skill["competency"] for skill in one["shows"])
        out.print(
            f"[bold]exhibit {place}[/bold] {one['exhibit']}: version {one.get('number', '?')} of work {one['work']},"
            f" shows {shows}",
            soft_wrap=True,
        )
    for one in curated["shares"]:
        until = "revoked" if one["revoked"] else f"until {one['expires_at'][:10]}"
        exhibits = len(one["exhibits"])
        out.print(f"share {one['share']} for {one['audience']}, {until}: exhibits {exhibits}", soft_wrap=True)
    show_portfolio(answer)


async def _coverage(learner: str, as_of: str | None, json: bool) -> None:
    async with connect() as gateway:
        answer = await gateway.get(f"{await _path(gateway, learner)}/coverage", as_of=as_of)
    if json:
        print_json(answer)
        return
    for framework in answer["frameworks"]:
        out.print(f"[bold]{framework['title']}[/bold]: {framework['in_words']}", soft_wrap=True)
        rows = table("code", "shown", "what", whole=("code", "shown"))
        for area in framework["areas"]:
            for one in area["competencies"]:
                rows.add_row(one["code"], _SHOWN[one["shown"]], one["statement"])
        out.print(rows)
    if not answer["frameworks"]:
        out.print("Nothing is shown yet.")


async def _suggestions(learner: str, json: bool) -> None:
    async with connect() as gateway:
        answer = await gateway.get(f"{await _path(gateway, learner)}/suggestions")
    if json:
        print_json(answer)
        return
    for one in answer["suggestions"]:
        out.print(f"version {one['version']['event']} of work {one['work']}: {one['in_words']}", soft_wrap=True)
    if not answer["suggestions"]:
        out.print("Nothing to suggest yet.")


async def _decide(learner: str, what: str, body: dict[str, Any], json: bool) -> None:
    async with connect() as gateway:
        path = f"{await _path(gateway, learner)}/{what}"
        _, receipt = await gateway.post(path, {"id": str(uuid4()), **body})
    print_receipt(receipt, json=json)


async def _order(learner: str, exhibits: Sequence[str], json: bool) -> None:
    async with connect() as gateway:
        path = await _path(gateway, learner)
        known = (await gateway.get(path))["portfolio"]
        unknown = set(exhibits) - {one["exhibit"] for one in known["exhibits"]}
        if unknown:
            raise CommandError(f"{min(unknown)} is none of the exhibits that are shown.")
        body = {"id": str(uuid4()), "exhibits": list(exhibits), "expected_version": known["version"]}
        _, receipt = await gateway.post(f"{path}/exhibits/order", body)
    print_receipt(receipt, json=json)


async def _share(learner: str, audience: str, days: int, exhibits: Sequence[str], json: bool) -> None:
    body: dict[str, Any] = {"id": str(uuid4()), "audience": audience, "expires_at": _ends(days)}
    async with connect() as gateway:
        path = f"{await _path(gateway, learner)}/shares"
        _, receipt = await gateway.post(path, body | ({"exhibits": list(exhibits)} if exhibits else {}))
    if json:
        print_json(receipt)
        return
    print_receipt(receipt)
    out.print(f"Whoever has this sees it until {body['expires_at'][:10]}; it is told this once:", soft_wrap=True)
    out.print(f"{gateway.url}{receipt['address']}", soft_wrap=True, markup=False)


def _ends(days: int) -> str:
    """The end of a day that lies so many days ahead, in UTC; for a year, the moment a year ahead."""
    now = datetime.now(UTC)
    end = datetime.combine(now.date() + timedelta(days=days), time(), UTC)
    return instant_text(int(min(end, now + timedelta(days=365)).timestamp() * 1000))
